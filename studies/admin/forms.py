"""The form of a study: real fields for the settings that its design and the strict view declare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from colorizers.tools import declared
from colorizers.tools.declared import Declared
from studies import designs, recruiters
from studies.admin.number_lists import WholeNumbers
from studies.models import Condition, Study
from studies.rules import study_settings
from studies.texts.study import TEXTS

if TYPE_CHECKING:
    _StudyModelForm = forms.ModelForm[Study]
    _ConditionModelForm = forms.ModelForm[Condition]
    _ConditionFormSet = forms.BaseInlineFormSet[Condition, Study, forms.ModelForm[Condition]]
else:
    _StudyModelForm = _ConditionModelForm = forms.ModelForm
    _ConditionFormSet = forms.BaseInlineFormSet

DESIGN, RECRUITER, TRANSLATION = "design_settings__", "recruiter_settings__", "translation__"
TEXT_ROWS = {"question": 2, "information": 7, "consent": 3, "thanks": 2, "ethics": 2, "eligibility": 3}


def setting_fields(kind: type[Any], prefix: str) -> dict[str, forms.Field]:
    """One form field for each setting of a dataclass, under prefixed names."""
    return {prefix + setting.name: _form_field(setting) for setting in declared.declared(kind)}


def _form_field(setting: Declared) -> forms.Field:
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.help, "initial": setting.default}
    if setting.type is bool:
        return forms.BooleanField(required=False, widget=widgets.UnfoldBooleanSwitchWidget, **common)
    common["required"] = not setting.optional and setting.default != ""
    if setting.choices:
        choices = [(choice, choice) for choice in setting.choices]
        return forms.ChoiceField(choices=choices, widget=widgets.UnfoldAdminSelectWidget, **common)
    if setting.several:
        return WholeNumbers(widget=widgets.UnfoldAdminTextInputWidget, **common)
    if setting.type is int:
        return forms.IntegerField(widget=widgets.UnfoldAdminIntegerFieldWidget, **common)
    if setting.type is float:
        widget = widgets.UnfoldAdminDecimalFieldWidget({"step": "any"})
        return forms.FloatField(widget=widget, **common)
    return forms.CharField(widget=widgets.UnfoldAdminTextInputWidget, **common)


def translation_fields(language: str) -> dict[str, forms.Field]:
    """One field for each text of the study in a language, under prefixed names."""
    name_of = dict(settings.LANGUAGES)[language]
    fields: dict[str, forms.Field] = {}
    for name in TEXTS:
        widget = (
            widgets.UnfoldAdminTextInputWidget()
            if name == "title"
            else widgets.UnfoldAdminTextareaWidget({"rows": TEXT_ROWS[name], "lang": language})
        )
        label = getattr(Study._meta.get_field(name), "verbose_name", name)
        fields[f"{TRANSLATION}{language}__{name}"] = forms.CharField(
            required=False, widget=widget, label=f"{str(label).capitalize()} ({name_of})"
        )
    return fields


def study_form(design: str, recruiter: str, translated_into: Sequence[str] = ()) -> type[StudyForm]:
    """The form of a draft under this design, with this recruiter, translated into these languages."""
    fields: dict[str, forms.Field] = {}
    for language in translated_into:
        fields |= translation_fields(language)
    for column, kind in study_settings.kinds(design, recruiter).items():
        fields |= setting_fields(kind, f"{column}__")
    shown = {"shown_design": design, "shown_recruiter": recruiter, "shown_languages": tuple(translated_into)}
    return type("StudyForm", (StudyForm,), {**shown, **fields})


class StudyForm(_StudyModelForm):
    """A draft; `study_form` adds the settings of one design and one recruiter."""

    shown_design = shown_recruiter = ""
    settings_of = forms.CharField(widget=forms.HiddenInput, required=False)
    shown_languages: tuple[str, ...] = ()
    settings_of_recruiter = forms.CharField(widget=forms.HiddenInput, required=False)
    translated_into = forms.CharField(widget=forms.HiddenInput, required=False)
    languages = forms.MultipleChoiceField(
        choices=settings.LANGUAGES, initial=["en"], widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("In which the survey is offered; save the draft to get the fields for the translations"),
    )  # fmt: skip

    class Meta:
        model = Study
        exclude = ["translations", *study_settings.TITLES]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in TEXT_ROWS.items():
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = rows
        chosen = self.fields.get("design")
        if isinstance(chosen, forms.ChoiceField):
            offered = [(name, designs.get(name)) for name in designs.offered()]
            chosen.choices = [(name, f"{one.title} – {one.summary}") for name, one in offered]
        self.initial["settings_of"] = self.shown_design
        self.initial["settings_of_recruiter"] = self.shown_recruiter
        self.initial["translated_into"] = ",".join(self.shown_languages)
        for language, texts in self.instance.translations.items():
            self.initial.update({f"{TRANSLATION}{language}__{name}": text for name, text in texts.items()})
        for column in study_settings.TITLES:
            values = getattr(self.instance, column)
            self.initial.update({f"{column}__{name}": value for name, value in values.items()})

    def clean_languages(self) -> list[str]:
        """The languages; the one in which the texts are written stays the first."""
        codes: list[str] = self.cleaned_data["languages"]
        written_in = self.instance.languages[:1]
        return [code for code in written_in if code in codes] + [c for c in codes if c not in written_in]

    def clean(self) -> dict[str, Any]:
        """Check the settings by the dataclasses that declare them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.translations = self._translations(data)
        for column, kind in study_settings.COMMON.items():
            setattr(self.instance, column, self._settings(kind, f"{column}__", data))
        chosen, recruiter = data.get("design"), data.get("recruiter")
        # Fields that were sent belong to what was chosen before: another choice begins with its defaults.
        if chosen is not None:
            kind = designs.get(chosen).Settings
            same = chosen == self.shown_design
            values = self._settings(kind, DESIGN, data) if same else declared.complete(kind, {})
            self.instance.design_settings = values
        if recruiter is not None:
            kind = recruiters.get(recruiter).Settings
            same = recruiter == self.shown_recruiter
            values = self._settings(kind, RECRUITER, data) if same else declared.complete(kind, {})
            self.instance.recruiter_settings = values
        return data

    def _translations(self, data: dict[str, Any]) -> dict[str, dict[str, str]]:
        """What was filled in, beside the translations into languages that this form did not show."""
        kept = {
            code: texts
            for code, texts in self.instance.translations.items()
            if code not in self.shown_languages
        }
        for code in self.shown_languages:
            texts = {name: data.get(f"{TRANSLATION}{code}__{name}", "") for name in TEXTS}
            if any(texts.values()):
                kept[code] = {name: text for name, text in texts.items() if text}
        return kept

    def _settings(self, kind: type[Any], prefix: str, data: dict[str, Any]) -> dict[str, Any]:
        labels = {setting.name: setting.label for setting in declared.declared(kind)}
        values = {name: data[prefix + name] for name in labels if prefix + name in data}
        if len(values) < len(labels):
            return values
        for sentence in declared.problems(kind, values):
            first, _space, rest = sentence.partition(" ")
            if first in labels:
                rest = declared.in_words(rest, labels)
                self.add_error(prefix + first, rest[:1].upper() + rest[1:])
            else:
                self.add_error(None, declared.in_words(sentence, labels))
        return values


class ConditionForm(_ConditionModelForm):
    """An arm; without a short name of its own it is called as its colorizer."""

    class Meta:
        model = Condition
        fields = ["colorizer", "kind", "slug", "title", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("As in the data and the report. Empty: the colorizer's name")

    def has_changed(self) -> bool:
        """A row that a preset filled in counts with a colorizer; without one only if it was changed."""
        is_new = self.instance._state.adding
        return super().has_changed() or (is_new and bool(self["colorizer"].value()))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("slug") and data.get("colorizer") is not None:
            data["slug"] = data["colorizer"].slug
        return data


class ConditionFormSet(_ConditionFormSet):
    """The table of conditions; what is wrong with it as a whole is said in its own words."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        return str(_("Two conditions have the same short name. Give each a name of its own."))

    def get_form_error(self) -> str:
        return str(_("This short name is taken by another condition of the study."))


def researchers() -> Any:
    """The people of the workbench, among whom a study can be shared."""
    return get_user_model().objects.filter(is_staff=True, is_active=True).order_by("username")
