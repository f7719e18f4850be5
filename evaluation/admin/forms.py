"""Forms for people who judge data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from evaluation.models import Exclusion
from studies.models import Participation, Trial

if TYPE_CHECKING:
    _Form = forms.ModelForm[Exclusion]
else:
    _Form = forms.ModelForm


# What is mostly the matter; any other words will do.
RULES = (
    "took the test twice",
    "did not follow the instructions",
    "technical failure",
    "asked to be left out",
    "was helped or distracted",
)


class Suggesting(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A line of text that suggests some."""

    suggestions: tuple[str, ...] = RULES

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input with its list."""
        attrs = {**(attrs or {}), "list": f"suggested-{name}", "autocomplete": "off"}
        options = format_html_join("", '<option value="{}">', ((words,) for words in self.suggestions))
        line = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="suggested-{}">{}</datalist>', line, name, options)


class ExclusionForm(_Form):
    """Names what is left out as the per-trial CSV names it: by participant and, for one trial, its index."""

    participant_id = forms.UUIDField(
        label=_("Participant"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("participant_id as in the per-trial CSV"),
    )
    trial_index = forms.IntegerField(
        label=_("Trial"),
        required=False,
        min_value=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("trial_index as in the per-trial CSV; empty: everything of this participant"),
    )

    class Meta:
        model = Exclusion
        fields = ["study", "rule", "reason"]
        widgets = {"rule": Suggesting}

    def clean(self) -> dict[str, Any]:
        """Find the participation or trial; say which of the two is unknown."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        study, participant = data.get("study"), data.get("participant_id")
        if study is None or participant is None:
            return data
        participation = Participation.objects.filter(study=study, participant__code=participant).first()
        if participation is None:
            self.add_error("participant_id", _("Nobody with this code took part in this study."))
        elif data.get("trial_index") is None:
            self.instance.participation = participation
        else:
            trial = Trial.objects.filter(participation=participation, number=data["trial_index"] + 1).first()
            if trial is None:
                self.add_error("trial_index", _("This participant has no trial with this index."))
            self.instance.trial = trial
        return data

    def _post_clean(self) -> None:
        # The row's own check would only repeat in general words what is already said of the field.
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]


class ChosenExclusionForm(ExclusionForm):
    """What is left out was chosen on the page of a participation: rule and reason are all that is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("study", "participant_id", "trial_index"):
            self.fields[name].widget = forms.HiddenInput()
