"""The catalogue for staff."""
