"""Any panel that adds ids to a link and takes people back: Connect, Qualtrics, panels like SONA."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from studies.recruiters._recruiter import Arrival, Ends, EndSettings, Query, one_id, setting

PERSON, VISIT = "participantId", "assignmentId"
TODO = "Please open the study again from the page that sent you here; do not type the address yourself."
EXPECTED = {"person": "your id at the service that sent you there", "visit": "the id of your visit there"}
# The site's own parameters.
TAKEN = ("lang", "window", "simulation", "arrival", "code")
_NAME = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,39}")
_LINK = re.compile(r"[\x21-\x7e]{0,300}")
_TITLE = re.compile(r"[^\x00-\x1f<>]{1,40}")


@dataclass(frozen=True)
class PanelSettings(EndSettings):
    """The names of the parameters are the panel's, and may stand in addresses: {participantId}."""

    service: str = setting("the panel", "Name of the panel", "As participants know it: CloudResearch Connect")
    person_parameter: str = setting(
        PERSON, "Parameter: person", "Name of the parameter with the person's id, the same at every visit"
    )
    visit_parameter: str = setting(
        VISIT, "Parameter: visit", "Name of the parameter with the id of an assignment; empty: there is none"
    )
    link_parameters: str = setting(
        "",
        "Parameters of the link",
        "What the participant link ends with, as the panel fills it in: participantId=${e://Field/PID}; "
        "empty: each name with itself in braces",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [name for name in (self.person_parameter, self.visit_parameter) if name]
        for name in names:
            if not _NAME.fullmatch(name) or name in TAKEN:
                raise ValueError(
                    f"A parameter must begin with a letter, have up to 40 letters, digits and _, and be none "
                    f"of {', '.join(TAKEN)}, not {name!r}."
                )
        if not self.person_parameter:
            raise ValueError("person_parameter is empty: without an id nobody can be told from another.")
        if len(set(names)) != len(names):
            raise ValueError("person_parameter and visit_parameter must differ.")
        if not _LINK.fullmatch(self.link_parameters):
            raise ValueError("link_parameters must be up to 300 plain characters without spaces.")
        if not _TITLE.fullmatch(self.service):
            raise ValueError("service must be a name of 1 to 40 characters.")

    def places(self) -> tuple[str, ...]:
        return tuple(name for name in (self.person_parameter, self.visit_parameter) if name)


@dataclass(frozen=True)
class Panel(Ends):
    """One or two named parameters; which ones, and where people go back to, each study says."""

    Settings: ClassVar[type[Any]] = PanelSettings

    def configured(self, settings: PanelSettings) -> Panel:
        names = settings.places()
        link = settings.link_parameters or "&".join(f"{name}={{{{{name}}}}}" for name in names)
        return replace(
            self, title=settings.service, id_names=names, visit=settings.visit_parameter, parameters=link
        )

    def arrive(self, query: Query) -> Arrival:
        ids = {
            name: one_id(
                query, name, expected=EXPECTED["visit" if name == self.visit else "person"], todo=TODO
            )
            for name in self.id_names
        }
        return Arrival(person=ids[self.id_names[0]], ids=ids)


RECRUITER = Panel(title="").configured(PanelSettings())
