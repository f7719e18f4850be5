"""Before the first trial: who arrives, information, consent, and the researcher's preview."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studies import limits
from studies.models import Participation, ParticipationState, Source, Study, StudyState
from studies.recruiters._outcomes import ELSEWHERE, NO_CONSENT, SECOND_VISIT
from studies.recruiters._recruiter import Arrival, BadArrival
from studies.services import (
    arrival_faults,
    endings,
    participations,
    planning,
    recruiting,
    trial_rows,
)
from studies.services.data_to_load import download_bytes
from studies.simulation import signed
from studies.texts import languages
from studies.texts import outcomes as outcome_texts
from studies.texts.designs import spoken, spoken_words
from studies.texts.languages import polyglot
from studies.texts.recruiters import said
from studies.views._ended import ARRIVAL, no_place, turned_away, unavailable
from studies.views._http import (
    limited,
    may_preview,
    remember,
    remembered,
    remembered_in_group,
)
from studies.views._leaving import render_leaving
from studies.views.forms import BeginForm
from studies.views.framing import framed

# In a recruiter's frame the study opens in a window of its own: that address has this in its query.
OWN_WINDOW = "window"


@limited()
@never_cache
@require_GET
@polyglot
def landing(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_object_or_404(Study, slug=slug)
    translation.activate(languages.chosen(request, study))
    try:
        arrival = _arrival(request, study)
    except BadArrival as error:
        earlier = remembered(request, study)
        if earlier is None:
            return _unclear(request, study, error)
        arrival = Arrival()
    earlier = _earlier(request, study, arrival)
    origins = recruiting.recruiter_of(study).framed_by
    if origins and OWN_WINDOW not in request.GET and (arrival.person or arrival.looking):
        return framed(_in_frame(request, study, arrival, earlier), origins)
    if earlier is not None:
        recruiting.come_back(earlier, arrival)
        return _again(request, study, earlier, arrival)
    if not recruiting.recruiter_of(study).id_names:
        arrival_faults.note_unfilled(study, dict(request.GET.lists()))
    return _to_begin(request, study, arrival, _form(request, study, arrival))


@limited()
@never_cache
@require_GET
def invitation(request: HttpRequest, slug: str, code: UUID) -> HttpResponse:
    """The short form of a single-use link."""
    query = request.GET.copy()
    query["invitation"] = str(code)
    return redirect(f"{reverse('studies:landing', args=[slug])}?{query.urlencode()}")


@limited(limits.BEGINNINGS)
@never_cache
@require_POST
@polyglot
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_object_or_404(Study, slug=slug)
    translation.activate(languages.chosen(request, study))
    form = _begin_form(study, request.POST)
    if request.POST.get("simulation"):
        return _begin_simulated(request, study, form)
    arrival = Arrival()
    if recruiting.recruiter_of(study).id_names:
        try:
            arrival = recruiting.carried(study, request.POST.get("arrival", ""))
        except BadArrival as error:
            earlier = remembered(request, study)
            return _unclear(request, study, error) if earlier is None else _on(request, earlier)
    earlier = _earlier(request, study, arrival)
    if earlier is not None:
        recruiting.come_back(earlier, arrival)
        if endings.is_second_visit(earlier, arrival):
            return turned_away(request, study, arrival, SECOND_VISIT, earlier=earlier)
        return _on(request, earlier)
    if request.POST.get("step") == "decline":
        return turned_away(request, study, arrival, NO_CONSENT)
    if not form.is_valid():
        return _to_begin(request, study, arrival, form, status=400)
    try:
        participation = recruiting.begin(
            study=study,
            arrival=arrival,
            language=translation.get_language(),
            participant_code=form.participant_code(),
            in_browser=remembered_in_group(request, study),
        )
    except participations.StudyNotOpen:
        study.refresh_from_db()
        return unavailable(request, study, arrival, status=409)
    except planning.OverQuota as error:
        return no_place(request, study, arrival, error)
    except recruiting.TookPartElsewhere:
        return turned_away(request, study, arrival, ELSEWHERE)
    endings.begun_after_all(study, arrival)
    return _on(request, participation)


def _begin_simulated(request: HttpRequest, study: Study, form: BeginForm) -> HttpResponse:
    try:
        facts = signed.read(study, request.POST["simulation"])
    except signed.NotSimulated as error:
        form.add_error(None, str(error))
        return _to_begin(request, study, Arrival(), form, status=400)
    try:
        participation = participations.begin_participation(
            study=study,
            source=Source.SIMULATED,
            simulation=facts,
            language=translation.get_language(),
        )
    except participations.StudyNotOpen:
        study.refresh_from_db()
        return unavailable(request, study, status=409)
    return _on(request, participation)


@limited()
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@polyglot
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The study as a participant sees it, for its researchers; what they answer counts nowhere."""
    study = get_object_or_404(Study, slug=slug)
    if not may_preview(request, study):
        raise Http404
    problem = ""
    language = languages.chosen(request, study)
    translation.activate(language)
    if request.method == "POST":
        try:
            participation = participations.begin_participation(
                study=study, source=Source.PREVIEW, language=language
            )
        except (trial_rows.NotPrepared, ValueError) as error:
            problem = str(error)
        else:
            return redirect("studies:participation", code=participation.code)
    form = _begin_form(study, initial={"language": language})
    context = _context(study) | {"form": form, "problem": problem, "preview": True}
    return render(request, "studies/landing.html", context, status=409 if problem else 200)


