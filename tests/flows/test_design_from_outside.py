"""A design from a folder of one's own: its two files are enough, from a study file to the report."""

import json
import sys
import zipfile

import pytest
from django.urls import reverse

from evaluation import designs as concluding
from studies import designs as asking
from studies.models import Participation, Study
from studies.services import study_files
from tests import builders
from tests.flows.test_presets import FORMATS, demonstration, run
from tests.remembered import remembered

ASKS = '''
"""One picture: do its colours look warm or cold?"""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _words
from studies.designs._columns import FLAG, Column, digest_column
from studies.designs._dealing import fixed_plan
from studies.designs._design import MIXED, Reaction, Treatment
from studies.designs._one import SLOT, OnePicture
from studies.designs._settings import check_settings
from studies.designs._trial import VIGILANCE, Choice, TrialSpec
from studies.designs._words import say

ANSWERS = (Choice("warm", "Warm", ("ArrowLeft", "1")), Choice("cold", "Cold", ("ArrowRight", "2")))


@dataclass(frozen=True)
class WarmthSettings:
    exposure_ms: int | None = _fields.exposure(None)
    lead_in_ms: int = _fields.lead_in("picture")
    mask: str = _fields.mask()
    answer_limit_ms: int | None = _fields.answer_limit()
    confidence: str = _fields.confidence()
    practice_trials: int = _fields.practice(2)
    test_trials: int = _fields.trials(12)
    vigilance_share: float = _fields.vigilance(0.2, "Pictures by the vigilance control")
    break_every: int = _fields.breaks()

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True)
class Warmth(OnePicture):
    Settings: ClassVar[type[Any]] = WarmthSettings
    title: ClassVar[str] = "Warm or cold"
    summary: ClassVar[str] = "one picture: are its colours warm or cold?"
    allocations: ClassVar[tuple[str, ...]] = (MIXED,)
    uses_key: ClassVar[bool] = False
    needs_truth: ClassVar[bool] = False
    attention_words: ClassVar[str] = "A vigilance trial is passed if it was answered in time."
    settings: WarmthSettings = field(default_factory=WarmthSettings)

    def words(self):
        return replace(_words.Words(), pages=(self._looking(),))

    def treatments(self, arms):
        return [Treatment((arm,), 1 / len(arms)) for arm in sorted(arms)]

    def upcoming(self, stimuli, history, seed):
        rng = np.random.default_rng(seed)
        return fixed_plan(stimuli, [self.settings.exposure_ms], str, self._spec, rng)[len(history):]

    def _spec(self, kind, cell, exposure_ms):
        return TrialSpec(
            kind=kind, photo=cell.photo, condition=cell.treatment, treatment=cell.treatment,
            frames=self._frames(cell.treatment, exposure_ms), slots=(SLOT,),
            prompt="Are the colours of this picture warm or cold?", answers=ANSWERS, more=self._more(),
            arrangement=str(exposure_ms),
        )

    def columns(self):
        return (
            Column("warm", FLAG, "1: its colours were called warm; empty: no answer", after="model"),
            digest_column("shown_digest", "the picture's bytes as shown"),
        )

    def outcome(self, spec, answer, more):
        return {"warm": None if answer is None else int(answer == "warm")}

    def in_a_word(self, answered):
        return answered.answer or ""

    def record(self, spec, answer, more, shown):
        return {"shown_digest": shown.get(spec.condition)} | self.outcome(spec, answer, more)

    def passed(self, spec, answer, more):
        return answer is not None if spec.kind == VIGILANCE else None

    def react(self, spec, person):
        return Reaction("warm" if person.luck() < 0.7 else "cold", person.takes_ms())


DESIGN = Warmth()
'''

