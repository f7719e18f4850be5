"""What a browser observes of a study's pictures, the pixels apart, and whether it tells the arms apart."""
