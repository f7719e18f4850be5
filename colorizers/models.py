"""Rows of the image side: photos, photo sets, colorizers and the catalogue that they make."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from colorizers import methods
from colorizers.pictures import images, photo_files
from colorizers.pictures.colour import RGB8
from colorizers.tools.progress import Progress

SLUG = RegexValidator(
    r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$",
    _("Use small letters, digits and single -, _ or . between them, as in “kodak-24”."),
)
NAMED = _("In addresses, commands and files: small letters, digits and single - _ . between them")


def digest_of(facts: Any) -> str:
    """SHA-256 of the canonical JSON of some facts: equal facts, equal digest."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class Fixed(ValueError):
    """Something that results already rest on was about to change; the message says what to do instead."""


class Photo(models.Model):
    """A photograph with licence, origin and digest: the truth a colorizer tries to restore.

    One of a set without truth is grey: nobody knows its colours, and nothing scores their restoration.
    """

    digest = models.CharField(
        max_length=64, unique=True, editable=False, help_text=_("SHA-256 of size and pixels")
    )
    file = models.FileField(upload_to="photos/", max_length=200, editable=False)
    source_digest = models.CharField(
        max_length=64, editable=False, help_text=_("SHA-256 of the file as received")
    )
    name = models.CharField(max_length=255, help_text=_("File name as received"))
    title = models.CharField(max_length=255, blank=True)
    licence = models.CharField(max_length=255, blank=True)
    author = models.CharField(max_length=255, blank=True)
    year = models.CharField(
        max_length=50, blank=True, help_text=_("When it was taken, such as 1863 or about 1900")
    )
    source = models.CharField(max_length=500, blank=True, help_text=_("Where it comes from"))
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    mean_chroma = models.FloatField(editable=False)
    is_monochrome = models.BooleanField(
        default=False, editable=False, help_text=_("Stored without colour: its true colours are unknown")
    )
    conversions = models.JSONField(default=list, editable=False, help_text=_("What reading it changed"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["name", "id"], name="photo_by_name")]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def credit(self) -> str:
        """Author, year and licence in one line, for wherever the photo is shown at rest."""
        known = [part for part in (self.author, self.year, self.licence) if part]
        return ", ".join(known) or str(_("licence not stated"))

    def read_rgb(self) -> RGB8:
        """The photo's pixels (H, W, 3) uint8 in sRGB."""
        return _read_rgb(self.file)


def _read_rgb(file: models.fields.files.FieldFile) -> RGB8:
    with file.open("rb") as opened:
        return images.read_photo(opened.read()).rgb8


