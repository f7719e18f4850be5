"""Rows of the asking side: studies, participations, planned trials and their responses."""

from studies.models.arrival_fault import ArrivalFault
from studies.models.ending import Ending
from studies.models.participation import (
    Invitation,
    Participant,
    Participation,
    ParticipationState,
    PaymentReference,
    Source,
)
from studies.models.seeds import new_seed
from studies.models.study import (
    Allocation,
    BlindingAudit,
    Condition,
    ConditionKind,
    PhotoRole,
    Study,
    StudyPhoto,
    StudyQuerySet,
    StudyState,
)
from studies.models.trial import Response, Stimulus, Trial, TrialKind, TrialPicture

__all__ = [
    "Allocation", "ArrivalFault", "BlindingAudit", "Condition", "ConditionKind", "Ending", "Invitation",
    "Participant", "Participation", "ParticipationState", "PaymentReference", "PhotoRole", "Response",
    "Source", "Stimulus", "Study", "StudyPhoto", "StudyQuerySet", "StudyState", "Trial", "TrialKind",
    "TrialPicture", "new_seed",
]  # fmt: skip
