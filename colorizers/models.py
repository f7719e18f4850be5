"""Rows of the image side: photos, photo sets, colorizers and the catalogue that they make."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers import methods

SLUG = RegexValidator(
    r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$",
    _("Use small letters, digits and single -, _ or . between them, as in “kodak-24”."),
)


def digest_of(facts: Any) -> str:
    """SHA-256 of the canonical JSON of some facts: equal facts, equal digest."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class Photo(models.Model):
    """A colour photograph with licence, origin and digest: the truth a colorizer tries to restore."""

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
    source = models.CharField(max_length=500, blank=True, help_text=_("Where it comes from"))
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    mean_chroma = models.FloatField(editable=False)
    conversions = models.JSONField(default=list, editable=False, help_text=_("What reading it changed"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def credit(self) -> str:
        """Author and licence in one line, for wherever the photo is shown at rest."""
        return ", ".join(part for part in (self.author, self.licence) if part) or str(_("licence not stated"))


class PhotoSet(models.Model):
    """A named list of Photos from which catalogues, studies and metrics draw."""

    name = models.CharField(max_length=100, unique=True, validators=[SLUG])
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
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


class WorkState(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class PhotoImport(models.Model):
    """One upload or folder of photographs on its way into a PhotoSet, with its report."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    photo_set = models.ForeignKey(PhotoSet, models.CASCADE, related_name="imports")
    upload = models.FileField(upload_to="imports/", blank=True, max_length=200)
    licence = models.CharField(max_length=255, blank=True)
    author = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=500, blank=True)
    max_side = models.PositiveIntegerField(
        default=2048, help_text=_("Larger photos are scaled down to this many pixels")
    )
    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.QUEUED, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    accepted = models.PositiveIntegerField(default=0, editable=False)
    refused = models.PositiveIntegerField(default=0, editable=False)
    report = models.JSONField(
        default=list, editable=False, help_text=_("One row a file: name, outcome, reason")
    )
    error = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]


class Colorizer(models.Model):
    """One Method with fixed weights and settings, identified by digest: the registered model."""

    slug = models.CharField(max_length=100, unique=True, validators=[SLUG])
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    method = models.CharField(max_length=100, choices=methods.choices)
    variant = models.CharField(max_length=100, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    weights = models.FileField(upload_to="weights/", blank=True, max_length=200)
    weights_digest = models.CharField(max_length=64, blank=True, editable=False)
    reference_set = models.ForeignKey(
        PhotoSet, models.PROTECT, null=True, blank=True, related_name="reference_for",
        help_text=_("Photos that the method may take colours from; never the photo being coloured itself"),
    )  # fmt: skip
    seed = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title or self.slug

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

    def __str__(self) -> str:
        return f"{self.colorizer} over {self.photo_set}"


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
        indexes = [models.Index(fields=["colorizer", "state"])]

    def __str__(self) -> str:
        return f"{self.photo} by {self.colorizer}"
