"""The parts of what the single-image test concludes."""
