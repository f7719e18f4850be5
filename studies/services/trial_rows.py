"""Between a design's specs and rows: trials, the pictures that a browser may fetch for them, and answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Max, Q, QuerySet

from colorizers.models import Photo
from studies import designs
from studies.blinding.masking import sent_bytes
from studies.designs._design import ONCE, Answered
from studies.designs._trial import REAL, Show, TrialSpec
from studies.models import Condition, Participation, Stimulus, Trial, TrialPicture
from studies.services.samples import Draw


class NotPrepared(Exception):
    """The study's stimuli are not all there; the message says which."""


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
    photo_once = designs.get(study.design).configured(study.design_settings).photo_use == ONCE
    conditions = {condition.slug: condition for condition in study.conditions.all()}
    photos = dict(Photo.objects.filter(digest__in={spec.photo for spec in specs}).values_list("digest", "pk"))
    shown = _Stimuli(participation, photos, conditions, first_number)
    trials = Trial.objects.bulk_create(
        Trial(
            participation=participation,
            number=number,
            kind=spec.kind,
            condition=conditions[spec.condition] if spec.condition else None,
            treatment=spec.treatment,
            photo_id=photos[spec.photo],
            photo_once=photo_once,
            spec=spec.script(),
            facts=spec.facts,
            key=spec.key,
            arrangement=spec.arrangement,
            replaces=in_place_of,
        )
        for number, spec in enumerate(specs, start=first_number)
    )
    TrialPicture.objects.bulk_create(_pictures(trials, specs, shown))


def _pictures(trials: Iterable[Trial], specs: Iterable[TrialSpec], shown: _Stimuli) -> Iterable[TrialPicture]:
    for trial, spec in zip(trials, specs, strict=True):
        # One picture of each arm, in however many frames it is shown.
        arms = {show.arm: show for _, show in spec.shows}
        drawn = {arm: shown.of(spec, show) for arm, show in arms.items()}
        for index, show in spec.shows:
            yield TrialPicture(
                trial=trial,
                frame=index,
                slot=show.slot,
                condition=shown.condition(show),
                stimulus_id=drawn[show.arm],
                sent_bytes=shown.sent_bytes(spec),
            )


class _Stimuli:
    """The stimuli of some photos in all arms of a participation's study, looked up at once."""

    def __init__(
        self,
        participation: Participation,
        photos: dict[str, int],
        conditions: dict[str, Condition],
        number: int,
    ) -> None:
        self._photos, self._conditions = photos, conditions
        arms = {condition.colorizer_id for condition in conditions.values()}
        found = Stimulus.objects.filter(
            Q(colorization=None) | Q(colorization__colorizer__in=arms),
            photo__in=photos.values(),
            image_px=participation.study.image_px,
        )
        self._pks: dict[tuple[int, int | None], list[int]] = defaultdict(list)
        self._largest: dict[int, int] = {}
        rows = found.order_by("colorization__sample", "pk").values_list(
            "photo_id", "colorization__colorizer_id", "pk", "file_bytes"
        )
        for photo, colorizer, pk, file_bytes in rows:
            self._pks[photo, colorizer].append(pk)
            self._largest[photo] = max(file_bytes, self._largest.get(photo, 0))
        several = [pks for pks in self._pks.values() if len(pks) > 1]
        self._draw = Draw(participation, several, number)

    def sent_bytes(self, spec: TrialSpec) -> int:
        """What goes over the line for each picture of a trial: that of the largest arm of its photo."""
        return sent_bytes(self._largest[self._photos[spec.photo]])

    def condition(self, show: Show) -> Condition | None:
        """The arm that a picture shows; None: the real photo."""
        return None if show.arm == REAL else self._conditions[show.arm]

    def of(self, spec: TrialSpec, show: Show) -> int:
        """Primary key of the stimulus for this picture of a trial; of several samples one is drawn."""
        arm = self.condition(show)
        photo = self._photos.get(spec.photo)
        pks = [] if photo is None else self._pks.get((photo, arm.colorizer_id if arm else None), [])
        if not pks:
            what = f"picture by {show.arm}" if arm else "real picture"
            raise NotPrepared(
                f"There is no {what} of photo {spec.photo[:12]} to show: prepare the study again."
            )
        return pks[0] if len(pks) == 1 else self._draw.one_of(pks)


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
    return answered_in(participation.trials.filter(response__isnull=False, response__voided=False))


def answered_in(trials: QuerySet[Trial]) -> list[Answered]:
    """Trials that have their responses, as the design sees them, in their order."""
    return [answered(trial) for trial in _in_order(trials)]


def _in_order(trials: QuerySet[Trial]) -> list[Trial]:
    return list(trials.select_related("response", "condition", "photo").order_by("number"))


def answered(trial: Trial) -> Answered:
    """A trial that has its response, as the design sees it."""
    response = trial.response
    more = {one["name"]: one["answer"] for one in response.more}
    return Answered(trial.as_planned, response.answer or None, more, voided=response.voided)
