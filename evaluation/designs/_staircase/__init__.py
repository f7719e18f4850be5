"""The parts of what the staircase concludes."""
