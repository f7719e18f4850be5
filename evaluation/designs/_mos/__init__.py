"""Parts of what a rating scale concludes."""
