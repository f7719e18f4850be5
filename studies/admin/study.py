"""The page of a study: its form while it is a draft, its state and its steps always."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold import widgets
from unfold.admin import TabularInline
from unfold.decorators import display

from colorizers.admin.common import WorkbenchAdmin
from colorizers.models import Fixed
from colorizers.tools import declared
from studies import designs, recruiters
from studies.admin import presentation
from studies.admin.access import sees_study
from studies.admin.forms import (
    ConditionForm,
    ConditionFormSet,
    StudyForm,
    researchers,
    setting_fields,
    study_form,
    translation_fields,
)
from studies.admin.labels import labels_of, settings_in_words
from studies.admin.library import ArchivedFilter, StudyLibrary
from studies.admin.recruiting import RecruitingPages
from studies.admin.starting import StudyPresets, preset_of
from studies.admin.steps import StudySteps
from studies.models import Condition, Participation, ParticipationState, Source, Study, StudyState
from studies.rules import study_settings
from studies.services import presets, previews

STATE_LABELS = {
    StudyState.DRAFT: "info",
    StudyState.PREPARING: "info",
    StudyState.LIVE: "success",
    StudyState.PAUSED: "warning",
    StudyState.CLOSED: "danger",
}
MORE_TEXTS = ["consent_version", "eligibility", "thanks", "ethics", "show_score", "languages"]
DEFAULT_RECRUITER = "open"
# After this group of fields the form has the table of conditions.
BEFORE_CONDITIONS = "before-conditions"
DESCRIPTIONS = {
    "screening": "Between consent and instructions.",
    "voiding": "What is repeated, with another photo of the same condition, and never counted.",
    "exclusion_rules": "The report gives each result twice: with every valid answer, and in the strict view "
    "without the participants and responses that these rules leave out. They are fixed before the first "
    "answer.",
}


def _as_words(column: str, description: str) -> Any:
    """A table of settings as it is read once nothing of it can change."""

    @display(description=description)
    def shown(admin_page: Any, study: Study) -> SafeString:
        return _listed(settings_in_words(study, column))

    return shown


def _listed(rows: Iterable[tuple[str, Any]]) -> SafeString:
    return format_html_join("", "<div><b>{}</b> {}</div>", rows)


class ConditionInline(TabularInline):
    model = Condition
    form, formset = ConditionForm, ConditionFormSet
    fields = ["colorizer", "kind", "slug", "title", "position"]
    ordering_field = "position"
    hide_ordering_field = True

    def get_extra(self, request: HttpRequest, obj: Study | None = None, **kwargs: Any) -> int:
        """No empty rows but those of a preset, whose colorizers are still to be chosen."""
        preset = preset_of(request) if obj is None else None
        return len(preset.document().conditions) if preset else 0

    def has_view_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        return True  # Whoever sees the study sees its conditions.

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        return obj is None or obj.is_draft

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Study)
class StudyAdmin(StudySteps, StudyLibrary, StudyPresets, RecruitingPages, WorkbenchAdmin):
    list_display = ["title", "slug", "shown_state", "people", "simulated", "design", "photo_set", "owner"]
    list_filter = [ArchivedFilter, "state", "design"]
    actions_list = ["upload"]
    search_fields = ["slug", "title", "question"]
    inlines = [ConditionInline]
    change_form_outer_before_template = "admin/studies/study_panel.html"

    # --- who may do what ---------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        studies = Study.objects.visible_to(request.user).select_related("photo_set", "owner")
        return studies.defer("protocol").annotate(
            n_people=_finished(Source.PERSON), n_simulated=_finished(Source.SIMULATED)
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        if obj is None:
            return bool(request.user.is_staff)
        return sees_study(request, obj.pk)

    has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        if obj is None:
            return False  # One by one, and only where it can be told whose they are.
        return bool(request.user.is_superuser or obj.owner_id == request.user.pk)

    # --- the form ----------------------------------------------------------------------------

    def get_fieldsets(
        self, request: HttpRequest, obj: Study | None = None
    ) -> list[tuple[Any, dict[str, Any]]]:
        texts = list(MORE_TEXTS)
        draft = obj is None or obj.is_draft
        if obj is None or obj.is_draft:
            kinds = study_settings.kinds(
                self._shown("design", request, obj), self._shown("recruiter", request, obj)
            )
            shown = {
                column: _pairs(list(setting_fields(kinds[column], f"{column}__")))
                for column in study_settings.TITLES
            }
            hidden = ["settings_of", "settings_of_recruiter", "translated_into"]
            translated = [
                (dict(settings.LANGUAGES)[code], {"fields": list(translation_fields(code))})
                for code in self._translated_into(request, obj)
            ]
        else:
            shown = {column: [f"shown_{column}"] for column in study_settings.TITLES}
            hidden = ["seed"]
            translated = [("Translations", {"fields": ["shown_translations"]})] if obj.translations else []
            texts[texts.index("languages")] = "shown_languages"

        # Everything in a folded group has a default with which a study can be launched.
        folded = ["collapse"] if draft else []
        with_a_recruiter = draft and self._shown("recruiter", request, obj) != DEFAULT_RECRUITER

        def table(column: str, *before: Any, classes: list[str]) -> tuple[str, dict[str, Any]]:
            options: dict[str, Any] = {"fields": [*before, *shown[column]], "classes": classes}
            if column in DESCRIPTIONS:
                options["description"] = DESCRIPTIONS[column]
            return study_settings.TITLES[column], options

        return [
            (
                "Study",
                {
                    "fields": ["title", "slug", "question", ("photo_set", "planned_participants")],
                    "classes": [BEFORE_CONDITIONS],
                },
            ),
            ("What participants read", {"fields": ["information", "consent", "contact"]}),
            *translated,
            ("More texts and languages", {"fields": texts, "classes": folded}),
            table("design_settings", "design", "allocation", *hidden, classes=[]),
            (
                "Size of the pictures, and limits",
                {
                    "fields": ["image_px", "allow_crops", "participant_quota", "arm_quota"],
                    "classes": folded,
                },
            ),
            table(
                "recruiter_settings", "recruiter", "linked_group", "completion_code",
                classes=[] if with_a_recruiter else folded,
            ),
            table("screening", classes=folded),
            table("voiding", classes=folded),
            table("debrief", classes=folded),
            table("exclusion_rules", classes=folded),
            ("Who sees the study", {"fields": ["owner", "researchers"], "classes": folded}),
        ]  # fmt: skip

    def get_form(
        self, request: HttpRequest, obj: Study | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Study]]:
        if obj is None or obj.is_draft:
            kwargs["form"] = study_form(
                self._shown("design", request, obj),
                self._shown("recruiter", request, obj),
                self._translated_into(request, obj),
            )
        form: type[forms.ModelForm[Study]] = super().get_form(request, obj, change=change, **kwargs)
        return form

    def _shown(self, column: str, request: HttpRequest, obj: Study | None) -> str:
        """The design or recruiter whose settings the form has; the browser sends back which one it was."""
        hidden, plugins, default = {
            "design": ("settings_of", designs, "pair"),
            "recruiter": ("settings_of_recruiter", recruiters, DEFAULT_RECRUITER),
        }[column]
        preset = preset_of(request) if obj is None else None
        begun = preset.document().study[column] if preset else default
        asked = request.POST.get(hidden) or (getattr(obj, column) if obj is not None else begun)
        return asked if asked in plugins.names() else default

    def _translated_into(self, request: HttpRequest, obj: Study | None) -> list[str]:
        """The languages for whose texts the form has fields; the browser sends back which they were."""
        if "translated_into" in request.POST:
            asked = (request.POST.get("translated_into") or "").split(",")
        else:
            asked = obj.languages[1:] if obj is not None else []
        known = dict(settings.LANGUAGES)
        return [code for code in dict.fromkeys(asked) if code in known]

    def get_readonly_fields(self, request: HttpRequest, obj: Study | None = None) -> list[str]:
        fixed = [] if request.user.is_superuser else ["owner"]
        if obj is None or obj.is_draft:
            return fixed
        names = _flat(self.get_fieldsets(request, obj))
        return [name for name in names if name not in {"owner", "researchers"}] + fixed

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs |= {"queryset": researchers(), "widget": widgets.UnfoldAdminCheckboxSelectMultipleWidget}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Study | None = None) -> dict[str, list[str]]:
        return {"slug": ["title"]} if obj is None else {}

    def save_model(self, request: HttpRequest, obj: Study, form: StudyForm, change: bool) -> None:
        if not change and obj.owner is None:
            obj.owner_id = request.user.pk
        if obj.is_draft:
            obj.preparation = {}
        elif "title" in request.POST:
            messages.warning(request, f"Nothing of the protocol was changed: {obj.why_fixed()}")
        obj.save()

    # --- what is shown -----------------------------------------------------------------------

    @display(description="state", label=STATE_LABELS, ordering="state")
    def shown_state(self, study: Study) -> tuple[str, str]:
        archived = ", archived" if study.archived_at else ""
        return study.state, f"{study.get_state_display()}{archived}"

    @display(description="people", ordering="n_people")
    def people(self, study: Any) -> str:
        return f"{study.n_people} of {study.planned_participants}"

    @display(description="simulated", ordering="n_simulated")
    def simulated(self, study: Any) -> int:
        return int(study.n_simulated)

    shown_design_settings = _as_words("design_settings", "settings")
    shown_screening = _as_words("screening", "settings")
    shown_voiding = _as_words("voiding", "rule")
    shown_debrief = _as_words("debrief", "questions")
    shown_recruiter_settings = _as_words("recruiter_settings", "settings")
    shown_exclusion_rules = _as_words("exclusion_rules", "rules")

    @display(description="languages")
    def shown_languages(self, study: Study) -> str:
        names = dict(settings.LANGUAGES)
        return ", ".join(str(names.get(code, code)) for code in study.languages)

    @display(description="texts")
    def shown_translations(self, study: Study) -> SafeString:
        names, labels = dict(settings.LANGUAGES), labels_of(study)
        return _listed(
            (f"{names.get(code, code)}: {labels.get(name, name)}", text)
            for code, texts in study.translations.items()
            for name, text in texts.items()
        )

    def before_save(self, request: HttpRequest, obj: Study) -> None:
        """Previews showed the draft as it was before, and their trials hold on to its conditions."""
        if obj.is_draft:
            previews.discard_previews(obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except Fixed as error:
            # It was launched by somebody else while this form was being filled in.
            study = get_object_or_404(Study, pk=object_id)
            messages.error(request, declared.in_words(str(error), labels_of(study)))
            return HttpResponseRedirect(request.path)
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        # Read afresh: a form that was refused has put what was typed into its own study.
        shown = context["original"]
        study = self.get_object(request, str(shown.pk)) if shown is not None else None
        if study is not None:
            context |= {"panel": presentation.of_study(study, request.user), "study": study}
            if not study.is_draft:
                context |= {"save_words": "Save who sees the study", "show_save_and_continue": False}
        else:
            context |= {"presets": presets.presets(), "preset": preset_of(request)}
        response: HttpResponse = super().render_change_form(request, context, **kwargs)
        return response


def _finished(source: Source) -> Coalesce:
    """How many participations of a study finished; by itself, not by a join, it is read from an index."""
    of_study = Participation.objects.filter(
        study=OuterRef("pk"), source=source, state=ParticipationState.FINISHED, verdict=""
    )
    count = of_study.order_by().values("study").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count), 0)


def _flat(fieldsets: list[tuple[Any, dict[str, Any]]]) -> list[str]:
    found: list[str] = []
    for _title, options in fieldsets:
        for line in options["fields"]:
            found.extend([line] if isinstance(line, str) else line)
    return found


def _pairs(names: list[str]) -> list[Any]:
    """Settings side by side, two a line."""
    return [tuple(names[at : at + 2]) for at in range(0, len(names), 2)]
