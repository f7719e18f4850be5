"""How people ended at a study, and what they were shown of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from studies.models.participation import Participation
from studies.models.study import Study


class Ending(models.Model):
    """The end of one participation, or of one visit that led to none: what the payment list tells of it."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="endings")
    participation = models.OneToOneField(Participation, models.CASCADE, null=True, related_name="ending")
    visit_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Keyed hash: of the ids of a visit without a participation, or of a visit that is paid"),
    )
    sealed = models.TextField(blank=True, help_text=_("The recruiter's ids of such a visit, encrypted"))
    outcome = models.CharField(max_length=30)
    code = models.CharField(max_length=50, blank=True, help_text=_("As it was shown"))
    way_back = models.CharField(max_length=10, blank=True, help_text=_("As it was shown: link, form, code"))
    bonus = models.CharField(
        max_length=20, blank=True, help_text=_("What was due when the answers were erased by a withdrawal")
    )
    decision = models.CharField(
        max_length=10,
        blank=True,
        help_text=_("What the payment list proposed before a withdrawal; empty: nothing, or not kept"),
    )
    doubts = models.TextField(blank=True, help_text=_("Why it proposed no more, before a withdrawal"))
    shown_at = models.DateTimeField(null=True, help_text=_("When the person first saw it; empty: never"))
    keep_until = models.DateTimeField(
        null=True, db_index=True, help_text=_("When what payment needs of it is erased at the latest")
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "visit_hash"],
                condition=models.Q(participation=None),
                name="one_ending_per_visit",
            )
        ]

    def __str__(self) -> str:
        return self.outcome
