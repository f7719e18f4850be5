"""The workbench: its side bar in the order of the work, and the overview that it opens with."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _item(title: Any, icon: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": lambda request: may_see(request, model),
    }


def may_see(request: HttpRequest, model: str) -> bool:
    """Whether this person may open the list of this model, such as `studies_study`."""
    # The page itself knows: researchers see their studies without a permission of Django's.
    page = admin.site.get_model_admin(apps.get_model(model.replace("_", ".")))
    return bool(page.has_view_permission(request))


NAVIGATION = [
    {
        "title": _("Ask people"),
        "items": [
            {"title": _("Plan a study"), "icon": "calculate", "link": reverse_lazy("evaluation:plan")},
            _item(_("Studies"), "groups", "studies_study"),
            _item(_("Participations"), "person_check", "studies_participation"),
        ],
    },
    {
        "title": _("Make pictures"),
        "items": [
            _item(_("Photo sets"), "photo_library", "colorizers_photoset"),
            _item(_("Photos"), "image", "colorizers_photo"),
            _item(_("Colorizers"), "palette", "colorizers_colorizer"),
            _item(_("Colouring runs"), "play_circle", "colorizers_generationrun"),
            _item(_("Colorizations"), "auto_awesome", "colorizers_colorization"),
            _item(_("Photo imports"), "upload", "colorizers_photoimport"),
            _item(_("Finished pictures"), "add_photo_alternate", "colorizers_pictureimport"),
        ],
    },
    {
        "title": _("Draw conclusions"),
        "items": [
            _item(_("Reports"), "query_stats", "evaluation_report"),
            _item(_("Ordered reports and exports"), "pending_actions", "evaluation_order"),
            _item(_("Scores"), "straighten", "evaluation_score"),
            _item(_("Exclusions"), "block", "evaluation_exclusion"),
        ],
    },
    {
        "title": _("Log-ins"),
        "collapsible": True,
        "items": [
            _item(_("Users"), "account_circle", "auth_user"),
            _item(_("Groups"), "group", "auth_group"),
            _item(_("Refused log-ins"), "gpp_bad", "axes_accessattempt"),
        ],
    },
]
