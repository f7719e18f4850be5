"""From a design's specs to rows: trials, and the pictures that the browser may fetch for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from colorizers.models import Photo
from studies import designs
from studies.blinding.masking import sent_bytes
from studies.designs._design import FAKE, Answered, Arranged, Cell, Design, Stimuli, TrialSpec
from studies.models import (
    Allocation,
    Condition,
    ConditionKind,
    Participation,
    ParticipationState,
    PhotoRole,
    Source,
    Stimulus,
    Study,
    Trial,
    TrialKind,
    TrialPicture,
)
from studies.rules import randomisation

# A place and its cells are kept so long for somebody who has yet to answer, and so long after each answer.
FIRST_LEASE = timedelta(minutes=5)
LEASE = timedelta(minutes=30)
# Independent random streams from one stored seed.
ALLOCATION_STREAM = 1
REPLACEMENT_STREAM = 2


class NotPrepared(Exception):
    """The study's stimuli are not all there; the message says which."""


class OverQuota(Exception):
    """The study has as many participations as it wanted."""


class FullForNow(OverQuota):
    """Its last places are held by people who have not finished: one may become free."""


def design_of(study: Study) -> Design:
    return designs.get(study.design).configured(study.design_settings)


def stimuli_for(participation: Participation) -> Stimuli:
    """The least-judged cells of the study, for this participation; its study must be locked.

    Raises OverQuota if every arm is full.
    """
    study, source = participation.study, participation.source
    material = material_of(study)
    arranged = arranged_cells(study, source)
    return randomisation.allocate(
        replace(material, conditions=open_arms(study, source, material.conditions)),
        design_of(study).needs(),
        judged_cells(arranged),
        allocation=study.allocation,
        rng=np.random.default_rng([participation.seed, ALLOCATION_STREAM]),
        arranged=arranged,
    )


def check_quota(study: Study, source: str) -> None:
    """Raise OverQuota if the finished participations of people fill the study's quotas, and FullForNow
    if they do so together with the running ones that hold a place.
    """
    if source != Source.PERSON:
        return
    people = study.participations.filter(source=source)
    if study.participant_quota is not None:
        quota = study.participant_quota
        what = f"The study {study.slug} has all the {quota} people it asked for"
        _refuse_if_full([people.filter(_finished()).count()], [people.filter(_held()).count()], quota, what)
    slugs = study.conditions.filter(kind=ConditionKind.TEST).values_list("slug", flat=True)
    open_arms(study, source, list(slugs))


def _refuse_if_full(finished: Sequence[int], held: Sequence[int], quota: int, what: str) -> None:
    if all(count >= quota for count in finished):
        raise OverQuota(f"{what}.")
    if all(count >= quota for count in held):
        raise FullForNow(f"{what}, counting those who have not finished yet.")


def open_arms(study: Study, source: str, conditions: Sequence[str]) -> list[str]:
    """The conditions under test that may still be given; raises OverQuota if each has its quota of people."""
    if source != Source.PERSON or study.arm_quota is None or study.allocation != Allocation.ONE:
        return list(conditions)
    quota = study.arm_quota
    held, finished = _people_by_arm(study, _held), _people_by_arm(study, _finished)
    if conditions:
        what = f"Each condition of {study.slug} has all the {quota} people it asked for"
        _refuse_if_full(
            [finished.get(slug, 0) for slug in conditions],
            [held.get(slug, 0) for slug in conditions],
            quota,
            what,
        )
    return [slug for slug in conditions if held.get(slug, 0) < quota]


def _people_by_arm(study: Study, which: Callable[[str], Q]) -> dict[str, int]:
    counted = (
        Trial.objects.filter(
            which("participation__"),
            participation__study=study,
            participation__source=Source.PERSON,
            kind=TrialKind.TEST,
        )
        .order_by()
        .values_list("condition__slug")
        .annotate(n=Count("participation", distinct=True))
    )
    return dict(counted)


def has_lost_its_place(participation: Participation) -> bool:
    """Whether its time ran out before the first answer, so that the place may be somebody else's by now."""
    return (
        participation.source == Source.PERSON
        and participation.state == ParticipationState.STARTED
        and (participation.held_until is None or participation.held_until < timezone.now())
        and not participation.trials.filter(response__isnull=False).exists()
    )


