"""One question put to people: the study, its conditions and what it uses each photo for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from colorizers.models import SLUG, Colorizer, Fixed, Photo, PhotoSet
from studies import designs, recruiters
from studies.models.seeds import new_seed
from studies.texts.study import TEXTS, StudyTexts, texts_in


def english() -> list[str]:
    return ["en"]


class StudyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PREPARING = "preparing", _("preparing")
    LIVE = "live", _("live")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


class Allocation(models.TextChoices):
    MIXED = "mixed", _("every participant sees every condition")
    ONE = "one_condition_per_participation", _("each participant sees one condition")


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: Any) -> StudyQuerySet:
        """The studies that a person of the workbench may see: all, or those they own or share."""
        if not (user.is_active and user.is_staff):
            return self.none()
        if user.is_superuser:
            return self.all()
        shared = Study.researchers.through.objects.filter(user_id=user.pk).values("study_id")
        return self.filter(models.Q(owner=user) | models.Q(pk__in=shared))


class Study(models.Model):
    """One question put to people; immutable once it is live."""

    slug = models.CharField(
        _("short name"), max_length=100, unique=True, validators=[SLUG],
        help_text=_(
            "Names the study in addresses, commands and files, such as garden-2: small letters, digits and "
            "single - _ . between them"
        ),
    )  # fmt: skip
    title = models.CharField(max_length=200)
    question = models.TextField(blank=True, help_text=_("What the study asks, for the report"))
    information = models.TextField(
        _("study information"), help_text=_("Landing page: who asks, what happens, how long, what is stored")
    )
    consent = models.TextField(help_text=_("What a participant agrees to"))
    consent_version = models.CharField(
        max_length=50, default="1", help_text=_("Kept with each consent: change it when the text changes")
    )
    thanks = models.TextField(blank=True, help_text=_("The last page"))
    contact = models.CharField(
        max_length=200, blank=True, help_text=_("Name and address of the person who answers questions")
    )
    ethics = models.TextField(
        _("ethics statement"), blank=True,
        help_text=_(
            "For the report's methods, in whole sentences: who approved the study, and under which reference"
        ),
    )  # fmt: skip
    languages = models.JSONField(
        default=english, blank=True,
        help_text=_("In which languages the survey is offered, the language of the texts above first"),
    )  # fmt: skip
    translations = models.JSONField(
        default=dict, blank=True, help_text=_("The texts above in the other languages")
    )
    eligibility = models.TextField(
        blank=True, help_text=_("Statements that a participant must confirm, one a line: I am 18 or older")
    )
    screening = models.JSONField(
        default=dict, blank=True, help_text=_("Checks before the first trial: colour vision, display")
    )
    debrief = models.JSONField(
        default=dict, blank=True, help_text=_("What is asked after the last trial: comments, demographics")
    )

    design = models.CharField(max_length=50, choices=designs.choices, default="pair")
    design_settings = models.JSONField(default=dict, blank=True)
    allocation = models.CharField(max_length=50, choices=Allocation, default=Allocation.MIXED)
    photo_set = models.ForeignKey(PhotoSet, models.PROTECT, related_name="studies")
    allow_crops = models.BooleanField(
        _("allow crops of one photograph"),
        default=False,
        help_text=_(
            "Off: a set in which two pictures are cut from the same photograph is refused. "
            "On: each of them counts as a photo of its own."
        ),
    )
    image_px = models.PositiveIntegerField(
        _("side of the pictures (px)"), default=256,
        validators=[MinValueValidator(64), MaxValueValidator(1024)],
        help_text=_("Side of the square pictures as shown, in pixels"),
    )  # fmt: skip
    planned_participants = models.PositiveIntegerField(
        default=40, validators=[MinValueValidator(1)], help_text=_("Decided before the first answer")
    )
    show_score = models.BooleanField(
        _("show own score"), default=True, help_text=_("Tell participants their own score at the end")
    )
    participant_quota = models.PositiveIntegerField(
        _("most participants"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_(
            "Nobody else can begin once so many have finished or are under way. Empty: no limit."
        ),
    )  # fmt: skip
    arm_quota = models.PositiveIntegerField(
        _("most participants per condition"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_(
            "The same limit for each condition by itself. Only where each participant sees one condition. "
            "Empty: no limit."
        ),
    )  # fmt: skip
    recruiter = models.CharField(
        max_length=50, choices=recruiters.choices, default="open",
        help_text=_("Where the participants come from"),
    )  # fmt: skip
    recruiter_settings = models.JSONField(
        default=dict, blank=True, help_text=_("Codes and addresses that the recruiter expects at the end")
    )
    linked_group = models.CharField(
        _("group of linked studies"), max_length=100, blank=True, db_index=True, validators=[SLUG],
        help_text=_(
            "Give several studies the same word, and nobody can take part in more than one of them. It "
            "needs a recruiter that sends an id for each person. Empty: the study stands alone."
        ),
    )  # fmt: skip
    completion_code = models.CharField(
        max_length=50, blank=True,
        help_text=_("The same for everybody; empty: a random one for each participation"),
    )  # fmt: skip
    voiding = models.JSONField(
        default=dict, blank=True, help_text=_("When a presentation counts as spoiled, and is repeated")
    )
    exclusion_rules = models.JSONField(
        default=dict, blank=True, help_text=_("Rules of the strict view, fixed before launch")
    )
    seed = models.BigIntegerField(default=new_seed, editable=False)

    state = models.CharField(max_length=20, choices=StudyState, default=StudyState.DRAFT, editable=False)
    preparation = models.JSONField(
        default=dict, editable=False, help_text=_("Progress and errors of preparing the stimuli")
    )
    digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("SHA-256 of the protocol as launched")
    )
    protocol = models.JSONField(default=dict, editable=False, help_text=_("The protocol as launched"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="studies"
    )
    researchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="shared_studies",
        help_text=_("They see and run the study as its owner does"),
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)
    launched_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Out of the list of studies since then; empty: not archived")
    )

    objects = StudyQuerySet.as_manager()

    # What says how people were asked; all of it is in the protocol and none of it changes after the draft.
    PROTOCOL_FIELDS = (
        "slug", "title", "question", "information", "consent", "consent_version", "thanks", "contact",
        "ethics", "design", "design_settings", "allocation", "photo_set_id", "allow_crops", "image_px",
        "planned_participants", "show_score", "completion_code", "exclusion_rules", "seed",
        "languages", "translations", "eligibility", "screening", "debrief", "participant_quota", "arm_quota",
        "recruiter", "recruiter_settings", "linked_group", "voiding",
    )  # fmt: skip

    # Written by services/lifecycle.py alone, with conditional updates.
    LIFECYCLE_FIELDS = (
        "state", "preparation", "digest", "protocol", "launched_at", "closed_at", "archived_at",
    )  # fmt: skip

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = _("studies")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; raises Fixed if the protocol of a study that is no draft would change."""
        self._check_protocol(kwargs.get("update_fields"))
        if not self._state.adding and kwargs.get("update_fields") is None and not kwargs.get("force_insert"):
            # A row read earlier must not undo what the life cycle has written since.
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name not in self.LIFECYCLE_FIELDS
            ]
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a draft; raises Fixed for anything else."""
        self.check_deletable()
        return super().delete(*args, **kwargs)

    def check_deletable(self) -> None:
        """Raise Fixed unless the stored study is a draft."""
        stored = Study.objects.filter(pk=self.pk).first()
        if stored is not None and not stored.is_draft:
            raise Fixed(
                f"The study {stored.slug!r} is {stored.get_state_display()}; only drafts can be deleted. "
                "Close and archive it instead: its answers and its protocol stay."
            )

    def _check_protocol(self, update_fields: Any) -> None:
        if self._state.adding:
            return
        stored = Study.objects.filter(pk=self.pk).values("state", *self.PROTOCOL_FIELDS).first()
        if stored is None or stored["state"] == StudyState.DRAFT:
            return
        names = [
            name
            for name in self.PROTOCOL_FIELDS
            if update_fields is None or {name, name.removesuffix("_id")} & set(update_fields)
        ]
        changed = [name for name in names if getattr(self, name) != stored[name]]
        if changed:
            raise Fixed(f"{', '.join(changed)} cannot change: {self.why_fixed(stored['state'])}")

    def why_fixed(self, state: str | None = None) -> str:
        """Why nothing of the protocol may change, and what to do instead."""
        state = state or self.state
        if state == StudyState.PREPARING:
            return f"the study {self.slug!r} is being prepared. Wait for it, or cancel the preparation."
        return (
            f"the study {self.slug!r} is {StudyState(state).label} and its protocol is fixed. "
            "Clone it: the copy is a draft with everything in it."
        )

    @property
    def is_draft(self) -> bool:
        return self.state == StudyState.DRAFT

    @property
    def texts(self) -> StudyTexts:
        """Its texts in the language that is active."""
        first = self.languages[0] if self.languages else settings.LANGUAGE_CODE
        original = {name: getattr(self, name) for name in TEXTS}
        return texts_in(
            get_language() or first, original=original, written_in=first, translations=self.translations
        )


class ConditionKind(models.TextChoices):
    TEST = "test", _("colorizer under test")
    VIGILANCE = "vigilance", _("vigilance control")


class Condition(models.Model):
    """One arm of a Study: a Colorizer, or the vigilance control."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="conditions")
    slug = models.CharField(_("short name"), max_length=100, validators=[SLUG])
    title = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=ConditionKind, default=ConditionKind.TEST)
    colorizer = models.ForeignKey(Colorizer, models.PROTECT, related_name="conditions")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="one_condition_per_slug")]

    def __str__(self) -> str:
        return self.title or self.slug


class PhotoRole(models.TextChoices):
    PRACTICE = "practice", _("practice")
    TEST = "test", _("test")


class StudyPhoto(models.Model):
    """What a Study uses a Photo for: practice and test never share one."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="study_photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=PhotoRole)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "photo"], name="one_role_per_photo_and_study")
        ]


class BlindingAudit(models.Model):
    """What a classifier could tell of the arms from what a browser observes, the pixels apart."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="blinding_audits")
    passed = models.BooleanField(help_text=_("Nothing better than chance was found"))
    result = models.JSONField(
        help_text=_("What was tried, with how many pictures, and how well it told them")
    )
    code_version = models.CharField(max_length=50)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.study} {self.created_at:%Y-%m-%d}"
