"""Who may see a study's results."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from evaluation.models import Population, Report
from studies.models import Study


def study_or_404(request: HttpRequest, slug: str) -> Study:
    """The study, for its owner, its researchers and administrators; it does not exist for anybody else."""
    return get_object_or_404(Study.objects.visible_to(request.user).select_related("photo_set"), slug=slug)


def report_or_404(request: HttpRequest, slug: str, code: str) -> Report:
    """One frozen report of a study that the user may see."""
    return get_object_or_404(Report, study=study_or_404(request, slug), code=code)


def population_or_404(request: HttpRequest) -> Population | None:
    """The population that the address asks for; None where it leaves the choice to the page."""
    wanted = request.GET.get("population")
    if wanted is None:
        return None
    if wanted not in Population.values:
        raise Http404(f"There is no population {wanted!r}.")
    return Population(wanted)
