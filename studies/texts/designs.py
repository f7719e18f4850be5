"""What designs say to participants, for the translators: designs themselves are pure and plan in English.

A test asks every design whether all that it says stands here.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import pgettext_lazy

PROMPTS = (
    _("Which picture had the fake colours?"),
    _("Which picture has the fake colours?"),
)
LABELS = (
    pgettext_lazy("answer", "Left"),
    pgettext_lazy("answer", "Right"),
)
