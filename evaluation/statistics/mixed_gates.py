"""Which studies the mixed model is fitted to, and why not to the others, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import Rows
from evaluation.statistics.filters import ValidResponses

TRIALS_EACH = 8
EVENTS_EACH = 0.4
MOST_TRIALS = 200_000
MOST_LEVELS = 3_000
"""At both limits a fit takes about a minute on one core and half a gigabyte."""


class Refused(ValueError):
    """The model is not fitted; the message says why and what to do instead."""


@dataclass(frozen=True)
class Study:
    """The valid trials with conditions in the order of their names, 0, 1, ...: `arm` has shape (trials,)."""

    valid: ValidResponses
    names: tuple[str, ...]
    arm: Rows
    people: int
    photos: int

    @classmethod
    def of(cls, valid: ValidResponses) -> Study:
        """Count and number what occurs in the valid trials."""
        table = valid.table
        labels = np.asarray(table.condition.labels, dtype=object)
        present = sorted(set(table.condition.codes.tolist()), key=lambda code: str(labels[code]))
        place = np.zeros(len(labels) + 1, dtype=np.intp)
        place[present] = np.arange(len(present))
        people, photos = (
            int(np.count_nonzero(np.bincount(codes)))
            for codes in (table.participant.codes, table.photo.codes)
        )
        return cls(
            valid, tuple(str(labels[c]) for c in present), place[table.condition.codes], people, photos
        )

    @property
    def trials(self) -> int:
        """How many valid trials there are."""
        return len(self.valid)

    def check(self, most_trials: int) -> None:
        """Raise Refused where there is nothing to fit, or more than is fitted without being asked to."""
        if self.trials == 0:
            raise Refused("no valid trials")
        if self.trials > most_trials:
            raise Refused(
                f"{self.trials:,} trials are more than the {most_trials:,} that are fitted by default; "
                f"the default interval does without it, and some of the participants show the SDs as well"
            )
        if min(self.people, self.photos) > MOST_LEVELS:
            raise Refused(
                f"{self.people:,} participants and {self.photos:,} photos: "
                f"the smaller number must be at most {MOST_LEVELS:,}"
            )
        if self.people < 2:
            raise Refused("only one participant: nothing shows how much people differ")
        constant = self._constant_arms()
        if constant:
            raise Refused(
                f"everybody gave the same answer under {', '.join(constant)}: its log-odds are infinite; "
                f"leave it out to fit the others"
            )
        thin = self._thin("participant", self.people)
        if thin:
            raise Refused(f"{thin}: too few to tell people's differences from chance")

    def no_photo_effect(self) -> str:
        """Why the differences between photos cannot be estimated; empty if they can."""
        if self.photos < 2:
            return "only one photo: nothing shows how much photos differ"
        thin = self._thin("photo", self.photos)
        return f"{thin}: too few to tell photos' differences from chance" if thin else ""

    def _thin(self, kind: str, levels: int) -> str:
        fooled = int(self.valid.fooled.sum())
        # The rarer answer: for the model 95 % fooled is as thin as 5 %.
        kept, rarer = (
            ("fooled", fooled) if 2 * fooled <= self.trials else ("not fooled", self.trials - fooled)
        )
        if self.trials >= TRIALS_EACH * levels and rarer >= EVENTS_EACH * levels:
            return ""
        return (
            f"{self.trials / levels:.1f} trials and {rarer / levels:.2f} {kept} trials a {kind} on average, "
            f"where {TRIALS_EACH} and {EVENTS_EACH} are needed"
        )

    def _constant_arms(self) -> list[str]:
        trials = np.bincount(self.arm)
        fooled = np.bincount(self.arm, self.valid.fooled)
        return [self.names[k] for k in np.flatnonzero((fooled == 0) | (fooled == trials))]
