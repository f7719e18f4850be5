"""Every word that a participant reads, and the languages."""
