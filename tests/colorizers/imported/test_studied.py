"""Imported pictures in a study, its launch, its scores and its report: as painted ones, and told apart."""

import json

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image, ImageFilter

from colorizers.models import Colorization, Colorizer
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.told import Told
from evaluation.models import Population, Score
from evaluation.services import scores
from evaluation.services.report_contents import study_facts
from studies.models import Condition, ConditionKind, Stimulus
from studies.services import blinding_audits, lifecycle, validation
from studies.services.protocol import verify_protocol
from tests.builders import make_study
from tests.colorizers.imported.conftest import folder_of, keep, painted, results
from tests.conftest import png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def blurred(seed):
    soft = Image.fromarray(painted(seed)).filter(ImageFilter.GaussianBlur(2))
    return png_bytes(np.clip(np.asarray(soft).astype(int) + 20, 0, 255).astype(np.uint8))


@pytest.fixture
def study(tmp_path):
    """A draft with an imported arm beside painted ones."""
    study = make_study(colorizers=("sepia",))
    keep(
        folder_of(tmp_path, results(14)), study.photo_set, title="Our model", licence="CC BY 4.0",
        origin="https://example.org/ours", settings={"model_version": "v3"},
    )  # fmt: skip
    ours = Colorizer.objects.get(slug="ours")
    Condition.objects.create(
        study=study, slug="ours", title="Ours", kind=ConditionKind.TEST, colorizer=ours, position=9
    )
    return study


def test_a_study_with_them_launches_and_shows_exactly_their_pixels(study, settings):
    settings.BLINDING_AUDIT_PAIRS = 40
    lifecycle.launch(study=study)
    study.refresh_from_db()
    assert verify_protocol(study, files=True) == []
    assert study.protocol["colorizers"]["ours"]["identity"]["settings"]["model_version"] == "v3"
    assert Stimulus.objects.filter(colorization__colorizer__slug="ours").count() == 14
    audit = blinding_audits.that_counts(study)
    assert audit is not None
    assert not audit.result["certain"]


def test_the_launch_panel_says_what_tells_them_besides_colour(study, tmp_path):
    said = [str(finding) for finding in validation.check(study).warnings]
    assert any(text.startswith("Our model: 14 pictures shown as delivered. Besides colour,") for text in said)
    assert any("--treatment replace_lightness" in text for text in said)


def test_pictures_with_the_photos_lightness_are_only_noted(study, tmp_path):
    keep(
        folder_of(tmp_path, results(14)), study.photo_set, "calm", settings={"treatment": "replace_lightness"}
    )
    study.conditions.filter(slug="ours").update(colorizer=Colorizer.objects.get(slug="calm"))
    readiness = validation.check(study)
    assert not any("Besides colour" in str(finding) for finding in readiness.warnings)
    assert any("shown with the photos' own lightness" in str(finding) for finding in readiness.notes)


def test_softer_and_lighter_pictures_are_called_so(study, tmp_path):
    files = {f"photo-{seed:03d}.png": blurred(seed) for seed in range(14)}
    keep(folder_of(tmp_path, files, "soft"), study.photo_set, "soft")
    study.conditions.filter(slug="ours").update(colorizer=Colorizer.objects.get(slug="soft"))
    (told,) = [str(one) for one in validation.check(study).warnings if "Besides colour" in str(one)]
    assert "lighter" in told
    assert "edges are softer" in told


def test_a_photo_without_a_finished_picture_is_a_problem_with_the_command_that_imports_it(study, tmp_path):
    Colorization.objects.filter(colorizer__slug="ours", photo__name="photo-003.png").delete()
    (problem,) = [one for one in validation.check(study).problems if one.about == "pictures"]
    assert problem.text.startswith("1 of 14 photos has no picture by the colorizer 'ours'")
    assert problem.command.endswith("import_colorizations FOLDER_OR_ZIP --set meadow --name ours")


def test_they_are_scored_as_painted_ones_are(study):
    for colorization in scores.colorizations_to_score(photo_set=study.photo_set):
        scores.score_colorization(colorization)
    ours = Score.objects.filter(colorization__colorizer__slug="ours")
    sepia = Score.objects.filter(colorization__colorizer__slug="sepia")
    assert ours.count() == sepia.count() > 0


def test_the_report_says_where_they_come_from_and_how_they_differ(study):
    lifecycle.launch(study=study)
    study.refresh_from_db()
    facts = study_facts(study, Population.PEOPLE)
    ours = next(one for one in facts["conditions"] if one["slug"] == "ours")
    assert ours["made_elsewhere"]["origin"] == "https://example.org/ours"
    assert ours["made_elsewhere"]["difference"]["pictures"] == 14
    assert json.loads(json.dumps(facts)) == facts
    findings = {"exposure": {"measured": 0}}
    (section,) = certificate_section(Told(findings, {"study": facts}))
    said = {fact.term: fact.text for fact in section.facts}
    assert said["Pictures of Ours"].startswith(
        "Made elsewhere (ours, v3, https://example.org/ours, CC BY 4.0). 14 pictures shown as delivered. "
    )
    assert any(one.key == "besides-colour" for one in section.definitions)


def test_a_study_without_them_says_nothing_of_it():
    study = make_study(colorizers=("sepia",))
    facts = study_facts(study, Population.PEOPLE)
    assert not any("made_elsewhere" in one for one in facts["conditions"])
    (section,) = certificate_section(Told({"exposure": {"measured": 0}}, {"study": facts}))
    assert [fact.term for fact in section.facts] == ["Exposure as measured", "Blinding"]


def test_the_catalogue_shows_how_each_differs(study, client, root):
    client.force_login(root)
    page = client.get(reverse("colorizers:catalogue", args=["meadow"])).content.decode()
    delivery = Colorization.objects.filter(colorizer__slug="ours").first().delivery
    assert "<dt>L* differs</dt>" in page
    assert f"<dd>{delivery.lightness_shift:.1f}</dd>" in page
    assert page.count("<dt>sharpness</dt>") == 14  # of the imported ones alone
