"""What a recruiter is: how it names the people it sends, and where they go afterwards.

An arrival's query is hostile until it is parsed here: `one_id` takes letters, digits, - and _ only, so that
what is kept can stand in an address, a form or a table. Addresses come from the study's settings, never
from the query; MTurk's, which says where to post to, is held to Amazon's own hosts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from studies.recruiters._outcomes import (
    COMPLETED,
    ELSEWHERE,
    FAILED_ATTENTION,
    NO_CONSENT,
    OUTCOMES,
    OVER_QUOTA,
    SCREENED_OUT,
    SECOND_VISIT,
    SPOILED,
    TIMED_OUT,
    WITHDRAWN,
)

Query = Mapping[str, Sequence[str]]
Ids = Mapping[str, str]
Sentence = tuple[str, Mapping[str, str]]
"""A sentence with %(places)s, and what goes there."""

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_CODE = re.compile(r"[0-9A-Za-z_.-]{0,50}")
_HOST = re.compile(r"[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
_PLACE = re.compile(r"\{(\w*)\}")
_CURRENCY = re.compile(r"[A-Z]{3}")
# Brackets of templates; of the weaker ones only such as hold a name without digits, which is nobody's id.
_TEMPLATE = re.compile(
    r"\{\{[^<>]*|[^<>]*\}\}|\$\{[^<>]*|\{%[^<>]*|\$\([^<>]*\)|#?\{[^<>]*\}|\[[^<>]*\]"
    r"|<<?%?[\w .=-]+%?>>?|%+\w+%+|\$\w+\$?|__\w+__|@@?\w+@@?|\*\|[\w:]+\|\*|#+[A-Za-z_]+#*"
    r"|\([A-Za-z_ .-]+\)|:[A-Za-z_]+:?|([|~!^*])\1*[A-Za-z_]+\1+"
)
# What a script writes for "nothing", and what stands in a form's example, without case and punctuation.
_NOTHING = re.compile(
    r"undefined|null|none|nan|nil|void|na|tba|tbd|todo|unknown|missing|empty|blank|placeholder|example|object|"
    r"objectobject|string|value|true|false|notset|notavailable"
)
_NAME_OF_AN_ID = re.compile(
    r"(the|prolific|study|session|worker|assignment|hit|survey|participant|user|person|subject|respondent|"
    r"response|submission|visit|panelist|member|external|random|unique)*(id|ids|pid|uid|rid|code|number)"
    r"|participant|invitation|turksubmitto"
    r"|(your|insert|enter|put|replace|paste|change|fill)[a-z]*(id|pid|code|here|number|name|me|in|with)"
    r"|x{2,}"
)
LONGEST_ADDRESS, LONGEST_TEMPLATE = 500, 100


# Kinds of faults of an arrival.
UNFILLED, MISSING, DOUBLED, UNREADABLE, UNSIGNED = "unfilled", "missing", "doubled", "unreadable", "unsigned"
OTHER = "other study"
WORDS = {
    UNFILLED: "The page that sent you here has not filled in %(name)s in the address.",
    MISSING: "The address that brought you here has no %(name)s.",
    DOUBLED: "The address that brought you here has more than one %(name)s.",
    UNREADABLE: "The %(name)s in the address that brought you here is not one that we can read.",
}
NOT_YOURS = "It is not your fault, and the researchers have been told."
EXPECTED = "We expected %(what)s."


class BadArrival(ValueError):
    """The address of an arrival does not name somebody as it must; the message is for the participant.

    Its `sentences` are English, each with what is to be filled in: a site puts them into other languages.
    """

    def __init__(
        self, *sentences: Sentence | str, kind: str = "", parameter: str = "", example: str = ""
    ) -> None:
        """`kind` and `parameter` say what is to be counted for the researcher; `example` is a template."""
        self.kind, self.parameter, self.example = kind, parameter, example
        self.sentences = tuple((one, {}) if isinstance(one, str) else one for one in sentences)
        super().__init__(" ".join(text % values if values else text for text, values in self.sentences))


@dataclass(frozen=True)
class Arrival:
    """Somebody at the door: what the recruiter calls the person and the visit."""

    person: str = ""
    """The person's id at the recruiter, the same at every visit; empty: nobody is named."""
    ids: Ids = field(default_factory=dict)
    """All ids by the recruiter's names for them, the person's included."""
    looking: bool = False
    """They see the study before they have accepted it, and cannot begin."""


