"""How far a run of the catalogue is."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Progress:
    """How far a run is: counts of its colorizations by state."""

    total: int
    queued: int
    running: int
    done: int
    failed: int
    cancelled: int

    @classmethod
    def of(cls, counts: dict[str, int]) -> Progress:
        """From the number of rows in each state that occurs."""
        states = [field.name for field in fields(cls)[1:]]
        return cls(sum(counts.values()), **{state: counts.get(state, 0) for state in states})

    @property
    def settled(self) -> int:
        return self.total - self.queued - self.running

    @property
    def percent(self) -> int:
        return 100 if self.total == 0 else 100 * self.settled // self.total
