"""An audit in words, for the terminal, the study's page and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NBSP = "\N{NO-BREAK SPACE}"
ADVICE = {
    "latency": "Something answers faster for one kind of picture: look for a cache or a slower disk "
    "on the way of one of them. Run the audit again with more pairs, on a quiet server.",
    "address": "Addresses must be random: look at how they are drawn.",
    "position": "The design leans: look at how it balances sides and order.",
    "trial": "The design leans: look at how it spreads the arms over the trials.",
    "header": "A header differs between pictures: look at the server or proxy that adds it.",
    "file": "The files differ besides their pixels: every picture must come out of one encoder.",
    "length": "The replies differ in length: nothing on the way may compress or change pictures.",
    "status": "Not every picture was served: look into the server's log.",
    "classifier": "Several observations tell together: run it again with more pairs to see which.",
}
AGAIN = (
    "One honest audit in a hundred says so by chance. Run it again with another --seed; twice is no accident."
)


def summary(result: Mapping[str, Any]) -> str:
    """What was found, on how much, and how small a leak would have been found; one to three sentences."""
    if result.get("problem"):
        return f"The audit could not be made: {result['problem']}"
    ground = (
        f"{result['pairs']} pairs of {result['photos']} photos, {len(result['findings'])} tests, "
        f"at most {100 * result['alpha']:g}{NBSP}% false alarms"
    )
    if result["certain"]:
        return f"The pictures give themselves away: {' '.join(result['certain'])}"
    what = result.get("told", "the fake")
    told = [finding for finding in result["findings"] if finding["adjusted"] <= result["alpha"]]
    if told:
        words = "; ".join(f"{one['name']} (AUC {one['auc']:.2f}, p = {one['adjusted']:.3g})" for one in told)
        return f"Something besides the pixels tells {what}: {words}. Judged on {ground}."
    return f"Nothing besides the pixels told {what} better than chance ({ground}). {power(result)}"


def power(result: Mapping[str, Any]) -> str:
    """How small a leak this audit would have found."""
    least = result["smallest"]
    if least is None:
        return "With so few photos no statistics would find a leak: only what must be equal was compared."
    what = result.get("told", "the fake")
    return (
        f"80{NBSP}% power to detect a leak that identifies {what} in {100 * least:.0f}{NBSP}% of pairs "
        f"(chance: 50{NBSP}%)."
    )


def advice(result: Mapping[str, Any]) -> list[str]:
    """What to do about what tells."""
    told = [one["name"] for one in result.get("findings", []) if one["adjusted"] <= result["alpha"]]
    found = [words for start, words in ADVICE.items() if any(name.startswith(start) for name in told)]
    return [*found, AGAIN] if found else []
