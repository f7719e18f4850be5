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
        f"Dot: fool rate. Bar: 95{NBSP}% interval for new participants and new photos. "
        f"Dashed: 50{NBSP}%, chance.",
    )  # fmt: skip


def _rates(sheets: Sheets, page: Page) -> None:
    sheets.grid(
        ("Condition", ("Fool rate", "def-fool-rate"), ("Trials", "def-n")),
        [(arm.title, _cell(arm.default), arm.n) for arm in page.ranked],
        (94, 50, 30),
        caption=_caption(
            page, "rates", f"Fool rate, with its 95{NBSP}% interval for new participants and photos"
        ),
        heading="Fool rate by condition",
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
    caption = _caption(page, "all_intervals", "Fool rate, its intervals, sample sizes and the strict view")
    sheets.grid(head, rows, (30, 27, 22, 22, 14, 14, 14, 13, 24), 6.8, caption=caption)
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
    sheets.grid(
        head, rows, (46, 38, 20, 24, 30, 16), 6.8,
        caption=_caption(page, "chance", f"Fool rate against 50{NBSP}%, d′ and criterion"),
        heading=f"Comparison with 50{NBSP}%, and sensitivity",
    )  # fmt: skip


def _comparisons(sheets: Sheets, page: Page) -> None:
    if page.differences:
        _chart(
            sheets, page, "differences", "Higher minus lower rate. Dashed: no difference.",
            heading="Differences between conditions",
        )  # fmt: skip
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
            caption=_caption(page, "differences_table", f"Differences. {page.difference_remark}".rstrip()),
        )
    if page.ranking:
        sheets.grid(
            (
                "Condition", ("Fool rate", "def-fool-rate"), ("Ranked first, share of draws", "def-first"),
                (f"95{NBSP}% rank range", "def-rank-set"),
            ),
            [(rank.title, rank.rate, rank.first, rank.places) for rank in page.ranking],
            (84, 28, 30, 32),
            caption=_caption(page, "ranking", "Ranking of the conditions"),
            heading="Ranking and its uncertainty",
        )  # fmt: skip


def _metrics(sheets: Sheets, page: Page) -> None:
    labels = [(label, f"def-{name}") for name, label, _remark in page.metric_headings]
    widths = (42, *[132 / len(labels)] * len(labels))
    sheets.grid(
        ("Condition", *labels), [(arm.title, *map(_cell, arm.metrics)) for arm in page.arms], widths, 6.8,
        caption=_caption(page, "metrics_table", f"Mean over photos, with the 95{NBSP}% interval of the mean"),
        heading="Image metrics of the same pictures",
    )  # fmt: skip
    sheets.paragraph(page.scores_remark, 8, soft=True)
    if page.correlations:
        rows = [
            (
                line["title"],
                *(f"{cell['value']}\n{cell['interval']}\n{cell['note']}" for cell in line["cells"]),
            )
            for line in page.correlations
        ]
        sheets.grid(
            (("Spearman’s ρ", "def-correlation"), *labels), rows, widths, 6.8,
            caption=_caption(page, "correlations", "Spearman correlation between score and fool rate"),
            heading="Image metrics and fool rate per photo",
        )  # fmt: skip
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
    words = f"{page.blinding} Audited on {audit['made']}." if audit else none
    sheets.fact("Blinding", words, leads_to="def-blinding")


def _rows(sheets: Sheets, page: Page) -> None:
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
        caption=_caption(page, "rows", "Responses left out by each rule"),
        heading="Responses that count",
    )
    if page.changes:
        arms = len(page.changes[0].rates)
        # As many columns as can be read; more conditions go on in a table below.
        for start in range(0, arms, MOST_COLUMNS):
            _changes(sheets, page, slice(start, start + MOST_COLUMNS), first=not start)
    if page.mixed_model:
        sheets.heading("Mixed model, as a check")
        sheets.paragraph(page.mixed_model)
    _next(sheets, page)


def _changes(sheets: Sheets, page: Page, shown: slice, *, first: bool) -> None:
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
    caption = _caption(page, "changes", "Fool rate under each rule, and its change in points")
    sheets.grid(
        head, rows, (rest, 15, 15, *[width] * len(labels)), 6.8,
        caption=caption if first else "", heading="Sensitivity to the exclusion rules" if first else "",
    )  # fmt: skip


def _next(sheets: Sheets, page: Page) -> None:
    if not page.next_studies:
        return
    head = (
        "Condition", ("Half-width with the same size, points", "def-next-study"),
        (f"Difference detected with 80{NBSP}% power, points", "def-next-study"),
        (f"Participants for ±{NBSP}3{NBSP}points", "def-next-study"),
    )  # fmt: skip
    rows = [(row.title, row.half_width, row.detectable, row.for_3_points) for row in page.next_studies]
    caption = _caption(
        page, "next_study", f"Precision of a study of the same size, and what ±{NBSP}3 points require"
    )
    sheets.grid(head, rows, (84, 28, 30, 32), caption=caption, heading="Planning the next study")


def _methods(sheets: Sheets, page: Page) -> None:
    sheets.heading("Methods")
    sheets.paragraph(page.methods)
    sheets.heading("Protocol", room=55)
    digest = page.study["protocol_digest"] or "not launched"
    for name, words in (*page.protocol, ("Digest", digest)):
        sheets.paragraph(f"{name}: {words}", 8.5, after=0.8)


def _elsewhere(sheets: Sheets, page: Page) -> None:
    sheets.heading("Published fool rates, for orientation only", room=60)
    sheets.paragraph(published.CAUTION, 8.5, soft=True)
    caption = _caption(page, "published", "Fool rates as printed in other publications")
    head = ("Study and protocol", "Method", ("Fool rate, % as printed there", "def-published"))
    rows = [
        (
            f"{group.study}: {group.protocol}\n{group.source}",
            "\n".join(arm.method for arm in group.arms),
            "\n".join(arm.rate for arm in group.arms),
        )
        for group in published.GROUPS
    ]
    sheets.grid(head, rows, (108, 40, 26), 6.8, caption=caption)


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


def _caption(page: Page, name: str, words: str) -> str:
    """The number and the words above a table."""
    return f"{page.numbers[name]}. {words.rstrip('.')}."


def _pair(picture: Picture, pictures: dict[str, bytes]) -> tuple[bytes | None, bytes | None, str]:
    said: Sequence[str] = (
        f"{picture.rate} {picture.interval}, {picture.judged}",
        picture.title,
        picture.credit,
    )
    return pictures.get(picture.photo), pictures.get(picture.colorization), "\n".join(filter(None, said))


def _cell(cell: Cell) -> str:
    return "\n".join(part for part in (cell.value, cell.interval, cell.note) if part)
