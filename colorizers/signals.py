"""What the image side tells and asks whoever builds on it, without knowing them."""

from django.dispatch import Signal

colorization_done = Signal()
"""Sent in the worker, after the commit, once for each finished picture; argument: colorization."""

captions_wanted = Signal()
"""Sent when pictures are listed; argument: colorizations (a list). A receiver answers with what it has
to say about some of them: {colorization.pk: [(label, value as text), ...]}."""