@dataclass(frozen=True)
class Leaving:
    """How a participant goes back: with a code, by a link, or by a form; each may be empty."""

    outcome: str
    recruiter: str = ""
    """What people call the recruiter; empty: there is none to go back to."""
    code: str = ""
    address: str = ""
    """Where a link leads, or a form is posted to."""
    fields: Ids = field(default_factory=dict)
    """What the form holds; empty: the address is a link."""

    @property
    def origin(self) -> str:
        """Scheme and host of the address, as a content security policy names them."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}" if self.address else ""


class Recruiter(Protocol):
    """Reads the ids of an arrival and says where a participant goes at the end."""

    title: str
    """What people call it; empty: there is nobody to go back to."""
    id_names: tuple[str, ...]
    """The ids of an arrival, in the order of the payment list's columns."""
    framed_by: tuple[str, ...]
    """Origins that show the landing page in a frame of theirs; mostly none."""
    parameters: str | None
    """What the participant link ends with, for the recruiter to fill in; None: each person has their own."""
    visit: str
    """The id that is new at each assignment or submission of the same person; empty: there is none."""

    @property
    def Settings(self) -> type[Any]:  # noqa: N802
        """The dataclass that declares and checks what a study may choose."""
        ...

    def configured(self, settings: Any) -> Recruiter:
        """This recruiter as a study has it; mostly itself."""
        ...

    def arrive(self, query: Query) -> Arrival:
        """Who arrives with this query; raises BadArrival, in words for the participant."""
        ...

    def leave(self, settings: Any, outcome: str, *, ids: Ids, code: str) -> Leaving:
        """Where a participant with these ids goes; `code` is the participation's completion code."""
        ...

    def missing(self, settings: Any) -> list[str]:
        """What a study still needs before it can be launched, one sentence each."""
        ...

    def risks(self, settings: Any) -> list[str]:
        """What a study can be launched without, though it had better not be; one sentence each."""
        ...


def setting(default: Any, label: str, text: str, **more: Any) -> Any:
    """A declared setting with its words for people."""
    return field(default=default, metadata={"label": label, "help": text, **more})


@dataclass(frozen=True)
class PaymentSettings:
    """What the payment list proposes."""

    bonus_per_right: float = setting(
        0.0, "Bonus per right answer", "For each right answer of a test trial; 0: none"
    )
    currency: str = setting("USD", "Currency", "Of the bonus, as three letters: USD, GBP, EUR")
    reject_failed_attention: bool = setting(
        False, "Propose rejection", "The payment list proposes to reject who failed the vigilance trials"
    )
    pay_withdrawn: str = setting(
        "decide",
        "Pay after withdrawal",
        "Of those who withdraw before the end; they are told before and after: decide case by case, "
        "in full, or nothing",
        choices=("decide", "full", "nothing"),
    )

    def __post_init__(self) -> None:
        if not 0 <= self.bonus_per_right <= 100:
            raise ValueError(f"bonus_per_right must be from 0 to 100, not {self.bonus_per_right}.")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"currency must be three capital letters such as USD, not {self.currency!r}.")


def code_setting(outcome: str) -> Any:
    """The code of an outcome, empty by default; its words come from the table of outcomes."""
    row = OUTCOMES[outcome]
    empty = f"empty: as {OUTCOMES[row.as_if].label}" if row.as_if else "empty: none"
    if outcome == COMPLETED:
        empty = "empty: the completion code of the study"
    return setting("", f"Code: {row.label}", f"For {row.when}; {empty}")


def address_setting(outcome: str, default: str = "") -> Any:
    """Where an outcome leads back to; its words come from the table of outcomes."""
    row = OUTCOMES[outcome]
    where = "https address of the way back; {code} stands for the code"
    return setting(default, f"Address: {row.label}", f"For {row.when}: {where}")


@dataclass(frozen=True)
class CodeSettings(PaymentSettings):
    """A code for each outcome."""

    completed_code: str = code_setting(COMPLETED)
    screened_out_code: str = code_setting(SCREENED_OUT)
    failed_attention_code: str = code_setting(FAILED_ATTENTION)
    over_quota_code: str = code_setting(OVER_QUOTA)
    no_consent_code: str = code_setting(NO_CONSENT)
    withdrawn_code: str = code_setting(WITHDRAWN)
    timed_out_code: str = code_setting(TIMED_OUT)
    spoiled_code: str = code_setting(SPOILED)
    elsewhere_code: str = code_setting(ELSEWHERE)
    second_visit_code: str = code_setting(SECOND_VISIT)

    def __post_init__(self) -> None:
        super().__post_init__()
        for outcome in OUTCOMES:
            check_code(f"{outcome}_code", self.code(outcome))

    def code(self, outcome: str) -> str:
        return str(getattr(self, f"{outcome}_code"))


@dataclass(frozen=True)
class EndSettings(CodeSettings):
    """A code and an address for each outcome; `places` are the ids that an address may hold."""

    completed_address: str = address_setting(COMPLETED)
    screened_out_address: str = address_setting(SCREENED_OUT)
    failed_attention_address: str = address_setting(FAILED_ATTENTION)
    over_quota_address: str = address_setting(OVER_QUOTA)
    no_consent_address: str = address_setting(NO_CONSENT)
    withdrawn_address: str = address_setting(WITHDRAWN)
    timed_out_address: str = address_setting(TIMED_OUT)
    spoiled_address: str = address_setting(SPOILED)
    elsewhere_address: str = address_setting(ELSEWHERE)
    second_visit_address: str = address_setting(SECOND_VISIT)

    def __post_init__(self) -> None:
        super().__post_init__()
        for outcome in OUTCOMES:
            check_address(f"{outcome}_address", self.address(outcome), places=("code", *self.places()))

    def places(self) -> tuple[str, ...]:
        return ()

    def address(self, outcome: str) -> str:
        return str(getattr(self, f"{outcome}_address"))


