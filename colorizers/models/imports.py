"""Files on their way in, and what became of each."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers.models.common import WorkState
from colorizers.models.photos import Photo, PhotoSet
from colorizers.pictures import photo_files


class FilesImport(models.Model):
    """One upload or folder of files on its way in: who works on it, and how far it is."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    upload = models.FileField(upload_to="imports/", blank=True, max_length=200)
    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.QUEUED, editable=False)
    total = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Files that the upload or folder holds")
    )
    error = models.TextField(blank=True, editable=False)
    claim = models.CharField(max_length=40, blank=True, editable=False, help_text=_("Who works on it"))
    claimed_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When whoever works on it gave a sign of life")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    files: Any  # the manager of its rows
    photo_set: PhotoSet
    outcomes: type[models.TextChoices]

    def __str__(self) -> str:
        return f"{self.photo_set}, {self.created_at:%Y-%m-%d %H:%M} UTC"

    def counts(self) -> dict[str, int]:
        """How many files came to which outcome; every outcome is named."""
        rows = self.files.order_by().values_list("outcome")
        return dict.fromkeys(self.outcomes.values, 0) | dict(rows.annotate(n=models.Count("pk")))


class ImportOutcome(models.TextChoices):
    ADDED = "added", _("added")
    KNOWN = "known", _("known already, added to the set")
    DUPLICATE = "duplicate", _("already in the set")
    REFUSED = "refused", _("refused")
    IGNORED = "ignored", _("ignored")

    @classmethod
    def useful(cls) -> list[ImportOutcome]:
        return [cls.ADDED, cls.KNOWN, cls.DUPLICATE]


class PhotoImport(FilesImport):
    """One upload or folder of photographs on its way into a PhotoSet, with its report."""

    photo_set = models.ForeignKey(PhotoSet, models.CASCADE, related_name="imports")
    licence = models.CharField(max_length=255, blank=True)
    author = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=500, blank=True)
    max_side = models.PositiveIntegerField(
        default=2048, validators=[MinValueValidator(photo_files.MIN_SIDE)],
        help_text=_("Larger photos are scaled down to this many pixels"),
    )  # fmt: skip

    outcomes = ImportOutcome

    @property
    def brought_photos(self) -> bool:
        """Whether at least one photo came in, or was there already."""
        return self.files.filter(outcome__in=ImportOutcome.useful()).exists()


class ImportedFile(models.Model):
    """What became of one file of a PhotoImport: written together with the photo, so a restart continues."""

    photo_import = models.ForeignKey(PhotoImport, models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    outcome = models.CharField(max_length=20, choices=ImportOutcome)
    reason = models.TextField(blank=True)
    photo = models.ForeignKey(Photo, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["photo_import", "position"], name="one_outcome_per_imported_file")
        ]
        indexes = [models.Index(fields=["photo_import", "outcome"], name="imported_file_by_outcome")]

    def __str__(self) -> str:
        return self.name
