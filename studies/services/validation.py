"""Whether a study could be launched: everything that is missing, in words, with what to do."""

from __future__ import annotations

import math
from collections import Counter

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Least

from colorizers.models import OPEN_STATES, GenerationRun, Photo
from colorizers.services.catalogue import import_command, missing_colorizations
from colorizers.tools import declared
from colorizers.tools.command_line import MANAGE
from studies import designs, recruiters
from studies.designs import _example
from studies.designs._design import ONCE, REPEATED, Design, Needs, Treatment
from studies.designs._trial import REAL
from studies.models import Allocation, Condition, ConditionKind, Study
from studies.rules import randomisation, study_settings, vigilance, voiding
from studies.rules.strict_view import StrictRules, strict_rules
from studies.services import copies, roles
from studies.services.finished_pictures import check_finished_pictures
from studies.services.readiness import Finding, Readiness
from studies.texts import languages

# With fewer of them an interval is too wide to conclude much.
FEW_PHOTOS = 20
FEW_PEOPLE = 10
FEW_JUDGEMENTS = 100
# With fewer photos to spare, as a share of the trials, somebody's slow computer soon leaves gaps.
SPARE_SHARE = 0.1
NEEDED_TEXTS = {"title": "title", "information": "study information", "consent": "consent text"}
WISHED_TEXTS = {
    "contact": "Nobody is named whom participants can ask; most ethics boards want a contact.",
    "question": "The question of the study is not written down; the report leaves its place empty.",
}
ANY_ATTENTIVE = (
    "Make sure that any attentive person spots it: the published studies copied the colours of another photo."
)


def check(study: Study) -> Readiness:
    """Look at everything that a launch needs; changes nothing."""
    readiness = Readiness()
    conditions = list(study.conditions.select_related("colorizer"))
    _check_fields(study, readiness)
    _check_languages(study, readiness)
    design = _check_settings(study, readiness)
    _check_conditions(conditions, readiness)
    _check_catalogue(study, conditions, readiness)
    check_finished_pictures(study, conditions, readiness)
    _check_photos(study, readiness)
    if design is not None:
        needs, treatments = design.needs(), _check_treatments(design, study, conditions, readiness)
        _check_vigilance(study, design, readiness)
        _check_supply(study, design, treatments, readiness)
        _check_spares(study, design, treatments, readiness)
        _check_plan(study, needs, treatments, conditions, readiness)
    return readiness


def _check_fields(study: Study, readiness: Readiness) -> None:
    try:
        study.clean_fields(exclude=["design", "recruiter", *study_settings.TITLES, *NEEDED_TEXTS])
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            readiness.problem(f"{name}: {' '.join(sentences)}", f"field:{name}")
    for name, words in NEEDED_TEXTS.items():
        if not getattr(study, name).strip():
            readiness.problem(f"The {words} is empty.", f"field:{name}")
    for name, sentence in WISHED_TEXTS.items():
        if not getattr(study, name).strip():
            readiness.warn(sentence, f"field:{name}")
    if copies.COPY.search(study.title):
        readiness.warn(f"Participants will read the title of the copy: “{study.title}”.", "field:title")


def _check_languages(study: Study, readiness: Readiness) -> None:
    """Languages that nobody can read are problems; a text that falls back to the first one is a warning."""
    names = languages.NAMES
    for code in study.languages:
        if code not in names:
            readiness.problem(f"languages: {declared.unknown(code, list(names))}", "field:languages")
    if not study.languages:
        readiness.problem("The study is offered in no language: name one at least.", "field:languages")
    for code, lacking in languages.missing(study).items():
        readiness.warn(
            f"In {names[code]} these texts are missing, and participants read them in "
            f"{names.get(study.languages[0], study.languages[0])}: {', '.join(lacking)}.",
            "field:languages",
        )
    for code in study.translations:
        if code not in study.languages[1:]:
            readiness.warn(
                f"There are texts in {names.get(code, code)}, but the study is not offered in it.",
                "field:languages",
            )