class PhotoSet(models.Model):
    """A named list of Photos from which catalogues, studies and metrics draw."""

    name = models.CharField(_("short name"), max_length=100, unique=True, validators=[SLUG], help_text=NAMED)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    is_monochrome = models.BooleanField(
        _("true colours unknown"), default=False,
        help_text=_(
            "For black-and-white photographs, whose true colours nobody knows: they are kept without any "
            "tint, their catalogue page is a gallery, and neither studies nor scores use them. "
            "Cannot be changed once the set holds a photo."
        ),
    )  # fmt: skip
    photos = models.ManyToManyField(Photo, related_name="photo_sets", blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title or self.name

    def digest(self) -> str:
        """Digest of the set's photos, whatever their order."""
        return digest_of(sorted(self.photos.values_list("digest", flat=True)))

    def check_open(self) -> None:
        """Raise Fixed if the set may not change any more."""
        if self.frozen_at is not None:
            raise Fixed(
                f"The photo set {self.name!r} is frozen since {self.frozen_at:%Y-%m-%d %H:%M} UTC, because a "
                "study or a colorizer rests on exactly these photos. Make a new set under another name."
            )

    def freeze(self) -> None:
        """Let the set's photos change no more; freezing twice keeps the first date."""
        PhotoSet.objects.filter(pk=self.pk, frozen_at=None).update(frozen_at=timezone.now())
        self.refresh_from_db(fields=["frozen_at"])


class WorkState(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (WorkState.QUEUED, WorkState.RUNNING)


class PhotoImport(models.Model):
    """One upload or folder of photographs on its way into a PhotoSet, with its report."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    photo_set = models.ForeignKey(PhotoSet, models.CASCADE, related_name="imports")
    upload = models.FileField(upload_to="imports/", blank=True, max_length=200)
    licence = models.CharField(max_length=255, blank=True)
    author = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=500, blank=True)
    max_side = models.PositiveIntegerField(
        default=2048, validators=[MinValueValidator(photo_files.MIN_SIDE)],
        help_text=_("Larger photos are scaled down to this many pixels"),
    )  # fmt: skip
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
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.photo_set}, {self.created_at:%Y-%m-%d %H:%M} UTC"

    def counts(self) -> dict[str, int]:
        """How many files came to which outcome; every outcome is named."""
        rows = self.files.order_by().values_list("outcome")
        return dict.fromkeys(ImportOutcome.values, 0) | dict(rows.annotate(n=models.Count("pk")))

    @property
    def brought_photos(self) -> bool:
        """Whether at least one photo came in, or was there already."""
        return self.files.filter(outcome__in=ImportOutcome.useful()).exists()


class ImportOutcome(models.TextChoices):
    ADDED = "added", _("added")
    KNOWN = "known", _("known already, added to the set")
    DUPLICATE = "duplicate", _("already in the set")
    REFUSED = "refused", _("refused")
    IGNORED = "ignored", _("ignored")

    @classmethod
    def useful(cls) -> list[ImportOutcome]:
        return [cls.ADDED, cls.KNOWN, cls.DUPLICATE]


class ImportedFile(models.Model):
    """What became of one file of a PhotoImport: written together with the photo, so a restart goes on."""

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


class Colorizer(models.Model):
    """One Method with fixed weights and settings, identified by digest: the registered model."""

    slug = models.CharField(_("short name"), max_length=100, unique=True, validators=[SLUG], help_text=NAMED)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    method = models.CharField(max_length=100, choices=methods.choices)
    variant = models.CharField(max_length=100, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    weights = models.FileField(upload_to="weights/", blank=True, max_length=200)
    weights_digest = models.CharField(max_length=64, blank=True, editable=False)
    reference_set = models.ForeignKey(
        PhotoSet, models.PROTECT, null=True, blank=True, related_name="reference_for",
        limit_choices_to={"is_monochrome": False},
        error_messages={"invalid": _("A set of photographs without colour has no colours to take.")},
        help_text=_("Photos that the method may take colours from; never the photo being coloured itself"),
    )  # fmt: skip
    seed = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title or self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it with the digest of its identity; raises Fixed if that changed after it painted."""
        digest = digest_of(self.identity())
        if self.pk and digest != self.digest and self.is_used():
            raise Fixed(
                f"The colorizer {self.slug!r} has painted pictures with its present settings, so they cannot "
                "change. Register a new colorizer under another name."
            )
        if digest != self.digest and kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "digest"}
        self.digest = digest
        super().save(*args, **kwargs)

    def identity(self) -> dict[str, Any]:
        """Everything that decides what this colorizer paints."""
        return {
            "method": self.method,
            "variant": self.variant,
            "settings": self.settings,
            "weights": self.weights_digest,
            "reference": self.reference_set.digest() if self.reference_set else "",
            "seed": self.seed,
        }

    def is_used(self) -> bool:
        """Whether pictures of it exist or are under way."""
        return self.colorizations.exists()


class GenerationRun(models.Model):
    """An order to fill the catalogue: one Colorizer over one PhotoSet."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    photo_set = models.ForeignKey(PhotoSet, models.PROTECT, related_name="runs")
    colorizer = models.ForeignKey(Colorizer, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.QUEUED, editable=False)
    total = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Colorizations that this run was to make")
    )
    error = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("colouring run")

    def __str__(self) -> str:
        return f"{self.colorizer} over {self.photo_set}"

    @property
    def is_active(self) -> bool:
        return self.state in OPEN_STATES

    def progress(self) -> Progress:
        """Counts of its rows by state, read afresh."""
        rows = self.colorizations.order_by().values_list("state")
        return Progress.of(dict(rows.annotate(n=models.Count("pk"))))


class ColorizationQuerySet(models.QuerySet["Colorization"]):
    def done(self) -> ColorizationQuerySet:
        """Those whose picture exists."""
        return self.filter(state=WorkState.DONE)

    def failed(self) -> ColorizationQuerySet:
        return self.filter(state=WorkState.FAILED)

    def unsettled(self) -> ColorizationQuerySet:
        """Those that a worker has yet to make or is making."""
        return self.filter(state__in=OPEN_STATES)

    def claimable(self) -> ColorizationQuerySet:
        """Those that a worker may take: waiting, or held by a worker that gave no sign of life."""
        silent_since = timezone.now() - timedelta(seconds=settings.CLAIM_SECONDS)
        return self.filter(
            models.Q(state=WorkState.QUEUED) | models.Q(state=WorkState.RUNNING, claimed_at__lt=silent_since)
        )

    def of(self, photo_set: PhotoSet, colorizer: Colorizer) -> ColorizationQuerySet:
        """One colorizer's part of a set's catalogue."""
        return self.filter(photo__photo_sets=photo_set, colorizer=colorizer)


class Colorization(models.Model):
    """The picture that one Colorizer made of one Photo, with file, digest, state and provenance."""

    photo = models.ForeignKey(Photo, models.PROTECT, related_name="colorizations")
    colorizer = models.ForeignKey(Colorizer, models.PROTECT, related_name="colorizations")
    run = models.ForeignKey(GenerationRun, models.SET_NULL, null=True, related_name="colorizations")
    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.QUEUED)
    claim = models.CharField(max_length=100, blank=True, help_text=_("The task that works on it"))
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    file = models.FileField(upload_to="catalogue/", blank=True, max_length=200)
    digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the file"))
    seconds = models.FloatField(null=True)
    share_clipped = models.FloatField(
        null=True, help_text=_("Share of pixels whose colour left the sRGB gamut")
    )
    provenance = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = ColorizationQuerySet.as_manager()

    class Meta:
        ordering = ["photo__name", "colorizer__slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "colorizer"], name="one_colorization_per_photo_and_colorizer"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=WorkState.DONE) | (~models.Q(file="") & ~models.Q(digest="")),
                name="a_done_colorization_has_its_file",
            ),
        ]
        indexes = [
            models.Index(fields=["colorizer", "state"], name="colorization_by_state"),
            # Counts by state are read from these alone, without the rows.
            models.Index(fields=["run", "state"], name="colorization_by_run"),
            models.Index(fields=["photo", "colorizer", "state"], name="colorization_by_photo"),
            models.Index(fields=["digest"], name="colorization_by_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.photo} by {self.colorizer}"

    def read_rgb(self) -> RGB8:
        """The picture's pixels (H, W, 3) uint8 in sRGB; ValueError while there is no picture."""
        if self.state != WorkState.DONE:
            raise ValueError(f"There is no picture of {self} yet: it is {self.get_state_display()}.")
        return _read_rgb(self.file)
