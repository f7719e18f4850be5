"""What stands on the sheets: the sections of the page, in its order."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import unescape

from PIL import Image

from evaluation.models import Report
from evaluation.report import Page, charts, published
from evaluation.report.arms import Cell
from evaluation.report.downloads import picture_bytes
from evaluation.report.pdf.definitions import definitions
from evaluation.report.pdf.sheets import MARK, WIDTH, Sheets
from evaluation.report.photos import Picture
from evaluation.report.wording import NBSP

MOST_COLUMNS = 4
TAGS = re.compile(r"<[^>]+>")


def pdf(report: Report) -> bytes:
    """The whole report; its date is the report's own, so that equal reports have equal bytes."""
    page = Page(report)
    sheets = Sheets(
        title=f"Report: {page.study['title']}",
        footer=f"Foolrate · {page.study['slug']} · data {report.data_digest[:16]} · report {report.code}",
        made=report.created_at,
        band=page.band,
    )
    _head(sheets, page)
    _rates(sheets, page)
    _beside(sheets, page)
    _chances(sheets, page)
    _comparisons(sheets, page)
    _metrics(sheets, page)
    _photos(sheets, page)
    _quality(sheets, page)
    _rows(sheets, page)
    _methods(sheets, page)
    _elsewhere(sheets, page)
    _meanings(sheets, page)
    if sheets.unwritten:
        sheets.paragraph(
            f"This file's font has no signs for the characters that stand here as {MARK}: the report's "
            "page and its HTML file show them.",
            8,
            soft=True,
        )
    return bytes(sheets.output())


def _head(sheets: Sheets, page: Page) -> None:
    if page.band:
        sheets.band()
    report = page.report
    sheets.paragraph(
        f"Report on {report.get_population_display()} · {report.created_at:%d %B %Y, %H:%M} UTC", 8, soft=True
    )
    sheets.heading(page.study["title"], 19)
    sheets.paragraph(page.study["question"], 11, soft=True)
    sheets.paragraph(page.headline, 11, style="B")
    sheets.paragraph(f"{page.headline_remark} {page.counts}.".strip(), 8.5, soft=True)
    _chart(
        sheets, page, "fool-rates",
        "Dot: fool rate. Bar: 95 % interval for new participants and new photos. Dashed: 50 %, chance.",
    )  # fmt: skip


def _rates(sheets: Sheets, page: Page) -> None:
    sheets.heading("Fool rate by condition")
    _caption(sheets, page, "rates", f"Fool rate, with its 95{NBSP}% interval for new participants and photos")
    sheets.grid(
        ("Condition", ("Fool rate", "def-fool-rate"), ("Trials", "def-n")),
        [(arm.title, _cell(arm.default), arm.n) for arm in page.arms],
        (94, 50, 30),
    )
    head = (
        "Condition", ("Fool rate, new participants × new photos", "def-default"),
        ("These photos only", "def-these-photos"), ("Naive", "def-naive"), ("Design effect", "def-deff"),
        ("n", "def-n"), ("Partici-\npants", "def-participants"), ("Photos", "def-photos"),
        ("Strict view", "def-strict"),
    )  # fmt: skip
    rows = [
        (
            arm.title, _cell(arm.default), arm.these_photos.value, arm.naive.value, arm.deff, arm.n,
            arm.participants, arm.photos, f"{_cell(arm.strict)}\nn = {arm.strict_n}",
        )
        for arm in page.arms
    ]  # fmt: skip
    _caption(sheets, page, "all_intervals", "Fool rate, its intervals, sample sizes and the strict view")
    sheets.grid(head, rows, (30, 27, 22, 22, 14, 14, 14, 13, 24), 6.8)
    for arm in page.arms:
        if arm.this_participant:
            sheets.paragraph(
                f"“{arm.title}”: exact, this participant only: {arm.this_participant.value}", 8, soft=True
            )


def _beside(sheets: Sheets, page: Page) -> None:
    if page.beside:
        sheets.heading("Beside these rates: other weights, repeated looks")
        for fact in page.beside:
            sheets.fact(fact.title, fact.text, leads_to=fact.definition)


def _chances(sheets: Sheets, page: Page) -> None:
    if not page.chances:
        return
    sheets.heading(f"Comparison with 50{NBSP}%, and sensitivity")
    head = (
        "Condition", (f"Fool rate minus 50{NBSP}%, points", "def-chance"),
        (f"p, difference from 50{NBSP}%", "def-chance"),
        ("Equivalence p (TOST)", "def-equivalence"),
        ("d′", "def-dprime"), ("Criterion", "def-criterion"),
    )  # fmt: skip
    rows = [
        (
            row.title, f"{row.points} {row.interval}", row.p, row.p_equivalent,
            f"{row.dprime} {row.dprime_interval}", row.criterion,
        )
        for row in page.chances
    ]  # fmt: skip
    _caption(sheets, page, "chance", f"Fool rate against 50{NBSP}%, d′ and criterion")
    sheets.grid(head, rows, (46, 38, 20, 24, 30, 16), 6.8)


