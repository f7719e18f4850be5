"""What the display check says by script, in the language that is active."""

from django.utils.translation import gettext as _


def check_texts() -> dict[str, str]:
    """By the names that static/studies/checks/display.js knows; what stands in braces is filled in there."""
    return {
        "window": _("{width} × {height} points"),
        "refresh": _("about {count}"),
        "srgb": _("as usual (sRGB)"),
        "p3": _("many (P3)"),
        "rec2020": _("very many (Rec. 2020)"),
        "unknown": _("not known"),
        "touch": _("touch"),
        "keyboard": _("keyboard and mouse"),
        "either": _("keyboard, mouse or touch"),
    }
