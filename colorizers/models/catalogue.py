"""The catalogue: the pictures that colorizers made of photos, and the runs that fill it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from colorizers.models.colorizers import Colorizer
from colorizers.models.common import OPEN_STATES, WorkState
from colorizers.models.deliveries import DeliveredPicture
from colorizers.models.photos import Photo, PhotoSet, read_rgb_of
from colorizers.pictures.colour import RGB8
from colorizers.tools.progress import Progress


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
    """A picture that one Colorizer made of one Photo, with file, digest, state and provenance.

    There is one, but of a model that was asked several times and whose pictures were imported: its samples.
    """

    photo = models.ForeignKey(Photo, models.PROTECT, related_name="colorizations")
    colorizer = models.ForeignKey(Colorizer, models.PROTECT, related_name="colorizations")
    sample = models.PositiveIntegerField(
        default=1, help_text=_("Which of several pictures by a colorizer whose chance makes each another one")
    )
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
    delivery = models.OneToOneField(
        DeliveredPicture, models.PROTECT, null=True, related_name="colorization",
        help_text=_("The finished picture that was imported; empty: it was painted here"),
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = ColorizationQuerySet.as_manager()

    class Meta:
        ordering = ["photo__name", "colorizer__slug", "sample"]
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "colorizer", "sample"], name="one_colorization_per_photo_and_sample"
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
        which = f", sample {self.sample}" if self.sample != 1 else ""
        return f"{self.photo} by {self.colorizer}{which}"

    def read_rgb(self) -> RGB8:
        """The picture's pixels (H, W, 3) uint8 in sRGB; ValueError while there is no picture."""
        if self.state != WorkState.DONE:
            raise ValueError(f"There is no picture of {self} yet: it is {self.get_state_display()}.")
        return read_rgb_of(self.file)
