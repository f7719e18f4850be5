"""The participation's page and what the trial runner asks and tells; docs/runner.md is the contract."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from studies import limits
from studies.designs._design import Feedback
from studies.designs._words import INVENTED_COLOURS, Words
from studies.models import Participation, ParticipationState, Trial, TrialKind
from studies.rules import payloads
from studies.services import participations, planning, responses
from studies.texts.designs import spoken, spoken_questions, spoken_words
from studies.texts.languages import polyglot
from studies.texts.runner import runner_texts
from studies.views import _ended, checks, debrief
from studies.views._http import limited, runner_endpoint

# Fetched once an answer, so without the long texts of plan and protocol.
RUNNER = Path(__file__).parents[1] / "static" / "studies" / "runner"
TRIALS = Trial.objects.select_related("participation__study").defer(
    "participation__stimuli", "participation__device", "participation__simulation",
    "participation__study__protocol", "participation__study__preparation",
)  # fmt: skip


@limited(of_participation=True)
@never_cache
@require_GET
@polyglot
def page(request: HttpRequest, code: UUID) -> HttpResponse:
    participation = get_object_or_404(Participation.objects.select_related("study"), code=code)
    translation.activate(participation.language)
    if participation.state == ParticipationState.SCREENING:
        return checks.page(request, participation)
    if participation.state == ParticipationState.SCREENED_OUT:
        return checks.screened_out_page(request, participation)
    if participation.state == ParticipationState.FINISHED:
        return debrief.page(request, participation)
    if participation.state == ParticipationState.WITHDRAWN:
        return redirect("studies:withdraw", code=code)
    if not participations.is_open(participation):
        return _ended.timed_out(request, participation)
    try:
        planning.check_place(participation)
    except planning.OverQuota as error:
        return _ended.place_lost(request, participation, error)
    context = _ended.of(participation) | {"runner_texts": runner_texts(), "runner_modules": runner_modules()}
    return render(request, "studies/participation.html", context)


@cache
def runner_modules() -> list[str]:
    """The addresses of the runner's modules, as they import each other.

    Named in the page, they come all at once; otherwise each level of imports costs a slow line another
    second.
    """
    return [f"{settings.STATIC_URL}studies/runner/{file.name}" for file in sorted(RUNNER.glob("*.js"))]


@runner_endpoint("GET")
def state(request: HttpRequest, code: UUID) -> JsonResponse:
    limits.count_participation(request, code)
    participation = get_object_or_404(Participation.objects.select_related("study"), code=code)
    study = participation.study
    translation.activate(participation.language)
    participations.note_seen(participation)
    design = planning.design_of(study)
    briefing = design.briefing()
    finished = participation.state == ParticipationState.FINISHED
    if not finished and not participations.is_open(participation):
        raise responses.NotNow(participations.why_over(participation))
    try:
        planning.check_place(participation)
    except planning.OverQuota as error:
        raise responses.NotNow(participations.no_place_left()) from error
    trials = [] if finished else participations.open_trials(participation)
    return JsonResponse(
        {
            "participation": str(participation.code),
            "title": study.texts.title,
            "words": spoken_words(design.words()),
            "image_px": study.image_px,
            "break_every": briefing.break_every,
            "answer_limit_ms": briefing.answer_limit_ms,
            "progress": participations.progress(participation),
            "finished": finished,
            "trials": [public_trial(trial) for trial in trials],
        }
    )


def public_trial(trial: Trial) -> dict[str, Any]:
    """What the browser may know of a trial: no key, no condition, no photo, no face of a picture."""
    addresses = {
        (picture.frame, picture.slot): reverse("studies:picture", args=[picture.token])
        for picture in trial.pictures.all()
    }
    frames = []
    for index, planned in enumerate(trial.spec["frames"]):
        frame = {"kind": planned["kind"], "duration_ms": planned["duration_ms"]}
        if planned["images"]:
            frame["images"] = [
                {"slot": picture["slot"], "src": addresses[index, picture["slot"]]}
                for picture in planned["images"]
            ]
        frames.append(frame)
    return {
        "code": str(trial.code),
        "number": trial.number,
        "kind": "practice" if trial.kind == TrialKind.PRACTICE else "test",
        # Scripts of earlier releases are of the pair test, which tells after practice alone.
        "feedback": trial.spec.get("feedback", trial.kind == TrialKind.PRACTICE),
        "frames": frames,
        # Designs plan in English, which keeps their code pure.
        **spoken_questions(trial.spec),
    }


def _told(feedback: Feedback, words: Words) -> dict[str, Any]:
    return {
        "right": feedback.right,
        "captions": {slot: spoken(words.captions[what]) for slot, what in feedback.captions.items()},
        "marked": [slot for slot, what in feedback.captions.items() if what == INVENTED_COLOURS],
        "show_ms": feedback.show_ms,
    }


@runner_endpoint("POST")
def device(request: HttpRequest, code: UUID) -> JsonResponse:
    limits.count_participation(request, code)
    participation = get_object_or_404(Participation, code=code)
    facts = payloads.parse_device(request.body)
    if not participations.note_page_load(participation=participation, device=facts):
        most = participations.MAX_PAGE_LOADS
        raise responses.NotNow(f"{most} page loads of a participation are kept; this one is one more.")
    return JsonResponse({"received": True}, status=201)


@runner_endpoint("POST")
def record_response(request: HttpRequest, code: UUID) -> JsonResponse:
    trial = get_object_or_404(TRIALS, code=code)
    limits.count_participation(request, trial.participation.code)
    translation.activate(trial.participation.language)
    design = planning.design_of(trial.participation.study)
    more = trial.spec.get("more", ())
    answer = payloads.parse_answer(
        request.body,
        offered=_values(trial.spec),
        questions={one["name"]: _values(one) for one in more},
        distinct=[one["name"] for one in more if one["distinct"]],
        may_be_missing=design.briefing().answer_limit_ms is not None,
    )
    response, created = responses.record_response(trial=trial, answer=answer)
    feedback = responses.feedback_on(response)
    reply = {
        "received": response.received_at,
        "voided": response.voided,
        "progress": participations.progress(trial.participation),
        "finished": trial.participation.state == ParticipationState.FINISHED,
        "feedback": None if feedback is None else _told(feedback, design.words()),
    }
    return JsonResponse(reply, status=201 if created else 200)


def _values(question: Mapping[str, Any]) -> list[str]:
    return [choice["value"] for choice in question["answers"]]