def check_place(participation: Participation) -> None:
    """Raise OverQuota if the place was lost before the first answer, and there is no other one.

    Who has answered anything may finish, whatever the quota says.
    """
    if not has_lost_its_place(participation):
        return
    study = participation.study
    check_quota(study, participation.source)
    arms = set(participation.trials.filter(kind=TrialKind.TEST).values_list("condition__slug", flat=True))
    if len(arms) == 1:
        open_arms(study, participation.source, list(arms))


def over_recruited(study: Study) -> int:
    """How many more people than the quota have finished: they came back when their places were gone."""
    if study.participant_quota is None:
        return 0
    finished = study.participations.filter(_finished(), source=Source.PERSON).count()
    return max(0, finished - study.participant_quota)


def _finished(prefix: str = "") -> Q:
    return Q(**{f"{prefix}state": ParticipationState.FINISHED})


def _held(prefix: str = "") -> Q:
    """Participations that are finished, or running with a place that is still kept for them."""
    running = Q(**{
        f"{prefix}state": ParticipationState.STARTED,
        f"{prefix}held_until__gte": timezone.now(),
    })  # fmt: skip
    return running | _finished(prefix)


def material_of(study: Study) -> randomisation.Material:
    photos: dict[str, list[str]] = {role: [] for role in PhotoRole.values}
    for role, digest in study.study_photos.values_list("role", "photo__digest"):
        photos[role].append(digest)
    slugs: dict[str, list[str]] = {kind: [] for kind in ConditionKind.values}
    for kind, slug in study.conditions.values_list("kind", "slug"):
        slugs[kind].append(slug)
    return randomisation.Material(
        practice_photos=photos[PhotoRole.PRACTICE],
        test_photos=photos[PhotoRole.TEST],
        conditions=slugs[ConditionKind.TEST],
        vigilance=next(iter(slugs[ConditionKind.VIGILANCE]), None),
    )


def arranged_cells(study: Study, source: str) -> Counter[Arranged]:
    """How many finished and still-running participations of this source hold each cell in each arrangement.

    Trials that were spoiled do not count: nobody has judged them.
    """
    counted = (
        Trial.objects.filter(
            _held("participation__"), participation__study=study, participation__source=source
        )
        .exclude(kind=TrialKind.PRACTICE)
        .exclude(response__voided=True)
        .order_by()
        .values_list("photo_id", "condition_id", "arrangement")
        .annotate(n=Count("pk"))
    )
    digests = dict(study.study_photos.values_list("photo_id", "photo__digest"))
    slugs = dict(study.conditions.values_list("pk", "slug"))
    return Counter({(Cell(digests[photo], slugs[arm]), name): n for photo, arm, name, n in counted})


def judged_cells(arranged: Mapping[Arranged, int]) -> Counter[Cell]:
    """The same over all arrangements."""
    judged: Counter[Cell] = Counter()
    for (cell, _), count in arranged.items():
        judged[cell] += count
    return judged


def plan_replacement(voided: Trial) -> bool:
    """Plan another photo in the place of a spoiled trial; its study must be locked. False: none is left.

    Condition, arrangement, frames and key stay; the photo is the least-judged test photo of the study
    that this participation was not given.
    """
    participation = voided.participation
    study = participation.study
    dealt = Stimuli.from_json(participation.stimuli)
    given = {cell.photo for cell in (*dealt.practice, *dealt.test, *dealt.vigilance)}
    given.update(participation.trials.values_list("photo__digest", flat=True))
    arranged = arranged_cells(study, participation.source)
    spec = spec_of(voided)
    photo = randomisation.least_judged_photo(
        [photo for photo in material_of(study).test_photos if photo not in given],
        spec.condition,
        judged_cells(arranged),
        arrangement=spec.arrangement,
        arranged=arranged,
        rng=np.random.default_rng([participation.seed, REPLACEMENT_STREAM, voided.number]),
    )
    if photo is None:
        return False
    number = next_number(participation)
    write_trials(participation, [replace(spec, photo=photo)], first_number=number, in_place_of=voided)
    return True


