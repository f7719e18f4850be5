"""How a simulated participant says that it is one: a signed statement that no participant can make."""

from __future__ import annotations

from typing import Any

from django.core import signing

from studies.models import Study

_SALT = "studies.simulated"
_VALID_SECONDS = 3600


class NotSimulated(ValueError):
    """The statement was not signed by this installation for this study, or is too old."""


def sign(study: Study, facts: dict[str, Any]) -> str:
    """The statement for one simulated participant, with its seed and planted effects."""
    return signing.dumps({"study": study.slug, "facts": facts}, salt=_SALT, compress=True)


def read(study: Study, statement: str) -> dict[str, Any]:
    """The facts of a statement; raises NotSimulated."""
    try:
        content = signing.loads(statement, salt=_SALT, max_age=_VALID_SECONDS)
    except signing.BadSignature as error:
        raise NotSimulated("This is no valid statement of a simulated participant.") from error
    if content["study"] != study.slug:
        raise NotSimulated("This statement is for another study.")
    facts: dict[str, Any] = content["facts"]
    return facts
