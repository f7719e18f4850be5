"""What the image side tells and asks whoever builds on it, without knowing them."""

from django.dispatch import Signal

colorizations_done = Signal()
"""Sent after the commit, once for each picture that is finished or kept; argument: colorizations (a list)."""

captions_wanted = Signal()
"""Sent when pictures are listed; argument: colorizations (a list). A receiver answers with what it has
to say about some of them: {colorization.pk: [(label, value as text), ...]}."""
