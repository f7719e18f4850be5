"""A chart of each kind, also of those that no pair test has."""

from evaluation.report.axes import axis
from evaluation.report.section import Chart

LONG = "A network that was trained on the photographs of a whole summer"
LEVELS = [50, 100, 200, 400, 1600]
RATES = [0.02, 0.2, 0.41, 0.5, 0.97]

EVERY_KIND = {
    chart.name: chart
    for chart in (
        Chart(
            "thresholds",
            "intervals",
            {
                "rows": [
                    {"title": title, "value": value, "low": value / 2, "high": value * 2,
                     "label": f"{value} ms [{value / 2:.0f}, {value * 2}]", "says": f"{title}: {value} ms"}
                    for title, value in (("L2", 120), (LONG, 900))
                ],
                "axis": axis("Exposure at which half are fooled, ms", [60, 1800], log=True),
            },
            "Dot: modal threshold.",
            "Thresholds.",
        ),
        Chart(
            "strengths",
            "intervals",
            {
                "rows": [
                    {"title": "L2", "value": -0.8, "low": -1.4, "high": -0.2, "label": "−0.80", "says": "L2"},
                    {"title": LONG, "value": 1.1, "low": None, "high": None, "label": "1.10", "says": LONG},
                ],
                "axis": axis("Strength, log-odds", [-1.4, 1.1], mark=0.0, says="average"),
            },
            "Dot: strength.",
            "Strengths.",
        ),
        Chart(
            "by-exposure",
            "curves",
            {
                "rows": [
                    {
                        "title": LONG,
                        "lines": [
                            {"title": title, "x": LEVELS, "y": RATES,
                             "low": [y * 0.8 for y in RATES], "high": [min(1, y * 1.2) for y in RATES]}
                            for title in ("First block", LONG)
                        ],
                        "says": "from 2 % at 50 ms to 97 % at 1,600 ms",
                    },
                    {
                        "title": "L2",
                        "lines": [{"title": "", "x": LEVELS, "y": RATES, "low": [], "high": []}],
                        "says": "L2",
                    },
                ],
                "across": axis("Exposure, ms", LEVELS, log=True),
                "up": axis("Fool rate, %", (), least=(0, 1), times=100, step=0.25, mark=0.5),
            },
            "Line: fool rate.",
            "Fool rate by exposure.",
        ),
        Chart(
            "ratings",
            "bars",
            {
                "rows": [
                    {
                        "title": title,
                        "bars": [
                            {"title": name, "value": share, "label": f"{100 * share:.0f} %"}
                            for name, share in zip(
                                ("bad", "poor", "fair", "good", "an excellent picture without a flaw"),
                                (0.0, 0.1, 0.2, 0.3, 0.4), strict=True,
                            )
                        ],
                        "says": title,
                    }
                    for title in ("L2", LONG)
                ],
                "up": axis("Share of ratings, %", (), least=(0, 0.5), times=100, step=0.1),
            },
            "Bar: share of ratings.",
            "Ratings.",
        ),
    )
}  # fmt: skip
