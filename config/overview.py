"""The page that the workbench opens with: the studies, the painting under way, and what to do next."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from colorizers.models import Colorizer, GenerationRun, PhotoSet, WorkState
from config.workbench import may_see
from studies.admin.presentation import Turnout, turnouts_of
from studies.models import Study

MOST_ROWS = 8


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the overview's tables to the context of the workbench's first page."""
    mine = Study.objects.visible_to(request.user).filter(archived_at=None)
    studies = list(mine.defer("protocol")[:MOST_ROWS])
    turnouts = turnouts_of(studies)
    may_see_runs = may_see(request, "colorizers_generationrun")
    runs = GenerationRun.objects.all() if may_see_runs else GenerationRun.objects.none()
    runs = runs.select_related("photo_set", "colorizer")[:MOST_ROWS]
    return context | {
        "steps": _steps(request),
        "studies_table": {
            "headers": [_("Study"), _("State"), _("People finished"), _("Simulated"), ""],
            "rows": [_study_row(study, turnouts[study.pk]) for study in studies],
        },
        "runs_table": {
            "headers": [_("Colouring"), _("State"), _("Pictures")],
            "rows": [_run_row(run) for run in runs],
        },
    }


def _steps(request: HttpRequest) -> list[dict[str, Any]]:
    """The parts of the work; those that this person may not see are left out."""
    steps: list[dict[str, Any]] = [
        {
            "model": "colorizers_photoset",
            "title": _("Photo sets"),
            "count": PhotoSet.objects.count(),
            "text": _("Upload photographs"),
            "url": reverse("admin:colorizers_photoset_changelist"),
        },
        {
            "model": "colorizers_colorizer",
            "title": _("Colorizers"),
            "count": Colorizer.objects.count(),
            "text": _("Register the models to compare"),
            "url": reverse("admin:colorizers_colorizer_changelist"),
        },
        {
            "model": "studies_study",
            "title": _("Studies"),
            "count": Study.objects.visible_to(request.user).count(),
            "text": _("Ask people"),
            "url": reverse("admin:studies_study_changelist"),
        },
    ]
    return [step for step in steps if may_see(request, step["model"])]


def _study_row(study: Study, turnout: Turnout) -> list[Any]:
    page = format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
                       reverse("admin:studies_study_change", args=[study.pk]), study.title)  # fmt: skip
    report = format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
                         reverse("evaluation:report", args=[study.slug]), _("Report"))  # fmt: skip
    return [
        page,
        study.get_state_display(),
        f"{turnout.finished} / {study.planned_participants}",
        turnout.simulated_finished,
        report,
    ]


def _run_row(run: GenerationRun) -> list[Any]:
    page = format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
                       reverse("admin:colorizers_generationrun_change", args=[run.pk]), str(run))  # fmt: skip
    return [page, WorkState(run.state).label, run.total]
