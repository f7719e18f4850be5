"""Rows of the concluding side: scores of pictures, exclusions and frozen reports."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers.models import Colorization
from evaluation import metrics
from studies.models import Participation, Source, Study, Trial


class Score(models.Model):
    """The number that one Metric gives to one Colorization, on the pixels as shown."""

    colorization = models.ForeignKey(Colorization, models.CASCADE, related_name="scores")
    metric = models.CharField(max_length=50, choices=metrics.choices)
    image_px = models.PositiveIntegerField(help_text=_("Side of the square pictures that were compared"))
    value = models.FloatField(null=True, help_text=_("Empty: infinite (identical pictures)"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["colorization", "metric", "image_px"], name="one_score_per_metric_and_size"
            )
        ]


class Exclusion(models.Model):
    """A statement that a Participation or a Trial is left out: added, never a deletion."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="exclusions")
    participation = models.ForeignKey(
        Participation, models.CASCADE, null=True, blank=True, related_name="exclusions"
    )
    trial = models.ForeignKey(Trial, models.CASCADE, null=True, blank=True, related_name="exclusions")
    rule = models.CharField(max_length=100)
    reason = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(participation__isnull=False, trial__isnull=True)
                | models.Q(participation__isnull=True, trial__isnull=False),
                name="an_exclusion_names_a_participation_or_a_trial",
            )
        ]


class Population(models.TextChoices):
    """Whose answers an analysis is about; people and simulations are pooled only when asked."""

    PEOPLE = Source.PERSON.value, _("people")
    SIMULATED = Source.SIMULATED.value, _("simulated participants")
    POOLED = "pooled", _("people and simulated participants pooled")


class Report(models.Model):
    """A frozen analysis: study, code version, data digest and results."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, models.CASCADE, related_name="reports")
    population = models.CharField(max_length=20, choices=Population)
    code_version = models.CharField(max_length=50)
    data_digest = models.CharField(max_length=64)
    seed = models.BigIntegerField(default=0)
    results = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
