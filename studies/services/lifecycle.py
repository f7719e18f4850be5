"""A study's way from draft to live, paused and closed; what is live stays as it is."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from colorizers.models import digest_of
from colorizers.services.claims import Pulse, silent_since
from colorizers.services.sending import send
from colorizers.tools import declared
from studies.models import ParticipationState, Source, Study, StudyState
from studies.rules import study_settings
from studies.services import blinding_audits, previews, roles, stimuli, validation
from studies.services.planning import design_of
from studies.services.protocol import protocol_of
from studies.services.readiness import NotReady

logger = logging.getLogger(__name__)

LAUNCH, PREVIEW = "launch", "preview"
STEP_SECONDS = 60.0
REPORT_SECONDS = 0.5
Watcher = Callable[[int, int], object]


class WrongState(ValueError):
    """The study's state does not allow this; the message says what would."""


def launch(
    *, study: Study, by: Any = None, watch: Watcher | None = None, audited: Watcher | None = None
) -> Study:
    """Launch a study here and now: validate, prepare, audit, freeze, open.

    `watch` is told how many pictures are ready, `audited` how many pairs of them the blinding audit has seen.
    Raises NotReady with all that is missing, WrongState, or stimuli.Unpresentable; the study is then a
    draft as before, with the error in `preparation`.
    """
    return _prepare_here(study, LAUNCH, by, watch, audited)


def prepare(*, study: Study, by: Any = None, watch: Watcher | None = None) -> Study:
    """Make the stimuli of a draft here and now, so that it can be previewed; raises as `launch` does."""
    return _prepare_here(study, PREVIEW, by, watch)


def _prepare_here(
    study: Study, goal: str, by: Any, watch: Watcher | None, audited: Watcher | None = None
) -> Study:
    begin(study=study, goal=goal, by=by)
    try:
        continue_preparation(study.pk, seconds=None, watch=watch, audited=audited)
    except BaseException as error:
        fail(study.pk, error)
        raise
    study.refresh_from_db()
    return study


def order(*, study: Study, goal: str, by: Any = None) -> None:
    """Have a worker prepare the study and, if that is the goal, launch it.

    Raises NotReady or WrongState. If the queue cannot be reached, the preparation waits, with the reason;
    `recover_abandoned` sends it later.
    """
    begin(study=study, goal=goal, by=by)
    transaction.on_commit(lambda: _send(study))


def _send(study: Study) -> None:
    error = send("studies.tasks.prepare_study", study.pk)
    with _locked_preparation(study.pk) as locked:
        if locked is not None:
            locked.preparation["error"] = error
    study.refresh_from_db()


def begin(*, study: Study, goal: str, by: Any = None) -> None:
    """Claim a draft for preparation; raises NotReady or WrongState."""
    study.refresh_from_db()
    if not study.is_draft:
        raise WrongState(f"Only a draft can be launched; the study {study.slug!r} is {_state(study)}.")
    if study.archived_at is not None:
        raise WrongState(f"The study {study.slug!r} is archived. Take it out of the archive first.")
    readiness = validation.check(study)
    if not readiness.ok:
        raise NotReady(study, readiness)
    preparation = {
        "goal": goal,
        "by": getattr(by, "pk", None),
        "done": 0,
        "total": len(stimuli.pictures(study)),
        "error": "",
        "seen": timezone.now().isoformat(),
    }
    claimed = Study.objects.filter(pk=study.pk, state=StudyState.DRAFT, archived_at=None).update(
        state=StudyState.PREPARING, preparation=preparation
    )
    if not claimed:
        raise WrongState(f"Somebody else launches the study {study.slug!r} just now.")
    study.refresh_from_db()


def continue_preparation(
    study_id: int,
    *,
    seconds: float | None = STEP_SECONDS,
    watch: Watcher | None = None,
    audited: Watcher | None = None,
) -> bool:
    """Go on with a preparation for about so many seconds; True when nothing is left to do.

    Starts where the last step, or a worker that was killed, wrote down how far it came; what was made
    since is found and kept. Stops when the preparation was cancelled. Delivered twice, it is done once: the
    second leaves it to the first while that gives signs of life.
    """
    claim = uuid.uuid4().hex
    with _locked_preparation(study_id) as locked:
        if locked is None or (locked.preparation.get("claim") and not _is_silent(locked)):
            return True
        locked.preparation |= {"claim": claim, "error": "", "seen": timezone.now().isoformat()}
    try:
        with Pulse(lambda: _give_sign(study_id, claim)):
            return _continue(study_id, claim, seconds=seconds, watch=watch, audited=audited)
    finally:
        with _locked_preparation(study_id, claim) as locked:
            if locked is not None:
                locked.preparation["claim"] = ""