def _check_settings(study: Study, readiness: Readiness) -> Design | None:
    """The design under its settings, or None with the reasons written down."""
    for name, known in (("design", designs.offered()), ("recruiter", recruiters.names())):
        value = getattr(study, name)
        if value not in known:
            readiness.problem(f"{name.capitalize()}: {declared.unknown(value, known)}", f"field:{name}")
    refused = False
    for column, kind in study_settings.kinds(study.design, study.recruiter).items():
        for sentence in declared.problems(kind, getattr(study, column)):
            readiness.problem(f"{study_settings.TITLES[column]}: {sentence}", f"field:{column}")
            refused = refused or column == "design_settings"
    _check_recruiter(study, readiness)
    if refused or study.design not in designs.offered():
        return None
    return designs.get(study.design).configured(study.design_settings)


def _check_treatments(
    design: Design, study: Study, conditions: list[Condition], readiness: Readiness
) -> list[Treatment]:
    """What is put to judgement; none, with the reason written down, if the design cannot do with these."""
    if study.allocation not in design.allocations and study.allocation in Allocation.values:
        label = Allocation(study.allocation).label
        readiness.problem(f"The {design.title.lower()} cannot do “{label}”.", "field:allocation")
    if design.needs_truth and study.photo_set.is_monochrome:
        readiness.problem(
            f"The photo set {study.photo_set.name!r} holds photographs without colour: nobody knows their "
            "true colours, so there is no real photo that a recoloured one could be told from. Choose a "
            "set of colour photographs.",
            "photo_set",
            pk=study.photo_set_id,
        )
    arms = [condition.slug for condition in conditions if condition.kind == ConditionKind.TEST]
    try:
        return design.treatments(arms) if arms else []
    except ValueError as error:
        readiness.problem(str(error), "conditions")
        return []


def _check_recruiter(study: Study, readiness: Readiness) -> None:
    if study.recruiter not in recruiters.names():
        return
    recruiter = recruiters.get(study.recruiter)
    if declared.problems(recruiter.Settings, study.recruiter_settings):
        return
    for sentence in recruiter.missing(recruiter.Settings(**study.recruiter_settings)):
        readiness.problem(f"{recruiter.title}: {sentence}", "field:recruiter_settings")
    for sentence in recruiter.risks(recruiter.Settings(**study.recruiter_settings)):
        readiness.warn(f"{recruiter.title}: {sentence}", "field:recruiter_settings")


def _check_conditions(conditions: list[Condition], readiness: Readiness) -> None:
    controls = [condition for condition in conditions if condition.kind == ConditionKind.VIGILANCE]
    if len(controls) == len(conditions):
        readiness.problem(
            "There is no condition under test: add one for each colorizer that people are to judge.",
            "conditions",
        )
    if len(controls) > 1:
        readiness.problem(f"There are {len(controls)} vigilance conditions; keep one.", "conditions")
    for slug, count in Counter(condition.colorizer.slug for condition in conditions).items():
        if count > 1:
            readiness.problem(
                f"{count} conditions have the colorizer {slug!r}; each needs one of its own.", "conditions"
            )
    for condition in controls:
        method = condition.colorizer.method
        if method != "random":
            readiness.warn(
                f"The vigilance control {condition} is painted by {method!r}. {ANY_ATTENTIVE}", "conditions"
            )


