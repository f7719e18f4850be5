"""Fool rates of published studies, each with its protocol: other people, other photos, other screens."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Heading, Row, Section, Table


class Published(NamedTuple):
    """One arm of a published pair test; `rate` as printed there, in per cent."""

    study: str
    method: str
    rate: str
    protocol: str
    source: str


ZHANG = "Zhang, Isola & Efros, Colorful Image Colorization, ECCV 2016, section 3.1"
PIX2PIX = (
    "Isola, Zhu, Zhou & Efros, Image-to-Image Translation with Conditional Adversarial Networks, "
    "CVPR 2017, section 3.2"
)
PALETTE = "Saharia et al., Palette: Image-to-Image Diffusion Models, 2021"
LI = "Li et al., 2020 (web survey)"

_ZHANG = (
    "10 practice + 40 pairs, 1 s each, 40 people per algorithm, one algorithm per person, "
    "10\N{NO-BREAK SPACE}% vigilance pairs"
)
_PIX2PIX = (
    "10 practice + 40 pairs, 1 s each, 50 people per algorithm, one algorithm per person, no vigilance pairs"
)
_LI = "40 pairs, 20 from each of two models, 588 people; exposure and vigilance not stated"
_PALETTE = "“Which image was taken by a camera?”, 3 s or 5 s; numbers of people and pairs not restated here"

ROWS = (
    Published("Zhang 2016", "full method", "32.3", _ZHANG, ZHANG),
    Published("pix2pix 2017", "L2 regression", "16.3 ± 2.4", _PIX2PIX, PIX2PIX),
    Published("pix2pix 2017", "the method of Zhang 2016", "27.8 ± 2.7", _PIX2PIX, PIX2PIX),
    Published("pix2pix 2017", "L1 + conditional GAN", "22.5 ± 1.6", _PIX2PIX, PIX2PIX),
    Published("Li et al. 2020", "L2 regression", "22.6", _LI, LI),
    Published("Li et al. 2020", "classification", "30.1", _LI, LI),
    Published("Palette 2021", "PixColor", "29.90", _PALETTE, PALETTE),
    Published("Palette 2021", "ColTran", "36.55", _PALETTE, PALETTE),
    Published("Palette 2021", "L2 regression", "39.45", _PALETTE, PALETTE),
    Published("Palette 2021", "Palette", "47.80", _PALETTE, PALETTE),
)


CAUTION = (
    "The same method scored 32.3\N{NO-BREAK SPACE}% in its own study and 27.8\N{NO-BREAK SPACE}% in another "
    "one: a published rate belongs to its people, photos and exposure, and does not share an axis with the "
    "rates above."
)


def published(told: Told) -> list[Section]:
    """A block a study, under its protocol; nothing beside the answers of a file."""
    if "settings" not in told.study:
        return []
    rows: list[Row] = []
    for (study, protocol, source), arms in groupby(ROWS, lambda row: (row.study, row.protocol, row.source)):
        rows.append((f"{study}: {protocol}. {source}",))
        rows += [(arm.method, arm.rate) for arm in arms]
    table = Table(
        "published",
        "Fool rates as printed in other publications.",
        (Heading("Study and method", align="left"), Heading("Fool rate, % as printed there", "published")),
        tuple(rows),
    )
    meaning = Definition(
        "published",
        "Fool rates printed elsewhere",
        "As printed in the publication. They were measured with other people, photos, exposures and "
        "questions, and are not comparable with the rates above.",
    )
    return [
        Section(
            "published", "Published fool rates, for orientation only", paragraphs=(CAUTION,), tables=(table,),
            definitions=(meaning,),
        )
    ]  # fmt: skip
