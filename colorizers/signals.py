"""What the image side tells whoever builds on it, without knowing them."""

from django.dispatch import Signal

colorization_done = Signal()
"""Sent in the worker, after the commit, once for each finished picture; argument: colorization."""
