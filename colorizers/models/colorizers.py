"""Colorizers: registered models."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers import methods
from colorizers.models.common import NAMED, SLUG, Fixed, digest_of
from colorizers.models.photos import PhotoSet


class Colorizer(models.Model):
    """One Method with fixed weights and settings, identified by digest: the registered model."""

    slug = models.CharField(_("short name"), max_length=100, unique=True, validators=[SLUG], help_text=NAMED)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    origin = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("Where the model or its pictures come from: an address, say"),
    )
    licence = models.CharField(max_length=255, blank=True, help_text=_("Of the model or its pictures"))
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
                f"The colorizer {self.slug!r} has pictures by its present settings, so they cannot "
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

    @property
    def paints(self) -> bool:
        """Whether pictures by it are made here; otherwise they are imported. A lost method might paint."""
        try:
            return methods.get(self.method).paints
        except (ValueError, TypeError, ImportError):
            return True

    def is_used(self) -> bool:
        """Whether pictures of it exist or are under way."""
        return self.colorizations.exists()
