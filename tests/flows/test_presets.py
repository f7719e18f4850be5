"""Every preset of an offered design becomes a study that is simulated through its addresses, and reported."""

import io
import json
import tomllib

import pytest
from django.core.management import call_command

from colorizers.models import Colorizer, PhotoSet
from studies.models import Participation, Study
from studies.services import presets, stimuli, study_file_format
from tests import builders
from tests.remembered import remembered

# The networks of the demonstration take their time; what paints here is of no importance.
PAINTERS = {
    "zhang2016-class": "sepia", "zhang2016-l2": "luminance_table", "efficientnet-lite-class": "constant_mean",
    "efficientnet-lite-l2": "grey", "welsh2002": "welsh2002", "random": "random",
}  # fmt: skip
FEW = {
    "practice_trials": 2, "qualification_trials": 2, "test_trials": 6, "blocks": 2, "trials_per_block": 6,
    "vigilance_share": 0.2,
}  # fmt: skip
PEOPLE = 5
FORMATS = ("json", "csv", "html", "pdf", "tex", "text")


def demonstration() -> None:
    """Its photo set in small, all of it coloured, and every picture rendered that a study shows."""
    photo_set = builders.make_photo_set(20, name="demonstration", width=72, height=64)
    for slug, method in PAINTERS.items():
        builders.fill_catalogue(photo_set, builders.make_colorizer(method, slug=slug))
    for photo in photo_set.photos.all():
        for colorizer in (None, *Colorizer.objects.values_list("pk", flat=True)):
            stimuli.ensure(stimuli.Picture(photo.pk, colorizer), builders.IMAGE_PX)


@pytest.fixture(params=[preset.name for preset in presets.presets()])
def preset(request, transactional_db, idle_queue):
    remembered("demonstration", demonstration)
    assert PhotoSet.objects.filter(name="demonstration").exists()
    return presets.find(request.param)


def run(*arguments) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def in_small(text: str) -> str:
    """The study with few trials, for the twenty small photos; everything else as the preset says."""
    file = tomllib.loads(text)
    settings = file["design_settings"]
    for name, few in FEW.items():
        # No vigilance trials stay none.
        if settings.get(name):
            settings[name] = few
    return study_file_format.write(file | {"image_px": builders.IMAGE_PX})


def test_it_is_created_launched_simulated_and_reported(preset, tmp_path):
    made = run("create_study", presets.FOLDER / f"{preset.name}.toml")
    study = Study.objects.get()
    assert f"The draft {study.slug!r} is made" in made
    small = tmp_path / "small.toml"
    small.write_text(in_small(preset.text), encoding="utf-8")
    run("create_study", small, "--replace")
    assert f"The study {study.slug!r} is live" in run("launch_study", study.slug)

    arms = study.conditions.filter(kind="test").order_by("position").values_list("slug", flat=True)
    rates = [word for at, slug in enumerate(arms) for word in ("--fool-rate", f"{slug}={0.2 + 0.1 * at:.1f}")]
    said = run(
        "simulate_study", study.slug, "--participants", PEOPLE, "--vigilance-detection", "0.95",
        "--no-pictures", *rates,
    )  # fmt: skip
    assert f"{PEOPLE} simulated participations finished" in said
    assert set(Participation.objects.values_list("source", "state")) == {("simulated", "finished")}

    for form in FORMATS:
        out = tmp_path / f"report.{form}"
        run("report", study.slug, "--population", "simulated", "--format", form, "--out", out)
        assert out.stat().st_size > 500
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert report["participations"] == {"finished": PEOPLE}
    assert report["sections"][0]["lead"]
