"""The checks between consent and instructions: what they find, and who goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from studies.models import Participation, ParticipationState
from studies.rules import plates
from studies.rules.plates import Plate
from studies.rules.screening import OFF, REQUIRE, ScreeningSettings
from studies.services import participations

DISPLAY, PLATE = "display", "plate"
# Why somebody was screened out.
TOUCH, COLOUR_VISION = "touch", "colour_vision"
ANSWERS = (*"123456789", plates.NO_FIGURE)


class NotYet(Exception):
    """The display will not do as it is; `why` is display, touch or scripts, and the person may change it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The display check is not passed yet: {why}.")


@dataclass(frozen=True)
class DisplayFacts:
    """What a browser says of its display: whether the pictures fit, whether there is only touch, and more."""

    fits: bool
    touch_only: bool
    facts: dict[str, Any]


def settings_of(participation: Participation) -> ScreeningSettings:
    return ScreeningSettings(**participation.study.screening)


def next_check(participation: Participation) -> str | None:
    """DISPLAY, PLATE, or None when all checks are done."""
    chosen, found = settings_of(participation), participation.screening
    if (chosen.display != OFF or chosen.touch == "refused") and "display" not in found:
        return DISPLAY
    if chosen.colour_vision != OFF and len(found.get("plates", [])) < len(plates_of(participation)):
        return PLATE
    return None


def plates_of(participation: Participation) -> list[Plate]:
    """The plates of this person in their order, the one for everybody first."""
    return plates.plan(settings_of(participation).plates, participation.seed)


def current_plate(participation: Participation) -> tuple[int, Plate]:
    """The plate that waits for an answer, and its number from 1."""
    done = len(participation.screening.get("plates", []))
    return done + 1, plates_of(participation)[done]


def plate_token(participation: Participation, number: int) -> UUID:
    """Where the picture of a plate lies: bound to the participation, and nothing that could be guessed."""
    digest = salted_hmac("studies.plate", f"{participation.code}:{number}", algorithm="sha256").digest()
    return UUID(bytes=digest[:16])


def record_display(
    *, participation: Participation, display: DisplayFacts | None, leaves: bool = False
) -> None:
    """Keep what the display is like; the first word stands.

    Where it will not do, the person may change it and ask again, so NotYet is raised and nothing kept, unless
    the person `leaves`. None means that the browser runs no scripts.
    """
    chosen = settings_of(participation)
    obstacle = _obstacle(chosen, display)
    if obstacle and not leaves:
        raise NotYet(obstacle)
    with transaction.atomic():
        locked = _locked(participation)
        if locked.state == ParticipationState.SCREENING and "display" not in locked.screening:
            locked.screening["display"] = {
                "at": timezone.now().isoformat(),
                "measured": display is not None,
                "fits": display.fits if display else None,
                "touch_only": display.touch_only if display else None,
                "facts": display.facts if display else {},
            }
            if obstacle:
                _screen_out(locked, obstacle)
            locked.save(update_fields=["screening", "state", "last_seen_at"])
    participation.refresh_from_db()


def _obstacle(chosen: ScreeningSettings, display: DisplayFacts | None) -> str:
    strict = chosen.display == REQUIRE
    if display is None:
        return "scripts" if strict or chosen.touch == "refused" else ""
    if chosen.touch == "refused" and display.touch_only:
        return TOUCH
    return DISPLAY if strict and not display.fits else ""


def record_plate(*, participation: Participation, number: int, answer: str) -> None:
    """Keep the answer to a plate, once; after the last one the result is worked out.

    An answer to any other plate than the one that waits changes nothing: it came by the back button or from
    a second tab. Raises ValueError for what is no answer.
    """
    if answer not in ANSWERS:
        raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, not {answer[:20]!r}.")
    with transaction.atomic():
        locked = _locked(participation)
        is_open = locked.state == ParticipationState.SCREENING and next_check(locked) == PLATE
        if is_open and current_plate(locked)[0] == number:
            _, plate = current_plate(locked)
            right = answer == plate.digit
            entry = {"axis": plate.axis, "digit": plate.digit, "answer": answer, "right": right}
            locked.screening.setdefault("plates", []).append(entry)
            if next_check(locked) is None:
                _judge_colour_vision(locked)
            locked.save(update_fields=["screening", "state", "last_seen_at"])
    participation.refresh_from_db()


def _judge_colour_vision(participation: Participation) -> None:
    chosen, entries = settings_of(participation), participation.screening["plates"]
    control, shown = entries[0], entries[1:]
    right = sum(entry["right"] for entry in shown)
    participation.screening["colour_vision"] = {
        "version": plates.VERSION,
        "shown": len(shown),
        "right": right,
        "control_read": control["right"],
        "passed": right >= chosen.plates_to_pass,
    }
    if chosen.colour_vision == REQUIRE and right < chosen.plates_to_pass:
        _screen_out(participation, COLOUR_VISION)


def _screen_out(participation: Participation, reason: str) -> None:
    participation.screening["reason"] = reason
    participation.state = ParticipationState.SCREENED_OUT


def go_on(participation: Participation) -> None:
    """Begin the trials once nothing is left to check; twice does no harm.

    Raises what participations.start_trials raises: the study may have been closed or filled meanwhile.
    """
    if participation.state == ParticipationState.SCREENING and next_check(participation) is None:
        participations.start_trials(participation)


def _locked(participation: Participation) -> Participation:
    locked = Participation.objects.select_for_update(of=("self",)).select_related("study")
    row = locked.get(pk=participation.pk)
    row.last_seen_at = timezone.now()
    return row
