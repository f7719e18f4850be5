"""Looked-at pictures are kept all together or not at all, or are thrown away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from colorizers.models import (
    OPEN_STATES,
    Colorization,
    Colorizer,
    DeliveredPicture,
    DeliveryOutcome,
    PictureImport,
    WorkState,
)
from colorizers.services import registering
from colorizers.services.loading import environment
from colorizers.signals import colorizations_done

METHOD = "imported"
BATCH = 500


class NotKept(ValueError):
    """These pictures cannot be kept as they are; the message says why and what to do."""


def drafted(
    *,
    slug: str,
    title: str = "",
    origin: str = "",
    licence: str = "",
    settings: Mapping[str, Any] | None = None,
) -> Colorizer:
    """The colorizer whose pictures these are, registered or unsaved; raises ColorizerRefused."""
    chosen = {"model": slug, **{name: value for name, value in (settings or {}).items() if value != ""}}
    colorizer = Colorizer(
        slug=slug, title=title, origin=origin, licence=licence, method=METHOD, settings=chosen
    )
    registering.complete(colorizer, None)
    return registering.existing(colorizer) or colorizer


@transaction.atomic
def keep(picture_import: PictureImport, *, partial: bool = False) -> int:
    """Put the pictures that fit into the catalogue, under a colorizer that is registered by this.

    Gives how many came in; done twice, the second time brings none. Raises NotKept if files or photos stand
    against it (unless `partial`) or nothing fits, and ColorizerRefused.
    """
    locked = PictureImport.objects.select_for_update().get(pk=picture_import.pk)
    if locked.kept_at is not None:
        return 0
    rows = _kept_rows(locked, partial=partial)
    draft = drafted(
        slug=locked.slug,
        title=locked.title,
        origin=locked.origin,
        licence=locked.licence,
        settings=locked.settings,
    )
    colorizer = draft if draft.pk else registering.keep(draft, None)
    now, shared = timezone.now(), environment()
    pictures = [_picture(row, colorizer, shared, now) for row in rows]
    Colorization.objects.bulk_create(pictures, batch_size=BATCH)
    locked.files.filter(outcome=DeliveryOutcome.FITS).update(outcome=DeliveryOutcome.KEPT)
    PictureImport.objects.filter(pk=locked.pk).update(kept_at=now, colorizer=colorizer)
    picture_import.refresh_from_db()
    # A receiver's failure is logged by Django; it is not the pictures'.
    transaction.on_commit(lambda: colorizations_done.send_robust(sender=Colorization, colorizations=pictures))
    return len(pictures)


def _kept_rows(locked: PictureImport, *, partial: bool) -> list[DeliveredPicture]:
    if locked.state != WorkState.DONE:
        raise NotKept("Its files have not all been looked at yet.")
    problems = locked.problems().count()
    if problems and not partial:
        raise NotKept(f"{problems} files or photos stand against it; nothing was kept.")
    rows = list(locked.files.filter(outcome=DeliveryOutcome.FITS).select_related("photo"))
    if not rows and not locked.files.filter(outcome=DeliveryOutcome.KNOWN).exists():
        raise NotKept("None of the files fits a photo; nothing was kept.")
    lost = [row.name for row in rows if row.photo is None or not default_storage.exists(str(row.file))]
    taken = Colorization.objects.filter(
        colorizer__slug=locked.slug, photo__in=[row.photo for row in rows if row.photo]
    )
    if lost or taken.exists():
        raise NotKept(
            f"Since the files were looked at, {len(lost)} photos or pictures went away and {taken.count()} "
            "photos got a picture by this colorizer: import the files again."
        )
    return rows


def _picture(
    row: DeliveredPicture, colorizer: Colorizer, shared: Mapping[str, Any], now: Any
) -> Colorization:
    assert row.photo is not None
    return Colorization(
        photo=row.photo,
        colorizer=colorizer,
        sample=row.sample,
        state=WorkState.DONE,
        file=str(row.file),
        digest=row.digest,
        share_clipped=row.share_clipped,
        delivery=row,
        finished_at=now,
        provenance={
            "photo": row.photo.digest,
            "colorizer": colorizer.digest,
            "sample": row.sample,
            "method": colorizer.method,
            "settings": colorizer.settings,
            "origin": colorizer.origin,
            "licence": colorizer.licence,
            "source": {
                "file": row.name,
                "digest": row.source_digest,
                "width": row.width,
                "height": row.height,
                "conversions": row.conversions,
            },
            "difference": row.measures(),
            **shared,
        },
    )


def discard(picture_import: PictureImport) -> None:
    """Throw away an import that was not kept, and the files that only it has; raises NotKept if it was."""
    picture_import.refresh_from_db()
    if picture_import.kept_at is not None:
        raise NotKept("Its pictures are in the catalogue, and studies may rest on them: they stay.")
    PictureImport.objects.filter(pk=picture_import.pk, state__in=OPEN_STATES).update(
        state=WorkState.CANCELLED
    )
    forget(picture_import)


def forget(picture_import: PictureImport) -> None:
    """Delete an import that was not kept, its upload, and the stored pictures that nothing else has."""
    files = set(picture_import.files.exclude(file="").values_list("file", flat=True))
    upload = picture_import.upload
    picture_import.delete()
    if upload.name:
        upload.storage.delete(upload.name)
    for file in files - _in_use(files):
        default_storage.delete(file)


def _in_use(files: Iterable[str]) -> set[str]:
    wanted, used = sorted(files), set()
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        for rows in (
            Colorization.objects.filter(file__in=some),
            DeliveredPicture.objects.filter(file__in=some),
        ):
            used |= set(rows.values_list("file", flat=True))
    return used
