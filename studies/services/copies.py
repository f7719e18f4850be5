"""A study once more, as a draft: all that says how people are asked, with a seed and a name of its own."""

from __future__ import annotations

import copy
import re
from typing import Any

from django.db import transaction

from studies.models import Study, new_seed

COPY = re.compile(r" \(copy(?: (\d+))?\)$")
COPY_SLUG = re.compile(r"-copy(?:-\d+)?$")
OWN = {"slug", "title", "seed"}


@transaction.atomic
def clone(*, study: Study, by: Any = None) -> Study:
    """A draft with the settings, texts, translations, conditions and photo set of any study."""
    fields = {name: copy.deepcopy(getattr(study, name)) for name in Study.PROTOCOL_FIELDS if name not in OWN}
    made = Study.objects.create(
        slug=free_slug(COPY_SLUG.sub("", study.slug) + "-copy"),
        title=_title(study.title),
        seed=new_seed(),
        owner=by if by is not None else study.owner,
        **fields,
    )
    for arm in study.conditions.all():
        arm.pk, arm.study, arm._state.adding = None, made, True
        arm.save()
    return made


def free_slug(wanted: str) -> str:
    """A name that no study has: the one that is wanted, or the same with a number behind it."""
    longest = Study._meta.get_field("slug").max_length or 100
    number, slug = 1, wanted[:longest].rstrip("-_.")
    while Study.objects.filter(slug=slug).exists():
        number += 1
        end = f"-{number}"
        slug = wanted[: longest - len(end)].rstrip("-_.") + end
    return slug


def _title(title: str) -> str:
    found = COPY.search(title)
    end = f" (copy {int(found[1] or 1) + 1})" if found else " (copy)"
    return COPY.sub("", title)[: 200 - len(end)] + end
