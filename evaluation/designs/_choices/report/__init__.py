"""Sections that reports of all designs of choices have in common."""
