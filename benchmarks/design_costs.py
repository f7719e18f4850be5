"""What each design costs in people and minutes, by its own planner: the table of docs/designs.md.

python benchmarks/design_costs.py
"""

import sys
from pathlib import Path

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation import designs as concluding  # noqa: E402
from evaluation.designs._planned import POINTS  # noqa: E402
from studies import designs as asking  # noqa: E402

HEAD = """\
| design | precision | participants for it | difference | participants to find it in 80 % | minutes each | hours in all |
|---|---|---|---|---|---|---|"""


def row(name, planning):
    """Of a design: four conditions, the same points where it asks for points, all else as usual."""
    shares = {"half_width": 0.05, "difference": 0.1} if planning.Answer.scale is POINTS else {}
    question = planning.Question.fitted({"conditions": 4} | shares)
    found, answer = planning.numbers(question), planning.Answer(planning.Planner(question))
    precision, difference = found["participants_for_precision"], found["participants_for_difference"]
    minutes = asking.get(name).configured({}).estimated_minutes()
    hours = max(precision, difference) * minutes / 60
    return (
        f"| `{name}` | {answer.precision} | {precision:,} | {answer.difference} | {difference:,} "
        f"| {minutes} | {hours:,.0f} |"
    ).replace("\N{NO-BREAK SPACE}", " ")


def rows():
    """One line a design that has a planner."""
    found = ((name, concluding.get(name).planning) for name in concluding.names())
    return [row(name, planning) for name, planning in found if planning]


if __name__ == "__main__":
    print(HEAD)
    print("\n".join(rows()))
