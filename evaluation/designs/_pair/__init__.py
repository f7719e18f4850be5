"""The parts of what the pair test concludes."""
