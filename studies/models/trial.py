"""What is shown and answered: stimuli, planned trials and their responses."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from colorizers.models import Colorization, Photo
from studies.designs._trial import TrialSpec
from studies.models.participation import Participation
from studies.models.study import Condition

MOST_ANSWER = 100
# Six arms of the longest names with a bar between each two.
MOST_TREATMENT = 605


class Stimulus(models.Model):
    """The exact picture that is shown for one Photo, as it is (no colorization) or recoloured."""

    photo = models.ForeignKey(Photo, models.PROTECT, related_name="stimuli")
    colorization = models.ForeignKey(Colorization, models.PROTECT, null=True, related_name="stimuli")
    image_px = models.PositiveIntegerField()
    file = models.FileField(upload_to="stimuli/", max_length=200)
    file_bytes = models.PositiveIntegerField()
    digest = models.CharField(
        max_length=64, help_text=_("Of the pixels, as an uncompressed PNG; whatever file holds them")
    )

    class Meta:
        verbose_name_plural = _("stimuli")
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "image_px"],
                condition=models.Q(colorization=None),
                name="one_real_stimulus_per_photo_and_size",
            ),
            models.UniqueConstraint(
                fields=["colorization", "image_px"], name="one_stimulus_per_colorization_and_size"
            ),
        ]


class TrialKind(models.TextChoices):
    PRACTICE = "practice", _("practice")
    TEST = "test", _("test")
    VIGILANCE = "vigilance", _("vigilance")


class TrialQuerySet(models.QuerySet["Trial"]):
    def planned_for(self, participation_code: str) -> dict[str, TrialSpec]:
        """The trials of a participation as planned, by their codes."""
        trials = self.filter(participation__code=participation_code).select_related("condition", "photo")
        return {str(trial.code): trial.as_planned for trial in trials}


class Trial(models.Model):
    """One planned presentation in a Participation: written before it is shown, never changed."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participation = models.ForeignKey(Participation, models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField(help_text=_("From 1, in the order of showing"))
    kind = models.CharField(max_length=20, choices=TrialKind)
    condition = models.ForeignKey(
        Condition, models.PROTECT, null=True, related_name="trials",
        help_text=_("The one arm that it is about; empty: none, or several"),
    )  # fmt: skip
    treatment = models.CharField(
        max_length=MOST_TREATMENT, blank=True,
        help_text=_("What is put to judgement: arms with | between them, the real photo an empty one"),
    )  # fmt: skip
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")
    photo_once = models.BooleanField(
        default=True, help_text=_("The design shows nobody the same photo in two trials")
    )
    spec = models.JSONField(help_text=_("Frames, answers and prompt as the design planned them"))
    facts = models.JSONField(default=dict, blank=True, help_text=_("The design's own, such as a block"))
    arrangement = models.CharField(
        max_length=50, blank=True, help_text=_("Which of the design's balanced arrangements it has")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by",
        help_text=_("The voided trial in whose place it is shown"),
    )  # fmt: skip
    key = models.CharField(
        max_length=MOST_ANSWER, blank=True,
        help_text=_("The right answer, if there is one; never sent before the trial is answered"),
    )  # fmt: skip

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["participation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "number"], name="one_trial_per_number"),
            models.UniqueConstraint(
                fields=["participation", "photo"], condition=models.Q(photo_once=True),
                name="no_photo_twice_where_once",
            ),
        ]  # fmt: skip

    @property
    def as_planned(self) -> TrialSpec:
        """The trial as the design planned it."""
        return TrialSpec.from_script(
            self.spec,
            kind=self.kind,
            condition=self.condition.slug if self.condition else "",
            photo=self.photo.digest,
            key=self.key,
            arrangement=self.arrangement,
            facts=self.facts,
            treatment=self.treatment,
        )


class TrialPicture(models.Model):
    """One picture of one Trial under the random address that the browser gets."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="pictures")
    frame = models.PositiveIntegerField(help_text=_("Index in the spec's frames"))
    slot = models.CharField(max_length=20)
    condition = models.ForeignKey(
        Condition, models.PROTECT, null=True, related_name="+",
        help_text=_("The arm that is shown; empty: the real photo"),
    )  # fmt: skip
    stimulus = models.ForeignKey(Stimulus, models.PROTECT, related_name="+")
    sent_bytes = models.PositiveIntegerField(
        null=True, help_text=_("The same for every arm of its photo; empty: planned by an earlier release")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "frame", "slot"], name="one_picture_per_slot_and_frame")
        ]


class Response(models.Model):
    """What was answered to one Trial: at most one, never changed."""

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="response")
    answer = models.CharField(
        max_length=MOST_ANSWER, blank=True, help_text=_("Blank: the answer limit ran out")
    )
    more = models.JSONField(
        default=list, blank=True, help_text=_("Name, answer and time of each further question")
    )
    rt_ms = models.FloatField(null=True, help_text=_("From the onset of the answer frame"))
    input = models.CharField(max_length=20, blank=True)
    frames = models.JSONField(default=list, help_text=_("Planned and measured onsets and offsets"))
    refresh_ms = models.FloatField(null=True)
    layout = models.CharField(max_length=20, blank=True)
    events = models.JSONField(default=list)
    shown_before = models.PositiveIntegerField(
        null=True,
        help_text=_("How often its pictures had begun to be shown before a reload; empty: nobody knows"),
    )
    runner = models.CharField(max_length=20, blank=True)
    voided = models.BooleanField(default=False, help_text=_("Spoiled by the study's rule: in no rate"))
    void_reasons = models.JSONField(default=list, help_text=_("What spoiled it, in words"))
    received_at = models.DateTimeField(auto_now_add=True)
    possible_from = models.DateTimeField(
        null=True,
        help_text=_("Before this its pictures could not have been shown to the end; empty: nobody knows"),
    )

    class Meta:
        ordering = ["trial__participation", "trial__number"]
