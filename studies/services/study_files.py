"""Studies from files and back: the file says everything, the rows are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from colorizers.models import Colorizer, PhotoSet
from colorizers.tools import declared
from studies.models import Condition, Study, new_seed
from studies.services import copies, previews
from studies.services.study_file_format import (
    CONDITION_KEYS,
    STUDY_KEYS,
    Document,
    StudyFileRefused,
    read,
    write,
)

__all__ = ["StudyFileRefused", "as_document", "create_study", "export_study"]


@transaction.atomic
def create_study(
    text: str, *, owner: Any = None, replace: bool = False, rename: bool = False, by: Any = None
) -> tuple[Study, bool]:
    """The draft that a study file describes, and whether it is new.

    If its slug is taken, `replace` rewrites a draft of that slug and `rename` takes the next free one. A
    draft that is rewritten stays its owner's; one that has none gets the given one.
    `by` is a person of the workbench: they rewrite only what they may see. Raises StudyFileRefused with all
    errors at once.
    """
    document = read(text)
    _resolve(document)
    present = Study.objects.select_for_update().filter(slug=document.study.get("slug", "")).first()
    if present is not None and rename:
        document.study["slug"], present = copies.free_slug(present.slug), None
    if present is not None:
        document.errors.extend(_why_not_replaced(present, replace, by))
    study = present or Study(owner=owner)
    _fill(study, document)
    if document.errors:
        raise StudyFileRefused(document.errors)
    if present is not None:
        previews.discard_previews(study)
        study.conditions.all().delete()
        if study.owner is None and by is None:
            study.owner = owner
        study.preparation = {}
    study.save()
    for position, condition in enumerate(document.conditions):
        Condition.objects.create(study=study, position=position, **condition)
    return study, present is None


def _resolve(document: Document) -> None:
    """Put rows in the place of names; what is not there is an error that names the nearest."""
    name = document.study.get("photo_set")
    if name is not None:
        photo_set = PhotoSet.objects.filter(name=name).first()
        if photo_set is not None:
            document.study["photo_set"] = photo_set
        else:
            del document.study["photo_set"]
            names = list(PhotoSet.objects.values_list("name", flat=True))
            document.errors.append(_absent("photo_set", "photo set", name, names))
    known = list(Colorizer.objects.values_list("slug", flat=True))
    for number, condition in enumerate(document.conditions, start=1):
        slug = condition.get("colorizer")
        if slug is not None and slug not in known:
            where = f"In [[conditions]] number {number}: colorizer"
            document.errors.append(_absent(where, "colorizer", slug, known))
            del condition["colorizer"]
        elif slug is not None:
            condition["colorizer"] = Colorizer.objects.get(slug=slug)
    slugs = [condition.get("slug", "") for condition in document.conditions]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        document.errors.append(f"{slugs.count(slug)} conditions have the slug {slug!r}; each needs its own.")


def _absent(where: str, kind: str, name: str, known: list[str]) -> str:
    if not known:
        return f"{where}: there is no {kind} yet, so {name!r} cannot be used."
    return f"{where}: {declared.unknown(name, known)}"


def _why_not_replaced(present: Study, replace: bool, by: Any) -> list[str]:
    if by is not None and not Study.objects.visible_to(by).filter(pk=present.pk).exists():
        return [f"slug: somebody else's study is called {present.slug!r}; use another name."]
    if not present.is_draft:
        return [f"slug: {present.why_fixed()}"]
    if not replace:
        how = "--replace rewrites it" if by is None else "choose below what shall happen to it"
        return [f"slug: there is a draft called {present.slug!r} already; {how}."]
    return []


def _fill(study: Study, document: Document) -> None:
    values = dict(document.study)
    seed = values.pop("seed", None)
    if seed is not None or study._state.adding:
        study.seed = new_seed() if seed is None else seed
    for name, value in values.items():
        setattr(study, name, value)
    document.errors.extend(_field_errors(study, "", values))
    for number, condition in enumerate(document.conditions, start=1):
        place = f"In [[conditions]] number {number}: "
        document.errors.extend(_field_errors(Condition(**condition), place, condition))


def _field_errors(row: Study | Condition, place: str, given: Mapping[str, Any]) -> list[str]:
    """What the columns refuse of the given values: lengths, ranges, forms of slugs."""
    judged_elsewhere = {"design", "photo_set", "colorizer"}
    others = {item.name for item in row._meta.concrete_fields if item.name not in given}
    try:
        row.clean_fields(exclude=others | judged_elsewhere)
    except ValidationError as error:
        return [
            f"{place}{name}: {' '.join(sentences)}" for name, sentences in sorted(error.message_dict.items())
        ]
    return []


def as_document(study: Study) -> dict[str, Any]:
    """Everything that a study file says about a study, in the file's order."""
    document: dict[str, Any] = {
        name: getattr(study, name) for name in STUDY_KEYS if name not in {"photo_set", "conditions"}
    }
    document["photo_set"] = study.photo_set.name
    document["conditions"] = [
        {
            name: condition.colorizer.slug if name == "colorizer" else getattr(condition, name)
            for name in CONDITION_KEYS
        }
        for condition in study.conditions.select_related("colorizer")
    ]
    return {name: document[name] for name in STUDY_KEYS}


def export_study(study: Study) -> str:
    """The study file that makes the same study again."""
    return write(as_document(study))
