"""What a study declares, and what follows from it. Pure."""