def next_number(participation: Participation) -> int:
    """The number after the last planned trial."""
    last = participation.trials.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def write_trials(
    participation: Participation,
    specs: Sequence[TrialSpec],
    *,
    first_number: int,
    in_place_of: Trial | None = None,
) -> None:
    """Plan these trials as rows, with a random address for each picture."""
    study = participation.study
    conditions = {condition.slug: condition for condition in study.conditions.all()}
    photos = dict(Photo.objects.filter(digest__in={spec.photo for spec in specs}).values_list("digest", "pk"))
    shown = _Stimuli(study, photos, conditions)
    trials = Trial.objects.bulk_create(
        Trial(
            participation=participation,
            number=number,
            kind=spec.kind,
            condition=conditions[spec.condition],
            photo_id=photos[spec.photo],
            spec=spec.script(),
            key=spec.key,
            arrangement=spec.arrangement,
            replaces=in_place_of,
        )
        for number, spec in enumerate(specs, start=first_number)
    )
    TrialPicture.objects.bulk_create(_pictures(trials, specs, shown))


def _pictures(trials: Iterable[Trial], specs: Iterable[TrialSpec], shown: _Stimuli) -> Iterable[TrialPicture]:
    for trial, spec in zip(trials, specs, strict=True):
        for index, frame in enumerate(spec.frames):
            for picture in frame.images:
                yield TrialPicture(
                    trial=trial,
                    frame=index,
                    slot=picture.slot,
                    stimulus_id=shown.of(spec, picture.face),
                    sent_bytes=shown.sent_bytes(spec),
                )


class _Stimuli:
    """The stimuli of some photos in all arms of a study, looked up at once."""

    def __init__(
        self,
        study: Study,
        photos: dict[str, int],
        conditions: dict[str, Condition],
    ) -> None:
        self._photos, self._conditions = photos, conditions
        arms = {condition.colorizer_id for condition in conditions.values()}
        found = Stimulus.objects.filter(
            Q(colorization=None) | Q(colorization__colorizer__in=arms),
            photo__in=photos.values(),
            image_px=study.image_px,
        )
        self._pks: dict[tuple[int, int | None], int] = {}
        self._largest: dict[int, int] = {}
        rows = found.values_list("photo_id", "colorization__colorizer_id", "pk", "file_bytes")
        for photo, colorizer, pk, file_bytes in rows:
            self._pks[photo, colorizer] = pk
            self._largest[photo] = max(file_bytes, self._largest.get(photo, 0))

    def sent_bytes(self, spec: TrialSpec) -> int:
        """What goes over the line for each picture of a trial: that of the largest arm of its photo."""
        return sent_bytes(self._largest[self._photos[spec.photo]])

    def of(self, spec: TrialSpec, face: str) -> int:
        """Primary key of the stimulus for this face of a trial."""
        photo = self._photos.get(spec.photo)
        colorizer = self._conditions[spec.condition].colorizer_id if face == FAKE else None
        pk = None if photo is None else self._pks.get((photo, colorizer))
        if pk is None:
            raise NotPrepared(
                f"There is no {face} stimulus of photo {spec.photo[:12]} for {spec.condition}: "
                "prepare the study again."
            )
        return pk


def history_of(participation: Participation) -> list[Answered]:
    """One entry for each answered place of the design's own plan, in its order: what it goes on from.

    In the place of a spoiled trial stands what was shown instead of it; where there is none, or it was
    spoiled too, the last one that was shown, marked as voided.
    """
    trials = _in_order(participation.trials.filter(response__isnull=False))
    instead = {trial.replaces_id: trial for trial in trials if trial.replaces_id is not None}
    history = []
    for planned in trials:
        if planned.replaces_id is not None:
            continue
        shown = planned
        while shown.pk in instead:
            shown = instead[shown.pk]
        history.append(answered(shown))
    return history


def valid_history_of(participation: Participation) -> list[Answered]:
    """The answered trials that were not spoiled, in their order, with those shown in another's place."""
    return _answered(participation.trials.filter(response__isnull=False, response__voided=False))


def _answered(trials: QuerySet[Trial]) -> list[Answered]:
    return [answered(trial) for trial in _in_order(trials)]


def _in_order(trials: QuerySet[Trial]) -> list[Trial]:
    return list(trials.select_related("response", "condition", "photo").order_by("number"))


def answered(trial: Trial) -> Answered:
    """A trial that has its response, as the design sees it."""
    response = trial.response
    return Answered(spec=spec_of(trial), answer=response.answer or None, voided=response.voided)


def spec_of(trial: Trial) -> TrialSpec:
    """A trial as the design planned it."""
    return TrialSpec.from_script(
        trial.spec,
        kind=trial.kind,
        condition=trial.condition.slug,
        photo=trial.photo.digest,
        key=trial.key,
        arrangement=trial.arrangement,
    )
