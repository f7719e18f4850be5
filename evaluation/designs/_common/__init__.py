"""Sections that reports of every design have in common."""