# --- who it is -------------------------------------------------------------------------------


def _arrival(request: HttpRequest, study: Study) -> Arrival:
    """What the address says of the person; a simulated participant's says that there is none."""
    if request.GET.get("simulation"):
        try:
            signed.read(study, request.GET["simulation"])
        except signed.NotSimulated as error:
            raise BadArrival(str(error)) from error
        return Arrival()
    if ARRIVAL in request.GET and recruiting.recruiter_of(study).id_names:
        return recruiting.carried(study, request.GET[ARRIVAL])
    return recruiting.arrive(study, dict(request.GET.lists()))


def _earlier(request: HttpRequest, study: Study, arrival: Arrival) -> Participation | None:
    """The person's participation in this study.

    Where the recruiter names people the browser has no say: a laboratory's computer has served others.
    """
    return recruiting.known(study, arrival) if arrival.person else remembered(request, study)


# --- pages -----------------------------------------------------------------------------------


def _on(request: HttpRequest, participation: Participation) -> HttpResponse:
    response = redirect("studies:participation", code=participation.code)
    remember(response, participation, secure=request.is_secure())
    return response


def _to_begin(
    request: HttpRequest, study: Study, arrival: Arrival, form: BeginForm, *, status: int = 200
) -> HttpResponse:
    """The landing page, unless the study has no place for this person."""
    simulated_person = form.data.get("simulation") or request.GET.get("simulation")
    refusal = _refusal(request, study, arrival, anybody=bool(simulated_person))
    if refusal is not None:
        return refusal
    context = _context(study) | {"form": form, "looking": arrival.looking}
    return render(request, "studies/landing.html", context, status=status)


def _refusal(
    request: HttpRequest, study: Study, arrival: Arrival, *, anybody: bool = False
) -> HttpResponse | None:
    """Why this person cannot begin the study now, as a page with the way back; None: they can."""
    if study.state != StudyState.LIVE:
        return unavailable(request, study, arrival)
    if anybody or arrival.looking:
        return None
    if recruiting.took_part_elsewhere(study, arrival, remembered_in_group(request, study)):
        return turned_away(request, study, arrival, ELSEWHERE)
    try:
        planning.check_quota(study, Source.PERSON)
    except planning.OverQuota as error:
        return no_place(request, study, arrival, error)
    return None


def _again(request: HttpRequest, study: Study, earlier: Participation, arrival: Arrival) -> HttpResponse:
    """Somebody who has been here: on they go, or they find their last page with code and way back."""
    translation.activate(earlier.language)
    if endings.is_second_visit(earlier, arrival):
        return turned_away(request, study, arrival, SECOND_VISIT, earlier=earlier)
    finished = earlier.state == ParticipationState.FINISHED
    if not finished and endings.outcome_of(earlier):
        return _on(request, earlier)
    context = {"study": study, "participation": earlier, "finished": finished}
    leaving = endings.show(earlier) if finished else None
    return render_leaving(request, "studies/again.html", context, leaving)


def _in_frame(
    request: HttpRequest, study: Study, arrival: Arrival, earlier: Participation | None
) -> HttpResponse:
    """What stands in the recruiter's frame: the study to look at, the way into it, and the way back."""
    if earlier is not None and endings.is_second_visit(earlier, arrival):
        return turned_away(request, study, arrival, SECOND_VISIT, earlier=earlier)
    refusal = None if earlier is not None else _refusal(request, study, arrival)
    if refusal is not None:
        return refusal
    query = request.GET.copy()
    query[OWN_WINDOW] = "1"
    context = _context(study) | {
        "participation": earlier,
        "looking": arrival.looking,
        "recruiter": recruiting.recruiter_of(study).title,
        "own_window": f"{request.path}?{query.urlencode()}",
        "reload": request.get_full_path(),
    }
    leaving = None
    if earlier is not None:
        translation.activate(earlier.language)
        leaving = endings.show(earlier)
        context["sentence"] = outcome_texts.in_a_frame(endings.outcome_of(earlier))
    return render_leaving(request, "studies/framed.html", context, leaving)


def _unclear(request: HttpRequest, study: Study, error: BadArrival) -> HttpResponse:
    # What a draft is about is nobody's business yet.
    if study.state != StudyState.LIVE:
        return unavailable(request, study)
    arrival_faults.note(study, error)
    return render(request, "studies/unclear.html", {"study": study, "problem": said(error)}, status=400)


def _form(request: HttpRequest, study: Study, arrival: Arrival) -> BeginForm:
    language = translation.get_language()
    signed = recruiting.carry(study, arrival) if arrival.person else ""
    return _begin_form(study, initial={"language": language, "arrival": signed})


def _begin_form(study: Study, *args: Any, **kwargs: Any) -> BeginForm:
    """The form with the study's own texts, in the language that is active."""
    return BeginForm(*args, statements=study.texts.statements, **kwargs)


def _context(study: Study) -> dict[str, Any]:
    design = planning.design_of(study)
    needs, words = design.needs(), design.words()
    return {
        "study": study,
        "minutes": design.estimated_minutes(),
        "megabytes": math.ceil(download_bytes(study) / 1e6),
        "practice": needs.practice,
        "trials": needs.test + needs.vigilance,
        "words": spoken_words(words),
        "look": [(scene, spoken(words.captions[scene])) for scene in words.look.scenes.values()]
        if words.look
        else [],
        "languages": languages.choices(study),
        "language": translation.get_language(),
    }