def _comparisons(sheets: Sheets, page: Page) -> None:
    if page.differences:
        _chart(
            sheets, page, "differences", "Higher minus lower rate. Dashed: no difference.",
            heading="Differences between conditions",
        )  # fmt: skip
        _caption(sheets, page, "differences_table", f"Differences. {page.difference_remark}".rstrip())
        sheets.grid(
            ("Higher above lower", ("Difference, points", "def-difference"), ("p, Holm", "def-holm")),
            [
                (
                    f"{pair.higher} above {pair.lower}" + (f"\n{pair.note}" if pair.note else ""),
                    f"{pair.points} {pair.interval}",
                    pair.p,
                )
                for pair in page.differences
            ],
            (100, 50, 24),
        )
    if page.ranking:
        sheets.heading("Ranking and its uncertainty")
        _caption(sheets, page, "ranking", "Ranking of the conditions")
        sheets.grid(
            (
                "Condition", ("Fool rate", "def-fool-rate"), ("Ranked first, share of draws", "def-first"),
                (f"95{NBSP}% rank range", "def-rank-set"),
            ),
            [(rank.title, rank.rate, rank.first, rank.places) for rank in page.ranking],
            (84, 28, 30, 32),
        )  # fmt: skip


def _metrics(sheets: Sheets, page: Page) -> None:
    labels = [(label, f"def-{name}") for name, label, _remark in page.metric_headings]
    widths = (42, *[132 / len(labels)] * len(labels))
    sheets.heading("Image metrics of the same pictures")
    _caption(sheets, page, "metrics_table", f"Mean over photos, with the 95{NBSP}% interval of the mean")
    sheets.grid(
        ("Condition", *labels), [(arm.title, *map(_cell, arm.metrics)) for arm in page.arms], widths, 6.8
    )
    sheets.paragraph(page.scores_remark, 8, soft=True)
    if page.correlations:
        rows = [
            (
                line["title"],
                *(f"{cell['value']}\n{cell['interval']}\n{cell['note']}" for cell in line["cells"]),
            )
            for line in page.correlations
        ]
        sheets.heading("Image metrics and fool rate per photo", room=50)
        _caption(sheets, page, "correlations", "Spearman correlation between score and fool rate")
        sheets.grid((("Spearman’s ρ", "def-correlation"), *labels), rows, widths, 6.8)
        _chart(
            sheets,
            page,
            "metrics",
            "Each dot is a photo. Horizontal: its score. Vertical: its fool rate in %.",
        )


def _photos(sheets: Sheets, page: Page) -> None:
    if not page.ladders:
        return
    _chart(
        sheets, page, "photos", unescape(TAGS.sub("", page.ladder_caption)), heading="Fool rate per photo",
    )  # fmt: skip
    pictures = picture_bytes(page)
    for wall in page.walls:
        for heading, side in (("fooled most", wall.most), ("fooled least", wall.least)):
            if side:
                pairs = [_pair(picture, pictures) for picture in side]
                sheets.pairs(f"{wall.title}: {heading}", pairs)
    if any(wall.most for wall in page.walls):
        sheets.paragraph("Left: the real colours. Right: the recolouring.", 8, soft=True)


def _quality(sheets: Sheets, page: Page) -> None:
    sheets.heading("Quality of the responses")
    sheets.fact("Participations", f"{page.participations}.", leads_to="def-participations")
    sheets.fact("Vigilance", page.vigilance, leads_to="def-vigilance")
    sheets.fact("Sides", page.side, leads_to="def-side")
    for fact in page.observers:
        sheets.fact(fact.title, fact.text, leads_to=fact.definition)
    sheets.heading("Presentation timing and blinding")
    sheets.fact("Exposure as measured", page.exposure, leads_to="def-exposure")
    audit = page.study.get("blinding")
    none = "The blinding of this study has not been audited."
    words = f"{audit['summary']} Audited on {audit['made']}." if audit else none
    sheets.fact("Blinding", words, leads_to="def-blinding")


def _rows(sheets: Sheets, page: Page) -> None:
    sheets.heading("Responses that count")
    _caption(sheets, page, "rows", "Responses left out by each rule")
    sheets.grid(
        ("Rule", ("Left out", "def-rows"), ("Rows left", "def-rows")),
        [
            (
                f"{step.code}  {step.rule}" + (f"\n{step.remark}" if step.remark else ""),
                step.dropped,
                step.left,
            )
            for step in page.steps
        ],
        (126, 24, 24),
    )
    if page.changes:
        sheets.heading("Sensitivity to the exclusion rules", room=60)
        _caption(sheets, page, "changes", "Fool rate under each rule, and its change in points")
        arms = len(page.changes[0].rates)
        # As many columns as can be read; more conditions go on in a table below.
        for start in range(0, arms, MOST_COLUMNS):
            _changes(sheets, page, slice(start, start + MOST_COLUMNS))
    if page.mixed_model:
        sheets.heading("Mixed model, as a check")
        sheets.paragraph(page.mixed_model)
    _next(sheets, page)


