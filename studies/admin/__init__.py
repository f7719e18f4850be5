"""The workbench's pages about studies and who took part in them."""

from studies.admin.participation import ParticipationAdmin
from studies.admin.study import StudyAdmin

__all__ = ["ParticipationAdmin", "StudyAdmin"]
