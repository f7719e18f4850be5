"""The pages of the checks before the first trial; the plates' answers stay on the server."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from studies.designs._example import example_trial
from studies.models import Participation, ParticipationState
from studies.rules import payloads, plates
from studies.services import endings, participations, planning, screening, trial_rows
from studies.texts import checks as check_texts
from studies.texts.designs import spoken_questions
from studies.texts.languages import polyglot
from studies.views._ended import of, place_lost
from studies.views._http import limited
from studies.views._leaving import render_leaving

ROWS = Participation.objects.select_related("study")


def page(request: HttpRequest, participation: Participation) -> HttpResponse:
    """The check that is due; when none is left, the trials begin."""
    check = screening.next_check(participation)
    if check == screening.DISPLAY:
        return _display_page(request, participation)
    if check == screening.PLATE:
        return _plate_page(request, participation)
    try:
        screening.go_on(participation)
    except (participations.StudyNotOpen, trial_rows.NotPrepared):
        context = of(participation)
        return render(request, "studies/no_way_on.html", context, status=409)
    except planning.OverQuota as error:
        return place_lost(request, participation, error)
    return redirect("studies:participation", code=participation.code)


def screened_out_page(request: HttpRequest, participation: Participation) -> HttpResponse:
    context = of(participation) | {"reason": participation.screening.get("reason", "")}
    leaving = endings.show(participation)
    return render_leaving(request, "studies/screened_out.html", context, leaving)


@limited(of_participation=True)
@never_cache
@require_POST
@polyglot
def display(request: HttpRequest, code: UUID) -> HttpResponse:
    participation = get_object_or_404(ROWS, code=code)
    translation.activate(participation.language)
    if screening.next_check(participation) == screening.DISPLAY:
        try:
            screening.record_display(
                participation=participation,
                display=_read_display(request.POST.get("facts", "")),
                leaves=request.POST.get("step") == "leave",
            )
        except screening.NotYet as obstacle:
            return _display_page(request, participation, obstacle=obstacle.why)
        except payloads.BadPayload:
            return _display_page(request, participation, obstacle="scripts")
    return redirect("studies:participation", code=code)


@limited(of_participation=True)
@never_cache
@require_POST
@polyglot
def plate(request: HttpRequest, code: UUID, number: int) -> HttpResponse:
    participation = get_object_or_404(ROWS, code=code)
    translation.activate(participation.language)
    # A form without an answer changes nothing: the same plate is shown again.
    with suppress(ValueError):
        screening.record_plate(
            participation=participation, number=number, answer=request.POST.get("answer", "")
        )
    return redirect("studies:participation", code=code)


@limited(of_participation=True)
@require_GET
def plate_picture(request: HttpRequest, code: UUID, token: UUID) -> HttpResponse:
    """The plate that waits for an answer, and no other."""
    participation = get_object_or_404(ROWS, code=code)
    due = participation.state == ParticipationState.SCREENING
    if not due or screening.next_check(participation) != screening.PLATE:
        raise Http404
    number, shown = screening.current_plate(participation)
    if token != screening.plate_token(participation, number):
        raise Http404
    headers = {"Cache-Control": "private, no-store, no-transform"}
    return HttpResponse(plates.png(shown), content_type="image/png", headers=headers)


def _read_display(text: str) -> screening.DisplayFacts | None:
    if not text:
        return None
    facts = payloads.parse_device(text.encode("utf-8", "replace"))
    fits, touch_only = facts.pop("fits", None), facts.pop("touch_only", None)
    if not isinstance(fits, bool) or not isinstance(touch_only, bool):
        raise payloads.BadPayload("fits and touch_only must be yes or no.")
    return screening.DisplayFacts(fits=fits, touch_only=touch_only, facts=facts)


def _display_page(request: HttpRequest, participation: Participation, *, obstacle: str = "") -> HttpResponse:
    chosen = screening.settings_of(participation)
    context = of(participation) | {
        "obstacle": obstacle,
        "required": chosen.display == "require",
        "no_touch": chosen.touch == "refused",
        "check_texts": check_texts.check_texts(),
        "example_trial": spoken_questions(example_trial(planning.design_of(participation.study)).script()),
    }
    return render(request, "studies/check_display.html", context, status=422 if obstacle else 200)


def _plate_page(request: HttpRequest, participation: Participation) -> HttpResponse:
    number, _plate = screening.current_plate(participation)
    context = of(participation) | {
        "number": number,
        "total": len(screening.plates_of(participation)),
        "token": screening.plate_token(participation, number),
        "digits": "123456789",
        "no_figure": plates.NO_FIGURE,
        "side": plates.SIDE,
    }
    return render(request, "studies/check_plate.html", context)