def _check_catalogue(study: Study, conditions: list[Condition], readiness: Readiness) -> None:
    photo_set = study.photo_set
    total = photo_set.photos.count()
    for condition in conditions:
        missing = missing_colorizations(photo_set, condition.colorizer).count()
        if not missing:
            continue
        slug = condition.colorizer.slug
        if not condition.colorizer.paints:
            readiness.problem(
                f"{missing} of {total} photos {_verb(missing, 'has', 'have')} no picture by the colorizer "
                f"{slug!r}, whose pictures were made elsewhere. Import the rest.",
                "pictures",
                pk=condition.colorizer_id,
                command=import_command(photo_set, condition.colorizer),
            )
            continue
        command = f"{MANAGE} colorize --set {photo_set.name} --colorizer {slug} --wait"
        text = (
            f"The catalogue is incomplete: {missing} of {total} photos {_verb(missing, 'has', 'have')} no "
            f"picture by the colorizer {slug!r}."
        )
        run = GenerationRun.objects.filter(
            photo_set=photo_set, colorizer=condition.colorizer_id, state__in=OPEN_STATES
        ).first()
        if run is not None:
            text += " They are being made: wait until that run is done."
            readiness.problem(text, "run", pk=run.pk, command=command)
        else:
            text += " Have them made: “Colour with…” on the page of the photo set."
            readiness.problem(text, "catalogue", pk=condition.colorizer_id, command=command)


def _check_photos(study: Study, readiness: Readiness) -> None:
    photos = study.photo_set.photos
    small = photos.annotate(side=Least("width", "height")).filter(side__lt=study.image_px)
    if small.exists():
        readiness.problem(
            f"{_counted(small.count(), 'photo is', 'photos are')} smaller than {study.image_px} pixels on "
            f"the shorter side and would have to be enlarged: {_names(small)}. Lower image_px, or take "
            "them out of the set; of a set that is frozen make a new one without them.",
            "photo_set",
            pk=study.photo_set_id,
        )
    families = Counter(photos.order_by().values_list("source_digest", flat=True))
    crops = sum(count - 1 for count in families.values())
    if crops and not study.allow_crops:
        readiness.problem(
            f"{_counted(crops, 'picture is', 'pictures are')} cut from the same file as another one of the "
            "set. Take out what is double, or say with allow_crops that crops count as different photos.",
            "photo_set",
            pk=study.photo_set_id,
        )


def _names(photos: QuerySet[Photo], limit: int = 3) -> str:
    names = [f"{photo.name} ({photo.width} × {photo.height})" for photo in photos[:limit]]
    more = photos.count() - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _check_supply(study: Study, design: Design, treatments: list[Treatment], readiness: Readiness) -> None:
    needs = design.needs()
    have = roles.deal(study, needs)
    main = randomisation.test_photos(treatments, needs, design.photo_use)
    if len(have.practice) < needs.practice or len(have.test) < main:
        readiness.problem(
            f"{_taken(needs, main, design.photo_use)} The set has "
            f"{len(have.practice) + len(have.test)}, which leaves {len(have.test)} when practice has its "
            "own. Add photos, or plan fewer trials.",
            "photo_set",
            pk=study.photo_set_id,
        )
    elif len(have.test) < FEW_PHOTOS:
        readiness.warn(
            f"Only {_counted(len(have.test), 'photo is', 'photos are')} judged: an interval for new "
            "photographs will be wide, however many people take part.",
            "photo_set",
            pk=study.photo_set_id,
        )


def _taken(needs: Needs, main: int, photo_use: str) -> str:
    if photo_use != ONCE:
        return f"A participation takes {needs.practice} photos for practice and {main} others."
    return (
        f"A participation takes {needs.practice + main} photos and shows none twice: {needs.practice} "
        f"for practice, {needs.test} for test and {needs.vigilance} for vigilance."
    )


def _check_spares(study: Study, design: Design, treatments: list[Treatment], readiness: Readiness) -> None:
    """Photos that a participation does not use are what spoiled trials are replaced with."""
    if declared.problems(voiding.VoidingRules, study.voiding) or design.photo_use == REPEATED:
        return
    rules, needs = voiding.voiding_rules(study.voiding), design.needs()
    main = randomisation.test_photos(treatments, needs, design.photo_use)
    spare, wished = len(roles.deal(study, needs).test) - main, math.ceil(SPARE_SHARE * main)
    if not (rules.repeat and rules.most_repeats) or not 0 <= spare < wished:
        return
    left = f"Only {_counted(spare, 'photo is', 'photos are')}" if spare else "No photo is"
    readiness.warn(
        f"{left} left over to take the place of spoiled trials: a participation uses {main} of the "
        f"{main + spare} photos that are judged. A trial that cannot be repeated is missing in the rates. "
        f"About {wished} to spare are wise: add photos, or plan fewer trials.",
        "photo_set",
        pk=study.photo_set_id,
    )