def _changes(sheets: Sheets, page: Page, shown: slice) -> None:
    labels = [(rate.label, "def-changes") for rate in page.changes[0].rates[shown]]
    head = (
        ("Rule", "def-changes"), ("Partici-\npants", "def-participants"), ("n", "def-n"), *labels
    )  # fmt: skip
    rows = [
        (
            change.rule, change.participants, change.n,
            *(f"{rate.value} {rate.interval}\n{rate.change}" for rate in change.rates[shown]),
        )
        for change in page.changes
    ]  # fmt: skip
    width = 96 / MOST_COLUMNS
    rest = WIDTH - 15 - 15 - width * len(labels)
    sheets.grid(head, rows, (rest, 15, 15, *[width] * len(labels)), 6.8)


def _next(sheets: Sheets, page: Page) -> None:
    if not page.next_studies:
        return
    sheets.heading("Planning the next study")
    _caption(
        sheets, page, "next_study", f"Precision of a study of the same size, and what ±{NBSP}3 points require"
    )
    head = (
        "Condition", ("Half-width with the same size, points", "def-next-study"),
        (f"Difference detected with 80{NBSP}% power, points", "def-next-study"),
        (f"Participants for ±{NBSP}3{NBSP}points", "def-next-study"),
    )  # fmt: skip
    rows = [(row.title, row.half_width, row.detectable, row.for_3_points) for row in page.next_studies]
    sheets.grid(head, rows, (84, 28, 30, 32))


def _methods(sheets: Sheets, page: Page) -> None:
    sheets.heading("Methods")
    sheets.paragraph(page.methods)
    sheets.heading("Protocol", room=55)
    digest = page.study["protocol_digest"] or "not launched"
    for name, words in (*page.protocol, ("Digest", digest)):
        sheets.paragraph(f"{name}: {words}", 8.5, after=0.8)


def _elsewhere(sheets: Sheets, page: Page) -> None:
    sheets.heading("Published fool rates, for orientation only")
    sheets.paragraph(published.CAUTION, 8.5, soft=True)
    _caption(sheets, page, "published", "Fool rates as printed in other publications")
    head = ("Study and protocol", "Method", ("Fool rate, % as printed there", "def-published"))
    rows = [
        (
            f"{group.study}: {group.protocol}\n{group.source}",
            "\n".join(arm.method for arm in group.arms),
            "\n".join(arm.rate for arm in group.arms),
        )
        for group in published.GROUPS
    ]
    sheets.grid(head, rows, (108, 40, 26), 6.8)


def _meanings(sheets: Sheets, page: Page) -> None:
    sheets.heading("Definitions")
    for place, term, text in definitions(page):
        sheets.fact(term, text, place=place)
    report = page.report
    sheets.paragraph(
        f"Frozen {report.created_at:%Y-%m-%d %H:%M:%S} UTC · analysis code {report.code_version} · data "
        f"{report.data_digest} · report {report.code}. Equal data and equal code give equal numbers, bit for "
        f"bit.",
        7.5, soft=True,
    )  # fmt: skip


def _chart(sheets: Sheets, page: Page, name: str, caption: str, *, heading: str = "") -> None:
    if name not in charts.drawn(page):
        if heading:
            sheets.heading(heading)
        return
    drawings = []
    for part in charts.parts(page, name, "paper"):
        data = charts.png(page, name, part, "paper")
        with Image.open(io.BytesIO(data)) as image:
            ratio = image.height / image.width
        drawings.append((data, ratio, charts.description(page, name, part)))
    sheets.pictures(drawings, f"{page.numbers[name.replace('-', '_')]}. {caption}", heading=heading)


def _caption(sheets: Sheets, page: Page, name: str, words: str) -> None:
    """The number and the words above a table."""
    sheets.paragraph(f"{page.numbers[name]}. {words.rstrip('.')}.", 7.5, soft=True, after=1)


def _pair(picture: Picture, pictures: dict[str, bytes]) -> tuple[bytes | None, bytes | None, str]:
    said: Sequence[str] = (
        f"{picture.rate} {picture.interval}, {picture.judged}",
        picture.title,
        picture.credit,
    )
    return pictures.get(picture.photo), pictures.get(picture.colorization), "\n".join(filter(None, said))


def _cell(cell: Cell) -> str:
    return "\n".join(part for part in (cell.value, cell.interval, cell.note) if part)
