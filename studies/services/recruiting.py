"""Where participants come from and go back to: arrivals, repeats, and the recruiter's ids under lock."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from studies import recruiters
from studies.models import (
    Invitation,
    Participation,
    ParticipationState,
    PaymentReference,
    Source,
    Study,
)
from studies.recruiters import single_use
from studies.recruiters._recruiter import (
    EXPECTED,
    Arrival,
    BadArrival,
    Ids,
    Query,
    Recruiter,
)
from studies.services import participations, signed_arrivals

TOO_LONG = "This page was open for too long."
NOT_BROUGHT_BACK = "The form did not bring back what this page had given it."
OTHER_STUDY = "This form belongs to another study."
ONCE_MORE = "Please open the link that brought you here once more."
_SALT = "studies.arrival"
# So long a landing page may stay open before the consent.
ARRIVAL_SECONDS = 12 * 3600
RUNNING = {ParticipationState.SCREENING, ParticipationState.STARTED}


class TookPartElsewhere(Exception):
    """The person has taken part in another study of the same group."""


class CannotOpen(ValueError):
    """The sealed ids were sealed under another key of the installation."""


# --- arriving --------------------------------------------------------------------------------


def recruiter_of(study: Study) -> Recruiter:
    """The study's recruiter as its settings make it; a draft's that do not hold yet change nothing."""
    recruiter = recruiters.get(study.recruiter)
    try:
        return recruiter.configured(recruiter.Settings(**study.recruiter_settings))
    except (TypeError, ValueError):
        return recruiter


def participant_link(study: Study) -> str:
    """The address to give to the recruiter or to people; empty where each person needs another one."""
    parameters = recruiter_of(study).parameters
    if parameters is None:
        return ""
    link = f"{settings.SITE_URL}{reverse('studies:landing', args=[study.slug])}"
    return f"{link}?{parameters}" if parameters else link


def settings_of(study: Study) -> Any:
    """The recruiter's settings of a study, as the dataclass that declares them."""
    return recruiter_of(study).Settings(**study.recruiter_settings)


def arrive(study: Study, query: Query) -> Arrival:
    """Who arrives at this study; raises BadArrival, in words for the participant."""
    if study.recruiter == "prolific" and settings_of(study).signed == "required":
        query = signed_arrivals.opened(query, settings_of(study))
    arrival = recruiter_of(study).arrive(query)
    if study.recruiter == "single_use" and not study.invitations.filter(code=arrival.person).exists():
        expected = (EXPECTED, {"what": single_use.CODE})
        raise BadArrival(single_use.UNKNOWN, expected, single_use.TODO)
    return arrival


def carry(study: Study, arrival: Arrival) -> str:
    """The arrival as a signed text for this study, which the form sends back."""
    return signing.dumps([study.slug, arrival.person, dict(arrival.ids)], salt=_SALT, compress=True)


def carried(study: Study, text: str) -> Arrival:
    """What `carry` signed for this study not too long ago; raises BadArrival for anything else."""
    try:
        slug, person, ids = signing.loads(text, salt=_SALT, max_age=ARRIVAL_SECONDS)
    except signing.SignatureExpired as error:
        raise BadArrival(TOO_LONG, ONCE_MORE) from error
    except signing.BadSignature as error:
        raise BadArrival(NOT_BROUGHT_BACK, ONCE_MORE) from error
    if slug != study.slug:
        raise BadArrival(OTHER_STUDY, ONCE_MORE)
    return Arrival(person=person, ids=ids)


def known(study: Study, arrival: Arrival) -> Participation | None:
    """The participation in this study of the person who arrives, if the recruiter names people."""
    if not arrival.person:
        return None
    return study.participations.filter(
        participant__recruiter_hash=hash_of(study.recruiter, arrival.person), source=Source.PERSON
    ).first()


