"""A new study that starts from a preset: its form is filled in, and its conditions wait for colorizers."""

import pytest

from studies import designs
from studies.models import Study
from studies.services import presets
from tests import builders
from tests.sent_forms import sent

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("every_design")]

ADD = "/admin/studies/study/add/"


@pytest.fixture
def by_ada(client, ada):
    client.force_login(ada)
    return client


@pytest.mark.parametrize("file", sorted(presets.FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_a_preset_is_a_study_file_without_errors(file):
    found = presets.find(file.stem)
    assert (found is not None) is file.read_text(encoding="utf-8").startswith(presets.MARK)
    if found:
        assert found.document().errors == []
        assert found.title
        assert found.summary.endswith(("?", "."))


def test_a_new_study_offers_all_presets_and_an_empty_one(by_ada):
    page = by_ada.get(ADD).content.decode()
    for preset in presets.presets():
        assert f'href="?from={preset.name}"' in page
        assert preset.summary in page.replace("&quot;", '"').replace("&#x27;", "'")
    assert "An empty study" in page


def test_those_of_designs_that_are_not_offered_are_not_there(by_ada, monkeypatch):
    monkeypatch.setattr(designs, "_concluded", [lambda: ["pair"]])
    assert {preset.document().study["design"] for preset in presets.presets()} == {"pair"}
    assert presets.find("hype_time") is None
    assert by_ada.get(ADD, {"from": "hype_time"}).status_code == 200


def test_the_form_has_its_texts_and_settings(by_ada):
    form = by_ada.get(ADD, {"from": "hype_time"}).context["adminform"].form
    shown = {name: form[name].value() for name in ("design", "title", "allocation", "settings_of")}
    assert shown == {
        "design": "staircase",
        "title": "Real or fake colours, at a glance?",
        "allocation": "one_condition_per_participation",
        "settings_of": "staircase",
    }
    assert form["design_settings__trials_per_block"].value() == 150
    assert form["photo_set"].value() is None


def test_a_preset_becomes_a_draft_of_the_conditions_that_got_a_colorizer(by_ada, ada):
    meadow = builders.make_photo_set(2)
    colorizer = builders.make_colorizer("sepia", slug="zhang2016-class")
    data = sent(by_ada.get(ADD, {"from": "palette2021"}), Study)
    assert data["conditions-TOTAL_FORMS"] == ["5"]
    assert data["conditions-0-colorizer"] == [str(colorizer.pk)], "it is there by the name of the preset"
    assert data["conditions-1-slug"] == ["coltran"]
    data |= {"photo_set": meadow.pk, "slug": "mine"}
    reply = by_ada.post(f"{ADD}?from=palette2021", data)
    assert reply.status_code == 302, reply.context["errors"]
    study = Study.objects.get()
    assert (study.slug, study.owner) == ("mine", ada)
    assert study.design_settings["exposure_ms"] == [3000, 5000]
    assert study.design_settings["wording"] == "from a camera"
    assert [(one.slug, one.colorizer) for one in study.conditions.all()] == [("pixcolor", colorizer)]