@contextmanager
def _locked_preparation(study_id: int, claim: str | None = None) -> Iterator[Study | None]:
    """The study while it is prepared (by whoever holds this claim), locked; what is changed is written."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.state != StudyState.PREPARING or claim not in {None, study.preparation.get("claim")}:
            yield None
            return
        yield study
        Study.objects.filter(pk=study_id).update(preparation=study.preparation)


def _give_sign(study_id: int, claim: str) -> None:
    with _locked_preparation(study_id, claim) as locked:
        if locked is not None:
            locked.preparation["seen"] = timezone.now().isoformat()


def _is_silent(study: Study) -> bool:
    return datetime.fromisoformat(study.preparation["seen"]) < silent_since()


def _continue(
    study_id: int, claim: str, *, seconds: float | None, watch: Watcher | None, audited: Watcher | None
) -> bool:
    study = Study.objects.select_related("photo_set").get(pk=study_id)
    roles.assign(study, design_of(study).needs())
    deadline = None if seconds is None else time.monotonic() + seconds
    pictures = stimuli.pictures(study)
    reported = time.monotonic()
    for done in range(study.preparation["done"], len(pictures)):
        stimuli.ensure(pictures[done], study.image_px)
        if watch is not None:
            watch(done + 1, len(pictures))
        now = time.monotonic()
        out_of_time = deadline is not None and now >= deadline
        if out_of_time or now - reported >= REPORT_SECONDS:
            reported = now
            if not _write_down(study, done + 1, len(pictures)):
                return True
        if out_of_time:
            return False
    if study.preparation["goal"] == LAUNCH:
        _write_down(study, len(pictures), len(pictures))
        blinding_audits.at_launch(study, watch=lambda seen, pairs: _watch_audit(study, seen, pairs, audited))
    _finish(study_id, claim)
    return True


def _watch_audit(study: Study, seen: int, pairs: int, audited: Watcher | None) -> None:
    study.preparation |= {"audit": {"done": seen, "total": pairs}}
    _write_down(study, study.preparation["done"], study.preparation["total"])
    if audited is not None:
        audited(seen, pairs)


def _write_down(study: Study, done: int, total: int) -> bool:
    """Progress for whoever watches; False if the preparation is over, or in other hands."""
    study.preparation |= {"done": done, "total": total, "seen": timezone.now().isoformat()}
    with _locked_preparation(study.pk, study.preparation["claim"]) as locked:
        if locked is not None:
            locked.preparation |= study.preparation
    return locked is not None


@transaction.atomic
def _finish(study_id: int, claim: str) -> None:
    """Open the study, or hand it back for its preview, if it is still what was prepared."""
    study = Study.objects.select_for_update().get(pk=study_id)
    if study.state != StudyState.PREPARING or study.preparation.get("claim") != claim:
        return
    readiness = validation.check(study)
    if not is_prepared(study):
        readiness.problem("Its photos changed while it was being prepared; start again.", "photo_set")
    if not readiness.ok:
        raise NotReady(study, readiness)
    total = len(stimuli.pictures(study))
    preparation = study.preparation | {"done": total, "total": total, "claim": ""}
    goal = preparation["goal"]
    if goal == LAUNCH:
        _freeze(study, preparation)
    else:
        Study.objects.filter(pk=study.pk).update(state=StudyState.DRAFT, preparation=preparation)


def _freeze(study: Study, preparation: dict[str, Any]) -> None:
    study.photo_set.freeze()
    previews.discard_previews(study)
    # Written out in full, so that a default of a later release changes nothing here.
    kinds = study_settings.kinds(study.design, study.recruiter)
    complete = {column: declared.complete(kind, getattr(study, column)) for column, kind in kinds.items()}
    for column, values in complete.items():
        setattr(study, column, values)
    protocol = protocol_of(study)
    Study.objects.filter(pk=study.pk).update(
        state=StudyState.LIVE,
        launched_at=timezone.now(),
        **complete,
        protocol=protocol,
        digest=digest_of(protocol),
        preparation=preparation,
    )
    study.refresh_from_db()
    _log(study, f"Launched with protocol {study.digest[:12]}.", preparation["by"])


def fail(study_id: int, error: BaseException) -> None:
    """Make a study that was being prepared a draft again and keep the reason."""
    study = Study.objects.get(pk=study_id)
    reason = str(error) or type(error).__name__
    Study.objects.filter(pk=study_id, state=StudyState.PREPARING).update(
        state=StudyState.DRAFT, preparation=study.preparation | {"error": reason}
    )


def recover_abandoned() -> int:
    """Queue again the preparations of which nothing was heard for a while; gives how many.

    Whoever was at it was killed, a worker or a command, or the queue lost it.
    """
    preparing = Study.objects.filter(state=StudyState.PREPARING).defer("protocol")
    abandoned = [study for study in preparing if _is_silent(study)]
    for study in abandoned:
        _send(study)
    return len(abandoned)


def cancel_preparation(*, study: Study, by: Any = None) -> None:
    """Make a study that is being prepared a draft again; what was made is kept and found next time."""
    cancelled = Study.objects.filter(pk=study.pk, state=StudyState.PREPARING).update(
        state=StudyState.DRAFT, preparation=study.preparation | {"error": "The preparation was cancelled."}
    )
    study.refresh_from_db()
    if not cancelled:
        raise WrongState(f"There is no preparation to cancel; the study {study.slug!r} is {_state(study)}.")
    _log(study, "Preparation cancelled.", by)


def dismiss(*, study: Study, by: Any = None) -> None:
    """Forget why the last preparation stopped: somebody has read it."""
    with transaction.atomic():
        found = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
        if found.state == StudyState.DRAFT:
            Study.objects.filter(pk=study.pk).update(preparation=found.preparation | {"error": ""})
    study.refresh_from_db()


def is_prepared(study: Study) -> bool:
    """Whether every picture that the study shows is there, so that it can be previewed."""
    if study.launched_at is not None:
        return True
    try:
        needs = design_of(study).needs()
    except (ValueError, LookupError):
        return False
    return roles.stand(study, needs) and study.study_photos.exists() and not stimuli.missing(study)


def pause(*, study: Study, by: Any = None) -> None:
    """Let nobody begin for a while; who has begun may finish."""
    _move(study, {StudyState.LIVE}, StudyState.PAUSED, by, "Paused.")


def reopen(*, study: Study, by: Any = None) -> None:
    """End a pause."""
    _move(study, {StudyState.PAUSED}, StudyState.LIVE, by, "Reopened.")


def close(*, study: Study, by: Any = None) -> None:
    """End the study for good; who has not finished has abandoned it."""
    _move(study, {StudyState.LIVE, StudyState.PAUSED}, StudyState.CLOSED, by, "Closed.")
    # After the move, not with it: who holds a participation may be waiting for the study's row.
    unfinished = study.participations.filter(
        state__in=[ParticipationState.SCREENING, ParticipationState.STARTED]
    )
    # Previews are not part of the study, and stay open to those who run it.
    unfinished.exclude(source=Source.PREVIEW).update(state=ParticipationState.ABANDONED)


def archive(*, study: Study, by: Any = None) -> None:
    """Take a draft or a closed study out of the list of studies; nothing of it is lost."""
    _file_away(study, timezone.now(), by, "Archived.")


def unarchive(*, study: Study, by: Any = None) -> None:
    """Put an archived study back into the list of studies."""
    _file_away(study, None, by, "Taken out of the archive.")


def _file_away(study: Study, at: datetime | None, by: Any, message: str) -> None:
    with transaction.atomic():
        here = Study.objects.filter(pk=study.pk, archived_at__isnull=at is not None)
        moved = here.filter(state__in=[StudyState.DRAFT, StudyState.CLOSED]).update(archived_at=at)
        study.refresh_from_db()
        if moved:
            _log(study, message, by)
    if not moved and (study.archived_at is None) is not (at is None):
        raise WrongState(
            f"The study {study.slug!r} is {_state(study)}; only drafts and closed studies are archived. "
            "Close it first."
        )


def _move(study: Study, origins: set[StudyState], target: StudyState, by: Any, message: str) -> None:
    closed_at = timezone.now() if target == StudyState.CLOSED else None
    with transaction.atomic():
        moved = Study.objects.filter(pk=study.pk, state__in=origins).update(state=target, closed_at=closed_at)
        study.refresh_from_db()
        if not moved:
            allowed = " or ".join(sorted(str(origin.label) for origin in origins))
            raise WrongState(
                f"The study {study.slug!r} is {_state(study)}; it would have to be {allowed} to become "
                f"{target.label}."
            )
        _log(study, message, by)


def _state(study: Study) -> str:
    return str(StudyState(study.state).label)


def _log(study: Study, message: str, by: Any) -> None:
    """Write the step into the study's history, in the name of whoever took it or owns the study."""
    logger.info("Study %s: %s", study.slug, message)
    user_id = getattr(by, "pk", by) or study.owner_id
    if user_id is not None:
        LogEntry.objects.log_actions(user_id, [study], CHANGE, message, single_object=True)
