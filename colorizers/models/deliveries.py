"""Finished pictures that were made elsewhere, on their way into the catalogue."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers.models.colorizers import Colorizer
from colorizers.models.common import NAMED, SLUG, WorkState
from colorizers.models.imports import FilesImport
from colorizers.models.photos import Photo, PhotoSet


class DeliveryOutcome(models.TextChoices):
    FITS = "fits", _("fitting")
    KEPT = "kept", _("kept")
    KNOWN = "known", _("in the catalogue already")
    MISSING = "missing", _("photo without a picture")
    UNMATCHED = "unmatched", _("no such photo")
    DOUBLE = "double", _("doubled")
    REFUSED = "refused", _("cannot be used")
    IGNORED = "ignored", _("ignored")

    @classmethod
    def problems(cls) -> list[DeliveryOutcome]:
        """What stands against keeping all pictures of an import."""
        return [cls.MISSING, cls.UNMATCHED, cls.DOUBLE, cls.REFUSED]


class PictureImport(FilesImport):
    """Finished pictures of one model on their way into a catalogue: looked at first, then kept together."""

    photo_set = models.ForeignKey(PhotoSet, models.CASCADE, related_name="picture_imports")
    slug = models.CharField(
        _("short name of the colorizer"), max_length=100, validators=[SLUG], help_text=NAMED
    )
    title = models.CharField(max_length=200, blank=True)
    origin = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("Where the model or its pictures come from: an address, say"),
    )
    licence = models.CharField(max_length=255, blank=True, help_text=_("Of the pictures"))
    settings = models.JSONField(default=dict, editable=False, help_text=_("Of the method “imported”"))
    colorizer = models.ForeignKey(
        Colorizer, models.PROTECT, null=True, editable=False, related_name="picture_imports"
    )
    kept_at = models.DateTimeField(null=True, editable=False)

    outcomes = DeliveryOutcome

    class Meta(FilesImport.Meta):
        verbose_name = _("import of pictures")
        verbose_name_plural = _("imports of pictures")

    def __str__(self) -> str:
        return f"{self.slug}, {self.photo_set}"

    @property
    def is_ready(self) -> bool:
        """Whether every file was looked at and nothing is decided yet."""
        return self.state == WorkState.DONE and self.kept_at is None

    def problems(self) -> models.QuerySet[DeliveredPicture]:
        """The files and photos that stand against keeping all of it."""
        return DeliveredPicture.objects.filter(picture_import=self, outcome__in=DeliveryOutcome.problems())


class DeliveredPicture(models.Model):
    """One file of a PictureImport, or a photo that none came for: what became of it, and how it differs.

    What is measured compares the file, at the photo's size, with the photo: L* is in 0..100.
    """

    picture_import = models.ForeignKey(PictureImport, models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    outcome = models.CharField(max_length=20, choices=DeliveryOutcome)
    reason = models.TextField(blank=True)
    photo = models.ForeignKey(Photo, models.SET_NULL, null=True, related_name="+")
    sample = models.PositiveIntegerField(default=1, help_text=_("Which of several pictures of its photo"))
    source_digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the file as it came"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    conversions = models.JSONField(default=list, help_text=_("What reading it changed"))
    file = models.FileField(upload_to="catalogue/", max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of that file"))
    share_clipped = models.FloatField(null=True)
    lightness_shift = models.FloatField(null=True, help_text=_("Mean size of the difference of L*"))
    lightness_bias = models.FloatField(null=True, help_text=_("Mean difference of L*; above 0: lighter"))
    sharpness = models.FloatField(null=True, help_text=_("Mean gradient of L*, the photo's being 1"))
    noise = models.FloatField(null=True, help_text=_("Estimated deviation of noise in L*, less the photo's"))
    displacement = models.FloatField(null=True, help_text=_("Largest shift of a quarter, in pixels"))
    likeness = models.FloatField(null=True, help_text=_("Correlation of L*"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["picture_import", "position"], name="one_outcome_per_delivered_picture"
            )
        ]
        indexes = [
            models.Index(fields=["picture_import", "outcome"], name="delivered_by_outcome"),
            models.Index(fields=["digest"], name="delivered_by_digest"),
        ]

    def __str__(self) -> str:
        return self.name

    def measures(self) -> dict[str, Any]:
        """What was measured, by name; empty where nothing was."""
        return {name: getattr(self, name) for name in MEASURES if getattr(self, name) is not None}


MEASURES = ("lightness_shift", "lightness_bias", "sharpness", "noise", "displacement", "likeness")
