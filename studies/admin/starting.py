"""A new study that starts from a preset: its form is filled in, and nothing is made before it is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from studies.models import Study
from studies.services import presets
from studies.services.presets import Preset

FROM = "from"
"""What stands before the name of the preset in the address of the form."""


def preset_of(request: HttpRequest) -> Preset | None:
    """The preset that the address names; none where there is no such one."""
    name = request.GET.get(FROM, "")
    return presets.find(name) if name else None


class StudyPresets:
    """Fills in the form of a new study, and its table of conditions."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)  # type: ignore[misc]
        preset = preset_of(request)
        return initial | presets.form_values(preset) if preset else initial

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Study, inline: Any, prefix: str
    ) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)  # type: ignore[misc]
        preset = preset_of(request) if obj.pk is None else None
        return kwargs | {"initial": presets.condition_rows(preset)} if preset else kwargs
