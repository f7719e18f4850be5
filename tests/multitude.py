"""An installation of any size, written by a few statements: a million trials take seconds, not hours.

The pictures have no files: pages name them and never open them.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from colorizers.models import (
    Colorization,
    Colorizer,
    DeliveredPicture,
    DeliveryOutcome,
    GenerationRun,
    ImportedFile,
    ImportOutcome,
    Photo,
    PhotoImport,
    PhotoSet,
    PictureImport,
    WorkState,
)
from evaluation import metrics
from evaluation.models import Exclusion, Order, OrderKind, Population, Score
from studies.models import (
    BlindingAudit,
    Condition,
    ConditionKind,
    Participant,
    Participation,
    ParticipationState,
    PhotoRole,
    Response,
    Source,
    Stimulus,
    Study,
    StudyPhoto,
    StudyState,
    Trial,
)
from studies.services import lifecycle
from tests.evaluation.cast import SPEC, frames

BATCH = 2000
ARMS = ("l2", "classes", "random")


@dataclass(frozen=True)
class Size:
    """Photos and colorizers of each photo set, and people in each study; the studies use the last set."""

    sets: tuple[tuple[int, int], ...]
    people: tuple[int, ...]
    trials: int = 40
    scored: int = 2
    runs: int = 1
    """How often each set was ordered from each colorizer; also reports, orders and exclusions a study."""

    @property
    def colorizations(self) -> int:
        """How many pictures the catalogue holds."""
        return sum(photos * colorizers for photos, colorizers in self.sets)


def fill(size: Size, owner: Any) -> list[Study]:
    """Write an installation of this size into an empty database; the launched studies, a draft after them."""
    colorizers = _colorizers(max([len(ARMS), *(colorizers for _, colorizers in size.sets)]))
    last = len(size.sets)
    photo_sets = [
        _photo_set(f"set-{n}", photos, colorizers[:used], size, owner, failing=n < last)
        for n, (photos, used) in enumerate(size.sets, start=1)
    ]
    photo_set = photo_sets[-1]
    _stimuli(photo_set, colorizers[: len(ARMS)])
    studies = [_study(f"study-{n}", photo_set, colorizers, owner) for n in range(1, len(size.people) + 2)]
    for study, people in zip(studies[:-1], size.people, strict=True):
        _launch(study)
        _participations(study, people)
        _trials(study, size.trials)
        _around(study, size, owner)
    return studies


def _many(model: type[models.Model], rows: Iterable[Any]) -> list[Any]:
    return model._default_manager.bulk_create(rows, batch_size=BATCH)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _colorizers(count: int) -> list[Colorizer]:
    return _many(
        Colorizer,
        (
            Colorizer(
                slug=f"painter-{n:02d}", title=f"Painter {n}", method="grey", seed=n, digest=_digest(f"p{n}"),
                settings={"strength": n},
            )
            for n in range(count)
        ),
    )  # fmt: skip


def _photo_set(
    name: str, photos: int, colorizers: Sequence[Colorizer], size: Size, owner: Any, *, failing: bool
) -> PhotoSet:
    photo_set = PhotoSet.objects.create(name=name, title=f"Photos of {name}")
    rows = _many(
        Photo,
        (
            Photo(
                digest=_digest(f"{name}-{n}"), source_digest=_digest(f"source {name}-{n}"),
                file=f"photos/{name}-{n}.png", name=f"{name}-{n:06d}.jpg", title=f"Photo {n} of {name}",
                licence=f"CC BY {n % 4}.0", author=f"Author {n % 50}", width=640, height=480,
                mean_chroma=20 + n % 10,
            )
            for n in range(photos)
        ),
    )  # fmt: skip
    _many(PhotoSet.photos.through, (PhotoSet.photos.through(photoset=photo_set, photo=row) for row in rows))
    for _ in range(size.runs):
        made = PhotoImport.objects.create(
            photo_set=photo_set, state=WorkState.DONE, total=photos, created_by=owner
        )
        _many(
            ImportedFile,
            (
                ImportedFile(
                    photo_import=made, position=n, name=row.name, outcome=ImportOutcome.ADDED, photo=row
                )
                for n, row in enumerate(rows)
            ),
        )
    delivered = PictureImport.objects.create(
        photo_set=photo_set, slug=f"delivered-{name}", state=WorkState.DONE, total=photos, created_by=owner,
        settings={"treatment": "as_delivered"},
    )  # fmt: skip
    _many(DeliveredPicture, (_delivered(delivered, n, row) for n, row in enumerate(rows)))
    for colorizer in colorizers:
        runs = [
            GenerationRun.objects.create(
                photo_set=photo_set, colorizer=colorizer, state=WorkState.DONE, total=photos, created_by=owner
            )
            for _ in range(size.runs)
        ]
        pictures = _many(
            Colorization,
            (_picture(row, colorizer, runs[-1], failed=failing and row.pk % 50 == 1) for row in rows),
        )
        names = metrics.names()[: size.scored]
        _many(
            Score,
            (
                Score(colorization=row, metric=metric, image_px=256, value=row.pk % 40)
                for row in pictures
                for metric in names
                if row.state == WorkState.DONE
            ),
        )
    return photo_set


def _delivered(picture_import: PictureImport, position: int, photo: Photo) -> DeliveredPicture:
    digest = _digest(f"delivered {photo.digest}")
    outcome = DeliveryOutcome.FITS if position % 3 else DeliveryOutcome.REFUSED
    return DeliveredPicture(
        picture_import=picture_import, position=position, name=photo.name, outcome=outcome, photo=photo,
        source_digest=digest, width=640, height=480, file=f"catalogue/{digest}.png", digest=digest,
        lightness_shift=1.0, lightness_bias=0.5, sharpness=0.9, noise=0.1, displacement=0.0, likeness=0.99,
    )  # fmt: skip


def _picture(photo: Photo, colorizer: Colorizer, run: GenerationRun, *, failed: bool) -> Colorization:
    made = {"state": WorkState.FAILED, "error": "out of memory"}
    if not failed:
        digest = _digest(f"{photo.digest} {colorizer.pk}")
        made = {"state": WorkState.DONE, "file": f"catalogue/{digest}.png", "digest": digest}
    return Colorization(
        photo=photo, colorizer=colorizer, run=run, attempts=1, seconds=0.4, share_clipped=0.01,
        provenance={"code_version": "1", "device": "cpu", "torch": "2.6"}, finished_at=timezone.now(), **made,
    )  # fmt: skip


def _stimuli(photo_set: PhotoSet, colorizers: Sequence[Colorizer]) -> None:
    real = (
        Stimulus(photo_id=pk, image_px=256, file_bytes=9000, file=f"stimuli/{digest}.png", digest=digest)
        for pk, digest in photo_set.photos.values_list("pk", "digest")
    )
    painted = (
        Stimulus(
            photo_id=photo,
            colorization_id=pk,
            image_px=256,
            file_bytes=9000,
            file=f"stimuli/{pk}.png",
            digest=_digest(f"s{pk}"),
        )
        for pk, photo in Colorization.objects.filter(
            photo__photo_sets=photo_set, colorizer__in=colorizers
        ).values_list("pk", "photo_id")
    )
    _many(Stimulus, real)
    _many(Stimulus, painted)


def _study(slug: str, photo_set: PhotoSet, colorizers: Sequence[Colorizer], owner: Any) -> Study:
    study = Study.objects.create(
        slug=slug, title=f"Colours of {slug}", question="Which one fools more people?", information="…" * 500,
        consent="I take part.", photo_set=photo_set, owner=owner, contact="ada@example.org",
        design_settings={"practice_trials": 3, "test_trials": 36, "vigilance_share": 0.1},
    )  # fmt: skip
    for position, (slug, colorizer) in enumerate(zip(ARMS, colorizers, strict=False)):
        kind = ConditionKind.VIGILANCE if slug == "random" else ConditionKind.TEST
        Condition.objects.create(
            study=study, slug=slug, title=slug.title(), kind=kind, colorizer=colorizer, position=position
        )
    return study


def _launch(study: Study) -> None:
    """As a launch leaves it: roles, protocol, audit; only the pictures are not looked at."""
    photos = list(study.photo_set.photos.values_list("pk", flat=True))
    _many(
        StudyPhoto,
        (
            StudyPhoto(study=study, photo_id=pk, role=PhotoRole.PRACTICE if n < 3 else PhotoRole.TEST)
            for n, pk in enumerate(photos)
        ),
    )
    Study.objects.filter(pk=study.pk).update(state=StudyState.PREPARING)
    study.refresh_from_db()
    lifecycle._freeze(study, {"by": None})
    study.refresh_from_db()
    BlindingAudit.objects.create(
        study=study,
        passed=True,
        code_version="1",
        result={
            "pairs": 240,
            "photos": len(photos),
            "alpha": 0.01,
            "findings": [],
            "certain": [],
            "smallest": 0.6,
            "power": 0.8,
        },
    )


def _participations(study: Study, people: int) -> None:
    persons = _many(Participant, (Participant() for _ in range(people)))
    now = timezone.now()
    device = [{"agent": "Mozilla/5.0 (X11; Linux x86_64)" + " " * 300, "refresh_ms": 16.7, "dpr": 1}]
    cells = {"test": [[n, n + 1] for n in range(36)], "practice": [], "vigilance": []}
    rows = (
        Participation(
            study=study, participant=person, source=_source(n), state=_state(n), stimuli=cells,
            study_digest=study.digest, consent_version="1", consented_at=now - timedelta(seconds=30 * n),
            last_seen_at=now - timedelta(seconds=30 * n), finished_at=now, attention_passed=n % 10 != 3,
            device=device,
            completion_code=_digest(f"c{n}")[:10],
        )
        for n, person in enumerate(persons)
    )  # fmt: skip
    with _given("consented_at", "last_seen_at"):
        _many(Participation, rows)


@contextmanager
def _given(*names: str) -> Iterator[None]:
    """Let times be written that Django would set itself."""
    fields = [Participation._meta.get_field(name) for name in names]
    for field in fields:
        field.auto_now_add = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for field in fields:
            field.auto_now_add = True  # type: ignore[attr-defined]


def _source(n: int) -> str:
    return Source.SIMULATED if n % 5 == 4 else Source.PERSON


def _state(n: int) -> str:
    return ParticipationState.ABANDONED if n % 20 == 7 else ParticipationState.FINISHED


def _trials(study: Study, count: int) -> None:
    """So many answered trials of each participation: photos in turn, conditions in turn, 3 of 10 fooled."""
    photos = list(study.study_photos.order_by("photo_id").values_list("photo_id", flat=True))
    first, second, vigilance = study.conditions.values_list("pk", flat=True)
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE fill_photo (place integer PRIMARY KEY, photo_id bigint)")
        cursor.executemany("INSERT INTO fill_photo VALUES (%s, %s)", list(enumerate(photos)))
    _insert(
        Trial,
        {
            "code": "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()",
            "participation": "p.id",
            "number": "n.number",
            "kind": "CASE WHEN n.number <= 3 THEN 'practice' WHEN n.number %% 10 = 0 THEN 'vigilance' "
            "ELSE 'test' END",
            "condition": f"CASE WHEN n.number %% 10 = 0 THEN {vigilance} WHEN n.number %% 2 = 0 THEN {first} "
            f"ELSE {second} END",
            "photo": "f.photo_id",
            "key": "CASE WHEN (p.id + n.number) %% 2 = 0 THEN 'left' ELSE 'right' END",
        },
        {"spec": SPEC},
        f"""FROM studies_participation p CROSS JOIN (
            WITH RECURSIVE numbers(number) AS (
                SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {count}
            ) SELECT number FROM numbers
        ) n JOIN fill_photo f ON f.place = (p.id * 7 + n.number) %% {len(photos)}
        WHERE p.study_id = {study.pk}""",
    )
    _insert(
        Response,
        {
            "trial": "t.id",
            "answer": "CASE WHEN t.kind = 'test' AND (t.id * 7) %% 10 < 3 "
            "THEN CASE t.key WHEN 'left' THEN 'right' ELSE 'left' END ELSE t.key END",
            "rt_ms": "600 + t.id %% 900",
        },
        {"frames": frames(), "refresh_ms": 16.7, "input": "keyboard", "layout": "row", "runner": "1.0.0",
         "shown_before": 0, "received_at": timezone.now()},
        f"""FROM studies_trial t JOIN studies_participation p ON p.id = t.participation_id
        WHERE p.study_id = {study.pk}""",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE fill_photo")


def _insert(
    model: type[models.Model], expressions: dict[str, str], values: dict[str, Any], source: str
) -> None:
    """A row of the model for each row of the source: by expressions, by values, or by the defaults."""
    columns, selected, parameters = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(field.column)
        selected.append(expressions.get(field.name, "%s"))
        if field.name not in expressions:
            value = values[field.name] if field.name in values else field.get_default()
            parameters.append(field.get_db_prep_save(value, connection))
    into = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        cursor.execute(f"{into} SELECT {', '.join(selected)} {source}", parameters)


def _around(study: Study, size: Size, owner: Any) -> None:
    for n in range(size.runs):
        people = study.participations.order_by("pk")[n : n + 1]
        _many(
            Exclusion,
            (
                Exclusion(study=study, participation=person, rule="took the test twice", reason="says so",
                          created_by=owner)
                for person in people
            ),
        )  # fmt: skip
        for kind in OrderKind.values:
            Order.objects.create(
                study=study, population=Population.PEOPLE, kind=kind, state=WorkState.DONE, created_by=owner,
                format="csv" if kind == OrderKind.EXPORT else "", code=uuid.uuid4(),
            )  # fmt: skip