def took_part_elsewhere(
    study: Study, arrival: Arrival, in_browser: Participation | None = None
) -> Participation | None:
    """The person's participation in another study of the group; a browser speaks where nobody is named.

    Who was screened out of a study has seen none of its trials and is free to go on to the next.
    """
    if not study.linked_group:
        return None
    others = (
        Participation.objects.filter(study__linked_group=study.linked_group, source=Source.PERSON)
        .exclude(study=study)
        .exclude(state=ParticipationState.SCREENED_OUT)
        .select_related("study")
    )
    if arrival.person:
        return others.filter(participant__recruiter_hash=hash_of(study.recruiter, arrival.person)).first()
    return others.filter(pk=in_browser.pk).first() if in_browser is not None else None


@transaction.atomic
def begin(
    *,
    study: Study,
    arrival: Arrival,
    language: str = "en",
    participant_code: UUID | None = None,
    in_browser: Participation | None = None,
) -> Participation:
    """Begin a person's participation, or go on with the one that they have, and seal the recruiter's ids.

    Raises TookPartElsewhere, and what `participations.begin_participation` raises.
    """
    # Two studies of a group take turns, in one order, so that nobody slips into both at once.
    if study.linked_group:
        list(Study.objects.select_for_update().filter(linked_group=study.linked_group).order_by("pk"))
    else:
        Study.objects.select_for_update().get(pk=study.pk)
    if took_part_elsewhere(study, arrival, in_browser) is not None:
        raise TookPartElsewhere
    participation = known(study, arrival) or participations.begin_participation(
        study=study,
        source=Source.PERSON,
        participant_code=participant_code,
        recruiter_hash=hash_of(study.recruiter, arrival.person) if arrival.person else "",
        language=language,
    )
    if study.recruiter == "single_use":
        Invitation.objects.filter(code=arrival.person, participation=None).update(participation=participation)
    come_back(participation, arrival)
    return participation


@transaction.atomic
def come_back(participation: Participation, arrival: Arrival) -> None:
    """Seal the ids of the latest visit: who gave a place back and took another is paid for the latter."""
    if not arrival.ids or participation.study.recruiter == "single_use":
        return
    # As it is now: nothing is sealed after a withdrawal, or once the study is closed and its people are paid.
    now = Participation.objects.select_for_update().only("state").get(pk=participation.pk)
    if now.state in RUNNING:
        seal(participation, arrival.ids)


# --- ids under lock --------------------------------------------------------------------------


def _key(purpose: bytes) -> bytes:
    return hmac.digest(settings.PARTICIPANT_ID_KEY.encode(), purpose, hashlib.sha256)


def hash_of(recruiter: str, person: str) -> str:
    """The keyed hash of a person's id at a recruiter: HMAC-SHA256, 64 hexadecimal digits."""
    return hmac.new(_key(b"recruiter hash"), f"{recruiter}\n{person}".encode(), hashlib.sha256).hexdigest()


def _safe() -> Fernet:
    return Fernet(urlsafe_b64encode(_key(b"payment reference")))


def seal(participation: Participation, ids: Ids) -> None:
    """Keep the recruiter's ids of a participation, readable with the installation's key only."""
    PaymentReference.objects.update_or_create(participation=participation, defaults={"sealed": sealed(ids)})


def sealed(ids: Ids) -> str:
    """Ids as a text that only the installation's key opens."""
    return _safe().encrypt(json.dumps(dict(ids)).encode()).decode()


def unsealed(participation: Participation) -> dict[str, str]:
    """The recruiter's ids of a participation; empty if there are none, or they were forgotten.

    Raises CannotOpen if the installation's key has changed since.
    """
    reference = PaymentReference.objects.filter(participation=participation).first()
    return {} if reference is None else opened(reference.sealed)


def opened(sealed: str) -> dict[str, str]:
    """The ids in a sealed text; raises CannotOpen."""
    try:
        ids: dict[str, str] = json.loads(_safe().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise CannotOpen(
            "The ids were sealed under another PARTICIPANT_ID_KEY. Set the key that was in force back then, "
            "and try again."
        ) from error
    return ids
