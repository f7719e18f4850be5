"""Photographs, and the sets that they are in."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from colorizers.models.common import NAMED, SLUG, Fixed, digest_of
from colorizers.pictures import images
from colorizers.pictures.colour import RGB8


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
        return read_rgb_of(self.file)


def read_rgb_of(file: models.fields.files.FieldFile) -> RGB8:
    # A file of its own: several threads may read the same photo.
    with file.storage.open(str(file.name), "rb") as opened:
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
