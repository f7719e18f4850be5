"""Every number that reports showed before they were made of sections is still shown."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evaluation.models import Report
from evaluation.report import charts
from evaluation.services import report_contents
from evaluation.services import report_files as files
from tests.evaluation.report import shown

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parents[2] / "oracles" / "reports"
BEFORE = json.loads((HERE / "shown.json").read_text())
# Ticks of axes, percentages such as "95 %", and the "3 points" of a heading, which stand in more or fewer
# places than before.
ROUND = {"0", "3", "10", "20", "30", "40", "50", "60", "70", "80", "90", "95", "100"}


@pytest.fixture(params=sorted(BEFORE))
def frozen(request, ada):
    kept = json.loads((HERE / f"schema-{request.param}.json").read_text())
    kept.pop("shown", None)
    study = shown.played_study(ada, slug="shown").study
    report = Report.objects.create(study=study, population="people", **kept)
    Report.objects.filter(pk=report.pk).update(created_at=datetime(2026, 5, 3, tzinfo=UTC))
    report.refresh_from_db()
    return report, BEFORE[request.param]


def missing(before, now):
    return {name: n for name, n in (Counter(before) - Counter(now)).items() if name not in ROUND}


def rows_without_a_match(before, now):
    """The rows whose name and numbers stand together in no row of today."""
    return [
        (name, *found)
        for name, *found in before
        if not any(
            name.replace(" ", "") in title.replace(" ", "") and not Counter(found) - Counter(others)
            for title, *others in now
        )
    ]


def test_in_html_every_row_has_its_numbers_and_every_number_its_place(frozen):
    report, before = frozen
    now = shown.of_html(files.html(report))
    assert missing(before["html"]["words"], now["words"]) == {}
    named = [row for row in before["html"]["rows"] if not row[0].startswith(shown.REGROUPED)]
    assert rows_without_a_match(named, [[" ".join(row[:1]), *row[1:]] for row in now["rows"]]) == []


def test_in_the_pdf_every_number_is_still_there(frozen):
    report, before = frozen
    gone = missing(before["pdf"], shown.of_pdf(files.pdf(report)))
    # The first is of the definition of a section that earlier reports do not have; the second is the level
    # that the remark on differences names, which stood in two places.
    assert gone in ({}, {"0.01": 1}, {"0.05": 1})


def test_in_latex_every_row_has_its_numbers(frozen):
    report, before = frozen
    named = [row for row in before["tex"] if row[0]]
    assert rows_without_a_match(named, shown.of_tex(files.tex(report))) == []


def test_in_charts_every_number_is_still_there(frozen):
    report, before = frozen
    now = {chart.name: chart for section in report_contents.sections_of(report) for chart in section.charts}
    assert now.keys() == before["charts"].keys()
    for name, numbers in before["charts"].items():
        svg = charts.svg(now[name], charts.whole(now[name]))
        assert missing(numbers, shown.of_svg(svg)) == {}, name


def test_the_headline_and_the_methods_are_word_for_word(frozen):
    report, before = frozen
    found = {section.name: section for section in report_contents.sections_of(report)}
    assert found["answer"].lead == before["headline"]
    assert found["methods"].methods == before["methods"]


def test_the_same_answers_give_the_same_results(ada):
    kept = json.loads((HERE / "schema-3.json").read_text())["results"]
    now = shown.shown_report(ada)
    now.refresh_from_db()
    same = kept.keys() - {"schema", "software", "study"}
    # Reports of that time did not know how long the pictures were planned to be shown.
    exposure = kept["analysis"].pop("exposure_ms")
    assert (exposure["n"], exposure["median_ms"]) == (0, None)
    assert now.results["analysis"]["exposure_ms"]["median_ms"] == 1000
    # In another order of adding up, the last digits may differ.
    assert (
        list(differing({name: now.results[name] for name in same}, {name: kept[name] for name in same})) == []
    )
    # The day of the answers is today; settings that are younger than the report have their defaults.
    facts = now.results["study"]
    facts["collected"] = kept["study"]["collected"]
    facts["settings"] = {name: facts["settings"][name] for name in kept["study"]["settings"]}
    # The answers are those of today.
    assert facts | {"collected": []} == kept["study"] | {"collected": []}


def differing(found, wanted, where=""):
    """Where two documents differ by more than rounding."""
    if isinstance(wanted, dict):
        # A later release may know more.
        for name, value in wanted.items():
            yield from differing(found[name], value, f"{where}.{name}")
    elif isinstance(wanted, list):
        if len(found) != len(wanted):
            yield where
        for place, value in enumerate(wanted):
            yield from differing(found[place], value, f"{where}[{place}]")
    elif found != wanted and not (
        isinstance(wanted, float) and found == pytest.approx(wanted, rel=_rounding(where), abs=1e-12)
    ):
        yield where


def _rounding(where):
    """A maximum is flat: where it lies depends on how a processor adds up, its height does not."""
    return 1e-3 if where.rpartition(".eb_beta_binomial.")[2] in ("alpha", "beta", "rho") else 1e-9
