"""Single-use links: each of the study's invitations serves one participation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from studies.recruiters._recruiter import Arrival, BadArrival, Ends, EndSettings, Query, one_id

NAME = "invitation"
EXPECTED = "the code of an invitation, as it stands in the link that you were sent"
TODO = "Open the whole link once more; if it does not work, ask who invited you for a new one."


@dataclass(frozen=True)
class SingleUse(Ends):
    """The invitation stands for the person; whether there is such an invitation the rows tell."""

    Settings: ClassVar[type[Any]] = EndSettings

    def arrive(self, query: Query) -> Arrival:
        text = one_id(query, NAME, expected=EXPECTED, todo=TODO)
        try:
            code = str(UUID(text))
        except ValueError as error:
            raise BadArrival(
                f"The {NAME} in the address is damaged. We expected {EXPECTED}. {TODO}"
            ) from error
        return Arrival(person=code, ids={NAME: code})


RECRUITER = SingleUse(title="", id_names=(NAME,), parameters=None)
