"""The blinding audit of every design: honest pictures pass, and what betrays the arms is found."""

import pytest
from django.http import HttpResponse

from studies import designs
from studies.blinding import wording
from studies.models import Participation, Stimulus
from studies.services.blinding_audits import audit
from studies.views import picture
from tests.builders import launched_study

pytestmark = pytest.mark.django_db
FEW = {"practice_trials": 2, "test_trials": 8, "vigilance_share": 0.2}
SETTINGS = {
    "pair": FEW,
    "preference": FEW,
    "rank": FEW | {"pictures": 3, "ask_worst": True},
    "single": FEW | {"qualification_trials": 4, "qualification_pass": 1.0},
    "staircase": {"practice_trials": 2, "blocks": 1, "trials_per_block": 16, "vigilance_share": 0.2},
}
PAIRS = 40
# Three arms are asked about two by two: each question has a third of the pairs.
OF_THREE = 80


@pytest.fixture(params=designs.names())
def study(request, idle_queue, every_design):
    """A live study of each design, whether anybody concludes from it yet or not."""
    name = request.param
    return launched_study(
        f"audited-{name}",
        design=name,
        design_settings=SETTINGS.get(name, FEW),
        allocation=designs.get(name).allocations[0],
        colorizers=("sepia", "luminance_table", "grey") if name == "rank" else ("sepia", "luminance_table"),
        photos=24,
    )


@pytest.fixture
def telling(monkeypatch):
    """A server whose replies say in a header whose picture they bring."""
    opened, whose = Stimulus.file.field.attr_class.open, []

    def noting(file, mode="rb"):
        made = file.instance.colorization
        whose[:] = [str(made.colorizer_id) if made else "0"]
        return opened(file, mode)

    class Telling(HttpResponse):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self["X-Trace"] = whose[0]

    monkeypatch.setattr(Stimulus.file.field.attr_class, "open", noting)
    monkeypatch.setattr(picture, "HttpResponse", Telling)


def test_honest_pictures_of_any_design_pass(study):
    pairs = OF_THREE if study.design == "rank" else PAIRS
    made = audit(study, pairs=pairs)
    assert made.passed, wording.summary(made.result)
    assert made.result["pairs"] >= pairs
    # More than the photos of practice, behind which a qualification might end it.
    assert made.result["photos"] >= 14
    assert made.result["smallest"] is not None
    assert not Participation.objects.exists()


def test_what_betrays_the_arms_of_any_design_is_found(study, telling):
    made = audit(study, pairs=PAIRS)
    found = {one["name"] for one in made.result["findings"] if one["adjusted"] <= 0.01}
    assert any(name.startswith("header, x-trace") for name in found)
    assert not made.passed