def _check_vigilance(study: Study, design: Design, readiness: Readiness) -> None:
    """Say whom the vigilance trials let through, and warn if it is many guessers or few attentive people."""
    needs = design.needs()
    if not needs.vigilance or declared.problems(StrictRules, study.exclusion_rules):
        return
    guessing = _example.passing_by_chance(design)
    chosen = vigilance.Filter(needs.vigilance, strict_rules(study.exclusion_rules).vigilance_pass, guessing)
    sentences = f"Attention: {design.attention_words} {chosen.sentence}"
    if chosen.is_sharp:
        readiness.notes.append(Finding(sentences, "field:exclusion_rules"))
        return
    better = vigilance.fewest(guessing)
    advice = "No number of such trials tells people who guess from attentive ones."
    if better:
        advice = (
            f"With {better.trials} vigilance trials and vigilance_pass = {better.share:g} at most 5% of "
            "guessers and at least 95% of attentive people pass."
        )
    readiness.warn(f"{sentences} {advice}", "field:design_settings")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {_verb(count, one, many)}"


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _check_plan(
    study: Study,
    needs: Needs,
    treatments: list[Treatment],
    conditions: list[Condition],
    readiness: Readiness,
) -> None:
    # The real photo by itself is under no test.
    tested = [one for one in treatments if one.arms != (REAL,)]
    put, tests = len(tested), round(needs.test * sum(one.share for one in tested))
    if needs.vigilance and all(condition.kind == ConditionKind.TEST for condition in conditions):
        readiness.problem(
            f"{_counted(needs.vigilance, 'vigilance trial is', 'vigilance trials are')} planned, but there "
            "is no vigilance condition: add one with a colorizer of the method “random”, or set "
            "vigilance_share to 0.",
            "conditions",
        )
    if needs.easy and all(condition.kind == ConditionKind.TEST for condition in conditions):
        readiness.problem(
            "A qualification is planned, but there is no vigilance condition whose pictures it could show: "
            "add one with a colorizer of the method “random”, or set qualification_trials to 0.",
            "conditions",
        )
    alone = all(len(one.arms) == 1 for one in treatments)
    what = "condition" if alone else "set of pictures"
    # Sets of pictures are balanced over people; each of them sees some.
    if study.allocation == Allocation.MIXED and alone and tests < put:
        readiness.problem(
            f"Every participant is to see every {what}, but there are {put} of them and only "
            f"{tests} test trials: plan more, or let each participant see one condition.",
            "field:allocation",
        )
    if study.arm_quota is not None and study.allocation == Allocation.MIXED:
        readiness.warn(
            "A limit of participants per condition has no effect: every participant sees every condition.",
            "field:arm_quota",
        )
    if not needs.practice:
        readiness.warn("No practice is planned: the first test trials will be it.", "field:design_settings")
    if not needs.vigilance:
        readiness.warn(
            "No vigilance trials are planned: the strict view cannot tell who did not look.",
            "field:design_settings",
        )
    people = study.planned_participants
    if people < FEW_PEOPLE:
        readiness.warn(
            f"{_counted(people, 'participant is', 'participants are')} few: an interval for new people will "
            "be wide.",
            "field:planned_participants",
        )
    judged = people * tests // max(put, 1)
    if judged < FEW_JUDGEMENTS:
        readiness.warn(
            f"About {judged} judgements of each {what} are planned; with under {FEW_JUDGEMENTS} a rate is "
            "uncertain by ten points and more.",
            "field:planned_participants",
        )
