"""Who takes part: participants, their single go at a study, and how they came."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from studies.models.seeds import new_seed
from studies.models.study import Study


class Participant(models.Model):
    """A person, known only by a random code and a keyed hash of the recruiter's id."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recruiter_hash = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Source(models.TextChoices):
    PERSON = "person", _("person")
    SIMULATED = "simulated", _("simulated")
    PREVIEW = "preview", _("preview by a researcher")


class ParticipationState(models.TextChoices):
    SCREENING = "screening", _("screening")
    STARTED = "started", _("started")
    FINISHED = "finished", _("finished")
    ABANDONED = "abandoned", _("abandoned")
    WITHDRAWN = "withdrawn", _("withdrawn")
    SCREENED_OUT = "screened_out", _("screened out")


class Participation(models.Model):
    """One Participant's single go at one Study."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="participations")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="participations")
    source = models.CharField(max_length=20, choices=Source, default=Source.PERSON)
    state = models.CharField(max_length=20, choices=ParticipationState, default=ParticipationState.STARTED)
    seed = models.BigIntegerField(default=new_seed)
    stimuli = models.JSONField(
        default=dict, editable=False, help_text=_("The cells that it was given: practice, test, vigilance")
    )
    study_digest = models.CharField(max_length=64, blank=True, help_text=_("The protocol that was in force"))
    language = models.CharField(max_length=10, default="en")
    recruiter = models.CharField(max_length=50, default="open")
    consent_version = models.CharField(max_length=50)
    consented_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    held_until = models.DateTimeField(
        null=True, help_text=_("Until then its place and its cells are kept for it while it is running")
    )
    finished_at = models.DateTimeField(null=True)
    screening = models.JSONField(default=dict, help_text=_("What the checks before the first trial found"))
    debrief = models.JSONField(default=dict, help_text=_("Comments and demographics, as far as given"))
    attention_passed = models.BooleanField(
        null=True, help_text=_("Whether enough vigilance trials were right; empty: there were none")
    )
    verdict = models.CharField(
        max_length=50, blank=True, help_text=_("Why the design ended it early; empty: it did not")
    )
    device = models.JSONField(default=list, help_text=_("One entry a page load"))
    simulation = models.JSONField(
        default=dict, help_text=_("Of a simulated participant: seed and planted effects")
    )
    completion_code = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["-consented_at"]
        constraints = [
            models.UniqueConstraint(fields=["study", "participant"], name="one_participation_per_study")
        ]
        indexes = [
            models.Index(fields=["study", "source", "state"]),
            # Lists show the newest first: of all studies, or of one.
            models.Index(fields=["consented_at", "id"], name="participation_by_time"),
            models.Index(fields=["study", "consented_at", "id"], name="participation_in_study"),
            # Whether anything was answered since a report was made.
            models.Index(fields=["study", "last_seen_at"], name="participation_last_seen"),
        ]

    def __str__(self) -> str:
        return str(self.code)

    @property
    def ended_early(self) -> str:
        """Why the design ended it early, in words; empty: it did not."""
        return self.verdict.replace("_", " ")


class PaymentReference(models.Model):
    """The recruiter's own ids of a participation, sealed: to pay people, and for nothing else."""

    participation = models.OneToOneField(Participation, models.CASCADE, related_name="payment_reference")
    sealed = models.TextField(help_text=_("Encrypted under the key of the installation"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        permissions = [
            ("pay_participants", _("Can export the recruiters' ids of shared studies to pay people"))
        ]


class Invitation(models.Model):
    """A link into a study that serves one participation."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="invitations")
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    label = models.CharField(max_length=200, blank=True, help_text=_("For whom it is, if that matters"))
    participation = models.OneToOneField(
        Participation, models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.label or str(self.code)
