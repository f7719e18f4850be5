"""Who may begin, and what each is given: places, quotas, cells, and photos instead of spoiled ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from django.db.models import Count, Q
from django.utils import timezone

from studies import designs
from studies.designs._design import ONCE, REPEATED, Arranged, Cell, Design, Stimuli
from studies.models import (
    Allocation,
    ConditionKind,
    Participation,
    ParticipationState,
    PhotoRole,
    Source,
    Study,
    Trial,
    TrialKind,
)
from studies.rules import randomisation
from studies.services import places
from studies.services.trial_rows import next_number, write_trials

# A place and its cells are kept so long for somebody who has yet to answer, and so long after each answer.
FIRST_LEASE = timedelta(minutes=5)
LEASE = timedelta(minutes=30)
# Independent random streams from one stored seed.
ALLOCATION_STREAM = 1
REPLACEMENT_STREAM = 2


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
    arranged = arranged_cells(study, source)
    return randomisation.allocate(
        material_of(study, open_arms(study, source, arms_of(study))),
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
        _refuse_if_full(
            [people.filter(places.finished()).count()], [people.filter(places.held()).count()], quota, what
        )
    open_arms(study, source, arms_of(study))


def arms_of(study: Study) -> list[str]:
    """The conditions under test."""
    return list(study.conditions.filter(kind=ConditionKind.TEST).values_list("slug", flat=True))


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
    held, finished = _people_by_arm(study, places.held), _people_by_arm(study, places.finished)
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
            condition__isnull=False,
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
    own = participation.trials.filter(kind=TrialKind.TEST, condition__isnull=False)
    arms = set(own.values_list("condition__slug", flat=True))
    if len(arms) == 1:
        open_arms(study, participation.source, list(arms))


def over_recruited(study: Study) -> int:
    """How many more people than the quota have finished: they came back when their places were gone."""
    if study.participant_quota is None:
        return 0
    finished = study.participations.filter(places.finished(), source=Source.PERSON).count()
    return max(0, finished - study.participant_quota)


def material_of(study: Study, arms: Sequence[str]) -> randomisation.Material:
    """What the study offers to somebody who may be given these arms."""
    photos: dict[str, list[str]] = {role: [] for role in PhotoRole.values}
    for role, digest in study.study_photos.values_list("role", "photo__digest"):
        photos[role].append(digest)
    controls = study.conditions.filter(kind=ConditionKind.VIGILANCE).values_list("slug", flat=True)
    design = design_of(study)
    return randomisation.Material(
        practice_photos=photos[PhotoRole.PRACTICE],
        test_photos=photos[PhotoRole.TEST],
        treatments=design.treatments(arms) if arms else [],
        vigilance=controls.first(),
        photo_use=design.photo_use,
    )


def arranged_cells(study: Study, source: str) -> Counter[Arranged]:
    """How many finished and still-running participations of this source hold each cell in each arrangement.

    Trials that were spoiled do not count: nobody has judged them.
    """
    counted = (
        Trial.objects.filter(
            places.held("participation__"), participation__study=study, participation__source=source
        )
        .exclude(kind=TrialKind.PRACTICE)
        .exclude(response__voided=True)
        .order_by()
        .values_list("photo_id", "treatment", "arrangement")
        .annotate(n=Count("pk"))
    )
    digests = dict(study.study_photos.values_list("photo_id", "photo__digest"))
    return Counter({(Cell(digests[photo], what), name): n for photo, what, name, n in counted})


def judged_cells(arranged: Mapping[Arranged, int]) -> Counter[Cell]:
    """The same over all arrangements."""
    judged: Counter[Cell] = Counter()
    for (cell, _), count in arranged.items():
        judged[cell] += count
    return judged


def plan_replacement(voided: Trial) -> bool:
    """Plan another photo in the place of a spoiled trial; its study must be locked. False: none is left.

    Treatment, arrangement, frames and key stay; the photo is the least-judged test photo of the study
    that this participation may be given under it.
    """
    participation = voided.participation
    study = participation.study
    arranged = arranged_cells(study, participation.source)
    spec = voided.as_planned
    taken = _taken(participation, spec.treatment, design_of(study).photo_use)
    test_photos = study.study_photos.filter(role=PhotoRole.TEST).values_list("photo__digest", flat=True)
    photo = randomisation.least_judged_photo(
        [photo for photo in test_photos if photo not in taken],
        spec.treatment,
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


def _taken(participation: Participation, treatment: str, photo_use: str) -> set[str]:
    """The photos that a participation has or will get and cannot be shown (under this treatment) again."""
    if photo_use == REPEATED:
        return set()
    dealt = Stimuli.from_json(participation.stimuli)
    cells = [*dealt.practice, *dealt.test, *dealt.vigilance]
    cells += [Cell(*row) for row in participation.trials.values_list("photo__digest", "treatment")]
    return {cell.photo for cell in cells if photo_use == ONCE or cell.treatment == treatment}
