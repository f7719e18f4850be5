"""The protocol: everything that decided how people were asked, in canonical form under one digest."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from colorizers.models import digest_of
from studies.models import PhotoRole, Study
from studies.services import stimuli, study_files

FORMAT = 1

INFERENCE_RULE = "bell_mccaffrey_two_way"
"""How evaluation/ finds the variances and degrees of freedom of a study launched now. A protocol without this
name is older than the rule."""

CROPS = {"photo_cluster": "source"}
"""Crops of one photograph are one photo in variances and tests; of earlier launches each is its own."""


def protocol_of(study: Study, *, code_version: str = settings.VERSION) -> dict[str, Any]:
    """The protocol as the rows give it now."""
    roles: dict[str, list[str]] = {role: [] for role in PhotoRole.values}
    for role, digest in study.study_photos.order_by("photo__digest").values_list("role", "photo__digest"):
        roles[role].append(digest)
    shown = stimuli.digests(study)
    return {
        "format": FORMAT,
        "code_version": code_version,
        "study": study_files.as_document(study),
        "photos": roles,
        "colorizers": {
            condition.slug: {
                "digest": condition.colorizer.digest,
                "identity": condition.colorizer.identity(),
            }
            for condition in study.conditions.select_related("colorizer__reference_set")
        },
        "inference": {"rule": INFERENCE_RULE} | (CROPS if study.allow_crops else {}),
        "stimuli": {"count": len(shown), "digest": digest_of(shown)},
    }


def photo_clusters(study: Study) -> dict[str, str]:
    """Of each test photo the digest of the file that it was cut from, where some share theirs.

    Empty for studies that were launched when each crop still counted as a photo of its own.
    """
    if not study.allow_crops or (
        study.protocol and "photo_cluster" not in study.protocol.get("inference", {})
    ):
        return {}
    found = dict(study.study_photos.values_list("photo__digest", "photo__source_digest"))
    return found if len(set(found.values())) < len(found) else {}


def verify_protocol(study: Study, *, files: bool = False) -> list[str]:
    """What differs between the protocol as launched and the rows as they are; empty if all is well.

    `files` also reads every stimulus and compares its digest.
    """
    if not study.protocol:
        return [f"The study {study.slug!r} has no protocol yet: it was never launched."]
    found = []
    if digest_of(study.protocol) != study.digest:
        found.append("The stored protocol does not match its digest.")
    now = protocol_of(study, code_version=study.protocol["code_version"])
    # A protocol of an earlier release does not name what came later; its digest keeps its own names in.
    named = study.protocol.get("study") or {}
    now["study"] = {name: value for name, value in now["study"].items() if name in named}
    for part in ("study", "photos", "colorizers", "stimuli"):
        if now[part] != study.protocol.get(part):
            found.append(f"The protocol's part {part!r} is not what was launched{_where(study, now, part)}.")
    if files:
        found.extend(
            f"The file {stimulus.file.name} is gone or changed." for stimulus in stimuli.damaged(study)
        )
    return found


def _where(study: Study, now: dict[str, Any], part: str) -> str:
    then = study.protocol.get(part) or {}
    keys = sorted(key for key in then.keys() | now[part].keys() if then.get(key) != now[part].get(key))
    return f" ({', '.join(keys)})"
