"""Pages for people who do not begin or cannot go on: why, and the way back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from studies import limits
from studies.models import Participation, Source, Study, StudyState
from studies.recruiters._outcomes import NO_CONSENT, OVER_QUOTA, SECOND_VISIT, TIMED_OUT
from studies.recruiters._recruiter import Arrival, Leaving
from studies.services import endings, planning, recruiting
from studies.texts import outcomes as outcome_texts
from studies.views._http import may_preview
from studies.views._leaving import render_leaving

STATUS_OF_STATE = {StudyState.PAUSED: 503, StudyState.CLOSED: 410}
STATUS = {NO_CONSENT: 200, SECOND_VISIT: 200, TIMED_OUT: 410}
# The page for those who may come in later looks again after so long.
RETRY_SECONDS = 60
ARRIVAL = "arrival"


# --- before a participation ------------------------------------------------------------------


def turned_away(
    request: HttpRequest, study: Study, arrival: Arrival, outcome: str, **context: Any
) -> HttpResponse:
    """Somebody who does not begin, with the way back of this outcome."""
    notes = []
    if outcome == NO_CONSENT:
        notes.append(gettext(outcome_texts.CHANGE_OF_MIND))
        if arrival.ids:
            notes.append(_kept(outcome_texts.KEPT_OF_A_VISIT, study))
    leaving = _turn_away(request, study, arrival, outcome)
    return _ended(request, {"study": study, "notes": notes, **context}, outcome, leaving)


def _turn_away(request: HttpRequest, study: Study, arrival: Arrival, outcome: str) -> Leaving:
    def has_room() -> bool:
        try:
            limits.count_address(request, limits.VISITS, of=study.slug)
        except limits.TooMany:
            return False
        return True

    return endings.turn_away(study, arrival, outcome, has_room)


def no_place(request: HttpRequest, study: Study, arrival: Arrival, error: planning.OverQuota) -> HttpResponse:
    """A full study: for good, or until somebody who holds a place does not go on."""
    if not isinstance(error, planning.FullForNow):
        return turned_away(request, study, arrival, OVER_QUOTA)
    leaving = _turn_away(request, study, arrival, OVER_QUOTA)
    again = reverse("studies:landing", args=[study.slug])
    if arrival.person:
        again = f"{again}?{urlencode({ARRIVAL: recruiting.carry(study, arrival)})}"
    return _later(request, {"study": study, "again": again}, leaving)


def unavailable(
    request: HttpRequest, study: Study, arrival: Arrival | None = None, *, status: int = 0
) -> HttpResponse:
    """A study that is not open; who was sent to one that was gets a way back."""
    # What a draft is about is nobody's business yet.
    public = study.state in {StudyState.LIVE, StudyState.PAUSED, StudyState.CLOSED}
    member = may_preview(request, study)
    leaving = None
    if arrival is not None and arrival.ids and study.state in STATUS_OF_STATE:
        leaving = _turn_away(request, study, arrival, OVER_QUOTA)
    context = {"study": study, "public": public or member, "member": member}
    status = status or STATUS_OF_STATE.get(StudyState(study.state), 404)
    return render_leaving(request, "studies/unavailable.html", context, leaving, status=status)


# --- of a participation ----------------------------------------------------------------------


def timed_out(request: HttpRequest, participation: Participation) -> HttpResponse:
    """The study was closed before they had finished."""
    return _ended(request, of(participation), TIMED_OUT, endings.show(participation))


def place_lost(request: HttpRequest, participation: Participation, error: planning.OverQuota) -> HttpResponse:
    """Somebody who has not answered yet, and whose place is taken: for good, or until one becomes free."""
    leaving = endings.show(participation, OVER_QUOTA)
    if not isinstance(error, planning.FullForNow):
        return _ended(request, of(participation), OVER_QUOTA, leaving)
    again = reverse("studies:participation", args=[participation.code])
    return _later(request, of(participation) | {"again": again}, leaving)


def of(participation: Participation) -> dict[str, Any]:
    """What every page of a participation needs."""
    return {
        "participation": participation,
        "study": participation.study,
        "preview": participation.source == Source.PREVIEW,
    }


# --- both ------------------------------------------------------------------------------------


def _ended(
    request: HttpRequest, context: dict[str, Any], outcome: str, leaving: Leaving | None
) -> HttpResponse:
    context |= {"outcome": outcome, "sentence": outcome_texts.sentence(outcome)}
    status = STATUS.get(outcome, 409)
    return render_leaving(request, "studies/ended.html", context, leaving, status=status)


def _later(request: HttpRequest, context: dict[str, Any], leaving: Leaving | None) -> HttpResponse:
    context |= {"seconds": RETRY_SECONDS}
    response = render_leaving(request, "studies/later.html", context, leaving, status=409)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _kept(text: str, study: Study) -> str:
    return outcome_texts.kept(text, recruiting.recruiter_of(study).title, settings.PAYMENT_DAYS)
