"""Parts of the preference test's concluding half."""
