"""Before the first trial: information, consent, and the researcher's preview."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studies.forms import BeginForm
from studies.models import ParticipationState, Source, Study, StudyState
from studies.services import participations, planning, simulated
from studies.views._http import may_preview, remember, remembered

STATUS_OF_STATE = {StudyState.PAUSED: 503, StudyState.CLOSED: 410}


@never_cache
@require_GET
def landing(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_object_or_404(Study, slug=slug)
    return _landing(request, study, BeginForm())


@never_cache
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_object_or_404(Study, slug=slug)
    earlier = remembered(request, study)
    if earlier is not None:
        return redirect("studies:participation", code=earlier.code)
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _landing(request, study, form, status=400)
    source, facts = Source.PERSON, None
    if form.cleaned_data["simulation"]:
        try:
            source, facts = Source.SIMULATED, simulated.read(study, form.cleaned_data["simulation"])
        except simulated.NotSimulated as error:
            form.add_error(None, str(error))
            return _landing(request, study, form, status=400)
    try:
        participation = participations.begin_participation(
            study=study, source=source, simulation=facts, participant_code=form.participant_code()
        )
    except participations.StudyNotOpen:
        study.refresh_from_db()
        return _unavailable(request, study, status=409)
    response = redirect("studies:participation", code=participation.code)
    remember(response, participation, secure=request.is_secure())
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The study as a participant sees it, for its researchers; what they answer counts nowhere."""
    study = get_object_or_404(Study, slug=slug)
    if not may_preview(request, study):
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            participation = participations.begin_participation(study=study, source=Source.PREVIEW)
        except (planning.NotPrepared, ValueError) as error:
            problem = str(error)
        else:
            return redirect("studies:participation", code=participation.code)
    context = _context(study) | {"form": BeginForm(), "problem": problem, "preview": True}
    return render(request, "studies/landing.html", context, status=409 if problem else 200)


def _landing(request: HttpRequest, study: Study, form: BeginForm, *, status: int = 200) -> HttpResponse:
    earlier = remembered(request, study)
    if study.state != StudyState.LIVE and (earlier is None or not participations.is_open(earlier)):
        return _unavailable(request, study, status=STATUS_OF_STATE.get(StudyState(study.state), 404))
    if earlier is not None:
        context = {
            "study": study,
            "participation": earlier,
            "finished": earlier.state == ParticipationState.FINISHED,
        }
        return render(request, "studies/again.html", context)
    return render(request, "studies/landing.html", _context(study) | {"form": form}, status=status)


def _unavailable(request: HttpRequest, study: Study, *, status: int) -> HttpResponse:
    # What a draft is about is nobody's business yet.
    public = study.state in {StudyState.LIVE, StudyState.PAUSED, StudyState.CLOSED}
    member = may_preview(request, study)
    context = {"study": study, "public": public or member, "member": member}
    return render(request, "studies/unavailable.html", context, status=status)


def _context(study: Study) -> dict[str, object]:
    design = planning.design_of(study)
    needs = design.needs()
    return {
        "study": study,
        "minutes": design.estimated_minutes(),
        "practice": needs.practice,
        "trials": needs.test + needs.vigilance,
    }
