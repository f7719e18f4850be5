"""The rows of the trials and of the participants, from the database; one by one, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from evaluation.models import Exclusion, Population
from evaluation.reading.tables import participations_in
from studies.models import Participation, Study
from studies.services import exports

Row = dict[str, Any]
Told = Callable[[int], object]
"""Told how many rows there have been."""

EVERY = 500


@dataclass(frozen=True)
class Exclusions:
    """The rule that leaves a participant, or one of a participant's trials, out; the first stated one."""

    participants: Mapping[str, str]
    trials: Mapping[tuple[str, int], str]

    @classmethod
    def of(cls, study: Study, population: Population) -> Exclusions:
        """The statements about a study's population, whose names are those of the per-trial table."""
        own = participations_in(study, population)
        stated = Exclusion.objects.filter(
            Q(participation__in=own) | Q(trial__participation__in=own), study=study
        ).select_related("participation__participant", "trial__participation__participant")
        people: dict[str, str] = {}
        trials: dict[tuple[str, int], str] = {}
        for statement in stated:
            if statement.participation:
                people.setdefault(str(statement.participation.participant.code), statement.rule)
            elif statement.trial:
                owner = str(statement.trial.participation.participant.code)
                trials.setdefault((owner, statement.trial.number - 1), statement.rule)
        return cls(people, trials)

    def rule(self, participant: str, trial_index: int) -> str | None:
        """Why a trial is left out, or None; what is said of the participant goes first."""
        return self.participants.get(participant) or self.trials.get((participant, trial_index))


@dataclass
class Tally:
    """What the trials of one participant add up to, before anything is left out."""

    planned: int = 0
    answered: int = 0
    vigilance_asked: int = 0
    vigilance_passed: int = 0

    def add(self, row: Row) -> None:
        """Count one row of the trials: timed-out ones are answered, spoiled vigilance trials not asked."""
        self.planned += 1
        self.answered += row.get("answered_at") is not None
        passed = row.get("attention_passed")
        if passed is not None and not row.get("voided"):
            self.vigilance_asked += 1
            self.vigilance_passed += passed


@dataclass
class Trials:
    """The rows of the per-trial table, and by participant what they add up to as they go by."""

    study: Study
    population: Population
    exclusions: Exclusions
    told: Told = lambda done: None
    tallies: dict[str, Tally] = field(default_factory=dict)
    excluded: list[int] = field(default_factory=list)
    count: int = 0

    def __iter__(self) -> Iterator[Row]:
        """Each row with the rule that leaves it out; `excluded` collects the places of those, from 0."""
        for row in exports.trial_rows(self.study, self.population.value):
            row["excluded"] = self.exclusions.rule(row["participant_id"], row["trial_index"])
            if row["excluded"]:
                self.excluded.append(self.count)
            self.count += 1
            self.tallies.setdefault(row["participant_id"], Tally()).add(row)
            if self.count % EVERY == 0:
                self.told(self.count)
            yield row


def trial_rows(study: Study, population: Population) -> Iterator[Row]:
    """The rows of the per-trial table, with the rule that leaves a row out in `excluded`."""
    yield from Trials(study, population, Exclusions.of(study, population))


def participant_rows(
    study: Study, population: Population, exclusions: Exclusions, tallies: Mapping[str, Tally]
) -> Iterator[Row]:
    """A row for each participation that is not withdrawn, without what the analysis says of it.

    The participation's own code, its completion code and the recruiter's ids are in no row.
    """
    own = participations_in(study, population).select_related("participant").order_by("pk")
    for participation in own.defer("stimuli", "simulation").iterator(1000):
        who = str(participation.participant.code)
        tally = tallies.get(who, Tally())
        yield {
            "participant_id": who,
            "source": participation.source,
            "participation_state": participation.state,
            "ended_early": _text(participation.verdict),
            "excluded": exclusions.participants.get(who),
            "language": participation.language,
            "recruiter": participation.recruiter,
            "consent_version": participation.consent_version,
            "attention_passed": _flag(participation.attention_passed),
            "planned_trials": tally.planned,
            "answered_trials": tally.answered,
            "vigilance_asked": tally.vigilance_asked,
            "vigilance_passed": tally.vigilance_passed,
            "vigilance_share": tally.vigilance_passed / tally.vigilance_asked
            if tally.vigilance_asked
            else None,
            "study": study.slug,
            "study_digest": participation.study_digest,
            "seed": participation.seed,
            **_times(participation),
            **_checks(participation.screening),
            **_device(participation.device),
            **_debrief(participation.debrief),
        }


def _times(participation: Participation) -> Row:
    begun, ended = participation.consented_at, participation.finished_at
    return {
        "consented_at": begun.isoformat(),
        "finished_at": ended.isoformat() if ended else None,
        "duration_s": round((ended - begun).total_seconds(), 1) if ended else None,
    }


def _checks(found: Mapping[str, Any]) -> Row:
    vision, display = found.get("colour_vision") or {}, found.get("display") or {}
    return {
        "screened_out_for": _text(found.get("reason")),
        "colour_vision_right": _whole(vision.get("right")),
        "colour_vision_shown": _whole(vision.get("shown")),
        "colour_vision_passed": _flag(vision.get("passed")),
        "display_fits": _flag(display.get("fits")),
        "touch_only": _flag(display.get("touch_only")),
    }


def _device(loads: list[Any]) -> Row:
    """Facts of the first page load; a browser may say anything, so what has another type is left empty."""
    facts = loads[0] if loads and isinstance(loads[0], dict) else {}
    row: Row = {"page_loads": len(loads)}
    row |= {name: _number(facts.get(name)) for name in (
        "refresh_ms", "clock_step_ms", "pixel_ratio", "image_css_px",
    )}  # fmt: skip
    for name in ("screen", "viewport"):
        sides = facts.get(name)
        width, height = sides if isinstance(sides, list) and len(sides) == 2 else (None, None)
        row |= {f"{name}_width": _whole(width), f"{name}_height": _whole(height)}
    row |= {name: _text(facts.get(name)) for name in ("pointer", "gamut", "runner")}
    return row | {"colour_depth": _whole(facts.get("colour_depth")), "dark": _flag(facts.get("dark"))}


def _debrief(given: Mapping[str, Any]) -> Row:
    names = ("comments", "age_group", "gender", "gender_words", "experience")
    return {"debrief_skipped": _flag(given.get("skipped"))} | {name: _text(given.get(name)) for name in names}


def _flag(value: Any) -> int | None:
    return int(value) if isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    found = _number(value)
    return round(found) if found is not None and abs(found) < 2**53 else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
