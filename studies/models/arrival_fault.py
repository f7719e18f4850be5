"""What was wrong with the addresses that brought people to a study."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from studies.models.study import Study


class ArrivalFault(models.Model):
    """One kind of fault of one parameter, counted: the link is wrong, or the recruiter's page."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="arrival_faults")
    kind = models.CharField(max_length=20)
    parameter = models.CharField(max_length=64, blank=True)
    example = models.CharField(max_length=100, blank=True, help_text=_("A template as it came; never an id"))
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["study", "kind", "parameter"], name="one_count_per_fault")
        ]

    def __str__(self) -> str:
        return f"{self.parameter}: {self.kind}"
