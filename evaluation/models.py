"""Rows of the concluding side: scores of pictures, exclusions and frozen reports."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers.models import Colorization, WorkState
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
    rule = models.CharField(
        max_length=100, help_text=_("In a few words, as it shall stand in the report: “took the test twice”")
    )
    reason = models.TextField(help_text=_("What was seen, and why it speaks against this data"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(participation__isnull=False, trial__isnull=True)
                | models.Q(participation__isnull=True, trial__isnull=False),
                name="an_exclusion_names_a_participation_or_a_trial",
            )
        ]

    def __str__(self) -> str:
        return self.rule

    def clean(self) -> None:
        """Refuse what the constraint refuses, and data of another study, in words."""
        if (self.participation is None) == (self.trial is None):
            raise ValidationError(_("Name either a participation or a trial: one of the two."))
        owner = self.participation or (self.trial and self.trial.participation)
        if owner and self.study_id is not None and owner.study_id != self.study_id:
            raise ValidationError(_("This participation or trial belongs to another study."))


class Population(models.TextChoices):
    """Whose answers an analysis is about; people and simulations are pooled only when asked."""

    PEOPLE = "people", _("people")
    SIMULATED = "simulated", _("simulated participants")
    POOLED = "pooled", _("people and simulated participants pooled")

    @property
    def sources(self) -> list[str]:
        """The sources of participations that belong to it; previews belong to none."""
        return {
            Population.PEOPLE: [Source.PERSON.value],
            Population.SIMULATED: [Source.SIMULATED.value],
            Population.POOLED: [Source.PERSON.value, Source.SIMULATED.value],
        }[self]


class Report(models.Model):
    """A frozen analysis: study, code version, data digest and results."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, models.CASCADE, related_name="reports")
    population = models.CharField(max_length=20, choices=Population)
    code_version = models.CharField(max_length=50)
    data_digest = models.CharField(max_length=64, help_text=_("SHA-256 of everything that was analysed"))
    seed = models.BigIntegerField(default=0)
    results = models.JSONField()
    snapshot = models.JSONField(
        default=dict, help_text=_("Counts of the rows there were: tells cheaply whether there are newer ones")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["study", "population", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.study} – {self.get_population_display()}"

    def document(self) -> dict[str, Any]:
        """The results and what they rest on, without anything that the clock or chance decided."""
        return {
            "code_version": self.code_version,
            "data_digest": self.data_digest,
            "population": self.population,
            "seed": self.seed,
            **self.results,
        }

    def as_json(self) -> str:
        """The document as text: the same data give the same bytes."""
        text = json.dumps(self.document(), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return text + "\n"


class OrderKind(models.TextChoices):
    REPORT = "report", _("report")
    EXPORT = "export", _("export")


class Order(models.Model):
    """What a researcher asked a worker to make of a study: a report or an export, with how far it is."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, models.CASCADE, related_name="orders")
    population = models.CharField(max_length=20, choices=Population)
    kind = models.CharField(max_length=20, choices=OrderKind)
    format = models.CharField(max_length=50, blank=True, help_text=_("Of an export: which files it holds"))
    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.QUEUED)
    stage = models.CharField(max_length=200, blank=True, help_text=_("What is being done now, in words"))
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0, help_text=_("How often a worker has taken it"))
    report = models.ForeignKey(Report, models.SET_NULL, null=True, blank=True, related_name="orders")
    file = models.FileField(upload_to="exports/", blank=True, max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, help_text=_("When its worker gave a sign of life"))

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("ordered report or export")
        verbose_name_plural = _("ordered reports and exports")
        indexes = [models.Index(fields=["study", "kind", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.study}"
