"""The headline table of a report for a paper, in LaTeX with the package booktabs. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.statistics.arrays import Json
from evaluation.statistics.rules import CGM_TWO_WAY

NONE = "--"

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    # After the end of a row they would be an option of the row's end, and gone.
    "[": "{[}", "]": "{]}", "*": "{*}",
    # No-break spaces and the characters that older engines do not know.
    "\N{NO-BREAK SPACE}": "~", "\N{MULTIPLICATION SIGN}": r"$\times$", "\N{MINUS SIGN}": "$-$",
    "\N{EN DASH}": "--", "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
}  # fmt: skip

_HEADINGS = (
    "Condition", "Fool rate", r"new $\times$ new", "these photos", "naive", "$n$", "Participants", "Photos",
    "Deff",
)  # fmt: skip


def latex_table(results: Json, source: str = "", band: str = "") -> str:
    """The conditions of a report's results with their fool rates and three named intervals, in per cent.

    `results` as a report freezes them; `source` says in a comment which report it was, `band` in the caption
    that the answers are not those of people alone. The document needs only `booktabs`. A condition that
    nobody judged and an interval that does not exist are dashes.
    """
    study, analysis = results["study"], results["analysis"]
    rows = [
        _row(condition, analysis["models"].get(condition["slug"]))
        for condition in study["conditions"]
        if condition["kind"] == "test"
    ]
    confidence = f"{100 * (1 - analysis['alpha']):g}"
    lines = [
        *(f"% {line}" for line in source.splitlines()),
        "% Needs \\usepackage{booktabs}",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{_caption(study, confidence, band)}}}",
        rf"\label{{tab:{_label(study['slug'])}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(_HEADINGS) - 1)}}}",
        r"\toprule",
        rf"& & \multicolumn{{3}}{{c}}{{{confidence}\,\% interval}} \\",
        r"\cmidrule(lr){3-5}",
        _line(_HEADINGS),
        r"\midrule",
        *(_line(row) for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def latex_differences(results: Json, band: str = "") -> str:
    """A second table: each difference with an interval of the same kind as its p value; "" for one arm."""
    confidence = f"{100 * (1 - results['analysis']['alpha']):g}"
    study, analysis = results["study"], results["analysis"]
    pairs = [pair for pair in analysis["pairwise"] if pair.get("recommended")]
    if not pairs:
        return ""
    together = analysis.get("rule", CGM_TWO_WAY) != CGM_TWO_WAY and len(pairs) > 1
    label = rf"\textbf{{{escaped(band)}.}} " if band else ""
    titles = {condition["slug"]: escaped(condition["title"]) for condition in study["conditions"]}
    kind = (
        "Interval and $p$ value are of the one pair"
        if len(pairs) == 1
        else "Intervals hold for all pairs simultaneously (multivariate $t$)"
        if together
        else "Intervals are not corrected for the number of pairs"
    )
    lines = [
        "",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{label}Differences of fool rates, in percentage points. {kind} ({confidence}\,\%); "
        r"$p$ values by Holm's method.}",
        rf"\label{{tab:{_label(study['slug'])}-differences}}",
        r"\begin{tabular}{llrrr}",
        r"\toprule",
        _line(("Condition", "minus", "Difference", rf"{confidence}\,\% interval", "$p$")),
        r"\midrule",
        *(_line(_pair(pair, titles, together=together)) for pair in pairs),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _pair(pair: Json, titles: dict[str, str], *, together: bool) -> list[str]:
    found, a, b, sign = pair["recommended"], pair["a"], pair["b"], 1
    if pair["diff"] < 0:
        a, b, sign = b, a, -1
    ends = found.get("simultaneous_ci") if together else found["ci"]
    low, high = sorted(100 * sign * end for end in ends) if ends else (0.0, 0.0)
    p = found["p_holm"]
    return [
        titles[a],
        titles[b],
        f"{100 * sign * pair['diff']:.1f}",
        f"[{_signed(low)}, {_signed(high)}]" if ends else NONE,
        NONE if p is None else "$<$ 0.001" if p < 0.001 else f"{p:.3f}",
    ]


def _signed(points: float) -> str:
    return f"{round(points, 1) + 0.0:.1f}".replace("-", "$-$")


def escaped(text: str) -> str:
    """A text as LaTeX prints it: nothing in it is a command; line breaks become spaces."""
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split(None)))


def _caption(study: Json, confidence: str, band: str) -> str:
    label = rf"\textbf{{{escaped(band)}.}} " if band else ""
    return (
        f"{label}Fool rates in the study ``{escaped(study['title'])}'', in per cent; 50 is chance. "
        f"Intervals ({confidence}\\,\\%): for new participants and new photos; for these photos only; naive "
        "(every trial taken as independent, for comparison with the literature). "
        "Deff: trials over the effective number of trials."
    )


def _row(condition: Json, model: Json | None) -> list[str]:
    title = escaped(condition["title"])
    if model is None or model["fool_rate"] is None:
        return [title, *[NONE] * 4, "0", *[NONE] * 3]
    intervals, recommended = model["intervals"], model["recommended"]
    return [
        title,
        f"{100 * model['fool_rate']:.1f}",
        *(_ends(intervals[name]) for name in ("default", "these_photos", "naive")),
        *(str(model[name]) for name in ("n", "participants", "images")),
        NONE if recommended is None else f"{recommended['deff']:.2f}",
    ]


def _ends(interval: Json) -> str:
    if interval["low"] is None:
        return NONE
    return f"[{100 * interval['low']:.1f}, {100 * interval['high']:.1f}]"


def _label(slug: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in slug)


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