CONCLUDES = '''
"""How often the colours of each condition were called warm."""

import numpy as np

from evaluation.designs._common.counted import counted
from evaluation.designs._common.told import Told
from evaluation.designs._design import Concluding
from evaluation.report.axes import axis
from evaluation.report.section import Chart, Definition, Heading, Section, Table
from evaluation.report.wording import number, percent


class Warmth(Concluding):
    def analyse(self, evidence):
        found = counted(evidence, np.isfinite(evidence.table.numbers("warm")))
        table, models = found.table, {}
        for name in sorted(table.condition.labels):
            warm = table.numbers("warm")[table.condition.is_label(name)]
            if len(warm):
                models[name] = {"n": len(warm), "warm": float(warm.mean())}
        return {"analysis": found.as_json() | {"models": models}}

    def report(self, findings, facts):
        told = Told(findings, facts)
        rows = [(told.titles[name], one) for name, one in findings["analysis"]["models"].items()]
        drawn = [
            {"title": title, "value": one["warm"], "low": None, "high": None, "label": percent(one["warm"]),
             "says": f"{title}: {percent(one['warm'])}"}
            for title, one in rows
        ]
        scale = axis("Called warm, %", [one["warm"] for _, one in rows], within=(0, 1), times=100)
        data = {"rows": drawn, "empty": "No answers yet", "axis": scale}
        heads = (Heading("Condition", align="left"), Heading("Called warm", "warm"), Heading("n", "warm"))
        table = Table(
            "warm", "Called warm.", heads,
            tuple((title, percent(one["warm"]), number(one["n"])) for title, one in rows),
        )
        return [
            Section(
                "answer", "Warm or cold", lead="How often the colours were called warm.",
                charts=(Chart("warmth", "intervals", data, "Dots.", "How often they were called warm."),),
                tables=(table,), definitions=(Definition("warm", "Called warm", "Share of valid trials."),),
                folded=False,
            )
        ]


CONCLUDES = Warmth()
'''

STUDY = """
slug = "warm"
title = "Warm or cold?"
information = "You say of photos whether their colours are warm."
consent = "I take part of my own free will."
design = "warmth"
photo_set = "demonstration"
image_px = 64

[design_settings]
test_trials = 8

[[conditions]]
slug = "sepia"
title = "Sepia"
colorizer = "zhang2016-class"

[[conditions]]
slug = "table"
title = "Table"
colorizer = "zhang2016-l2"

[[conditions]]
slug = "vigilance"
kind = "vigilance"
colorizer = "random"
"""


@pytest.fixture
def warmth(tmp_path, monkeypatch):
    """The two files in a folder that the search paths of designs have at their ends."""
    for package, text in ((asking, ASKS), (concluding, CONCLUDES)):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / "warmth.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    yield "warmth"
    for package in (asking, concluding):
        sys.modules.pop(f"{package.__name__}.warmth", None)


def test_its_two_files_are_enough_from_the_study_file_to_the_report(
    transactional_db, idle_queue, warmth, tmp_path, admin_client
):
    remembered("demonstration", demonstration)
    assert warmth in asking.offered()
    made, _ = study_files.create_study(STUDY.replace("image_px = 64", f"image_px = {builders.IMAGE_PX}"))
    assert (
        "Warm or cold"
        in admin_client.get(reverse("admin:studies_study_change", args=[made.pk])).content.decode()
    )
    assert "is live" in run("launch_study", "warm")
    rates = ("--fool-rate", "sepia=0.3", "--fool-rate", "table=0.4")
    said = run("simulate_study", "warm", "--participants", 3, "--no-pictures", *rates)
    assert "3 simulated participations finished" in said
    assert Participation.objects.filter(study=Study.objects.get()).count() == 3

    for form in FORMATS:
        out = tmp_path / f"report.{form}"
        run("report", "warm", "--population", "simulated", "--format", form, "--out", out)
        assert out.stat().st_size > 100
    found = json.loads((tmp_path / "report.json").read_text())["analysis"]["models"]
    assert set(found) == {"sepia", "table"}
    assert sum(one["n"] for one in found.values()) == 3 * 8
    page = admin_client.get(reverse("evaluation:report", args=["warm"]), {"population": "simulated"})
    assert "How often the colours were called warm." in page.content.decode()

    archive = tmp_path / "all.zip"
    run("export_data", "warm", "--population", "simulated", "--out", archive)
    with zipfile.ZipFile(archive) as packed:
        name = next(one for one in packed.namelist() if "trials_data.csv" in one)
        assert "warm" in packed.read(name).decode().splitlines()[0].split(",")
        codebook = next(one for one in packed.namelist() if one.endswith("codebook.csv"))
        assert "called warm" in packed.read(codebook).decode()
