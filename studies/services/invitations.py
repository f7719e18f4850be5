"""Single-use links: made in numbers, handed out as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings
from django.urls import reverse

from colorizers.tools.csv_files import csv_lines
from studies.models import Invitation, Study

MOST = 5000
COLUMNS = ("number", "link", "label", "used")


class NotInvited(ValueError):
    """Links cannot be made for this study, or not so many; the message says why."""


def make(study: Study, count: int, *, labels: Sequence[str] = ()) -> list[Invitation]:
    """So many new links into a study; raises NotInvited."""
    if study.recruiter != "single_use":
        raise NotInvited(
            f"The study {study.slug!r} has the recruiter {study.recruiter!r}. Single-use links need a study "
            "with recruiter single_use; it is chosen before the launch."
        )
    if not 1 <= count <= MOST:
        raise NotInvited(f"Make 1 to {MOST} links at a time, not {count}.")
    named = [*labels[:count], *[""] * (count - len(labels))]
    return Invitation.objects.bulk_create(Invitation(study=study, label=label[:200]) for label in named)


def link(invitation: Invitation) -> str:
    """The address that one person gets."""
    address = reverse("studies:invitation", args=[invitation.study.slug, invitation.code])
    return f"{settings.SITE_URL}{address}"


def lines(invitations: Iterable[Invitation]) -> Iterator[str]:
    """Links as lines of CSV that no spreadsheet runs as formulas."""
    rows = (
        {
            "number": number,
            "link": link(invitation),
            "label": invitation.label,
            "used": "yes" if invitation.participation_id else "no",
        }
        for number, invitation in enumerate(invitations, start=1)
    )
    return csv_lines(rows, COLUMNS)