@dataclass(frozen=True)
class Ends:
    """The way back that a code and an address for each outcome describe: what most recruiters need."""

    title: str
    id_names: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()
    parameters: str | None = ""
    visit: str = ""

    def configured(self, settings: Any) -> Any:
        return self

    def leave(self, settings: EndSettings, outcome: str, *, ids: Ids, code: str) -> Leaving:
        outcome = settled(settings, outcome)
        shown = settings.code(outcome) or (code if outcome == COMPLETED else "")
        address = filled(settings.address(outcome), {**ids, "code": shown})
        return Leaving(outcome, self.title, shown, address)

    def missing(self, settings: EndSettings) -> list[str]:
        return []

    def risks(self, settings: EndSettings) -> list[str]:
        return []


def settled(settings: CodeSettings, outcome: str) -> str:
    """The outcome whose end is used: where the study gives one none, the one that the table names for it."""
    own = settings.code(outcome)
    if isinstance(settings, EndSettings) and "{code}" not in settings.address(outcome):
        own = own or settings.address(outcome)
    return OUTCOMES[outcome].as_if or outcome if not own else outcome


def one_id(query: Query, name: str, *, expected: str, todo: str) -> str:
    """The one value of this name in the query; raises BadArrival unless it is there once and is an id."""
    values = query.get(name, ())
    if len(values) == 1 and _ID.fullmatch(values[0]) and not is_unfilled(values[0], name):
        return str(values[0])
    raise refusal(values, name, expected=expected, todo=todo)


def refusal(values: Sequence[str], name: str, *, expected: str, todo: str) -> BadArrival:
    """What is wrong with the values of this name, for participants and for the count."""
    told = {"name": name}
    example = next((value for value in values if is_unfilled(value, name)), None)
    if example is not None:
        return BadArrival(
            (WORDS[UNFILLED], told), NOT_YOURS, todo, kind=UNFILLED, parameter=name, example=example
        )
    kind = UNREADABLE
    if len(values) != 1:
        kind = DOUBLED if values else MISSING
    return BadArrival((WORDS[kind], told), (EXPECTED, {"what": expected}), todo, kind=kind, parameter=name)


def is_unfilled(value: str, name: str = "") -> bool:
    """Whether a value is what stands in a link before the recruiter fills it in, and nobody's id.

    A template, {{%ID%}}, ${id}, %ID%, [ID], also cut or encoded twice; a word for nothing, null or undefined;
    or the name of a parameter, of this one (`name`) or another: your_id_here.
    """
    if len(value) > LONGEST_TEMPLATE:
        return False
    texts = [value]
    for _ in range(3):
        texts.append(unquote(texts[-1]))
    bare = [text.strip(" \t\r\n'\"`").rstrip("/.,;&") for text in texts]
    if any(_TEMPLATE.fullmatch(text) for text in bare):
        return True
    word = _letters(bare[-1])
    if _NOTHING.fullmatch(word) or _NAME_OF_AN_ID.fullmatch(word):
        return True
    return bool(word) and word == _letters(name)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def check_code(name: str, code: str) -> None:
    """Raise ValueError unless the code is short and plain, so that it can stand in an address."""
    if not _CODE.fullmatch(code):
        raise ValueError(f"{name} must be up to 50 letters, digits, and - _ . between them, not {code!r}.")


def check_address(name: str, address: str, *, places: Sequence[str]) -> None:
    """Raise ValueError unless it is empty or an https address whose host is written out in full."""
    if not address:
        return
    known = ", ".join(f"{{{place}}}" for place in places)
    odd = re.search(r"[\s\\\"'<>\[\]\x00-\x1f]", address)
    if len(address) > LONGEST_ADDRESS or not address.isascii() or odd:
        raise ValueError(
            f"{name} must be an https address of up to {LONGEST_ADDRESS} plain characters, not {address!r}."
        )
    for place in _PLACE.findall(address):
        if place not in places:
            raise ValueError(f"{name} may hold {known}, not {{{place}}}.")
    parts = urlsplit(address)
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc):
        raise ValueError(
            f"{name} must begin with https:// and the full name of a host, without user or port: "
            f"https://example.org/back, not {address!r}."
        )


def filled(address: str, values: Ids) -> str:
    """The address with its places filled in; empty if a value for one of them is missing."""
    wanted = _PLACE.findall(address)
    if any(not values.get(name) for name in wanted):
        return ""
    return _PLACE.sub(lambda match: quote(values[match[1]], safe=""), address)
