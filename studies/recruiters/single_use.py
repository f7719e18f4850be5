"""Single-use links: each of the study's invitations serves one participation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from studies.recruiters._recruiter import EXPECTED, Arrival, BadArrival, Ends, EndSettings, Query, one_id

NAME = "invitation"
CODE = "the code of an invitation, as it stands in the link that you were sent"
DAMAGED = "The %(name)s in the address is damaged."
UNKNOWN = "There is no such invitation to this study."
TODO = "Open the whole link once more; if it does not work, ask who invited you for a new one."


@dataclass(frozen=True)
class SingleUse(Ends):
    """The invitation stands for the person; whether there is such an invitation the rows tell."""

    Settings: ClassVar[type[Any]] = EndSettings

    def arrive(self, query: Query) -> Arrival:
        text = one_id(query, NAME, expected=CODE, todo=TODO)
        try:
            code = str(UUID(text))
        except ValueError as error:
            raise BadArrival((DAMAGED, {"name": NAME}), (EXPECTED, {"what": CODE}), TODO) from error
        return Arrival(person=code, ids={NAME: code})


RECRUITER = SingleUse(title="", id_names=(NAME,), parameters=None)
