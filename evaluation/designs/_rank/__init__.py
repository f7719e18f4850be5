"""Parts of the concluding half of best of several."""
