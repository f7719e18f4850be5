"""What participants read, in every language that the survey speaks."""

import dataclasses
import importlib.util
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from config.processes.node import node
from studies import designs
from studies.designs._words import PAIRS, Words
from studies.texts.designs import spoken_words
from studies.texts.runner import runner_texts
from tests.studies.designs.plans import FEW, FEW_TRIALS, dealt

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
messages = importlib.util.module_from_spec(SCRIPT)
sys.modules["messages"] = messages
SCRIPT.loader.exec_module(messages)

PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")
RUN = ".venv/bin/python scripts/messages.py"


@pytest.fixture(scope="module")
def said():
    """Everything that the participants' side says, by context and text."""
    return {(message.context, message.id): message for message in messages.collected() if message.id}


def test_the_catalogues_are_those_of_the_settings():
    codes = {translation.to_locale(code) for code, _name in settings.LANGUAGES} - {"en"}
    assert codes == set(messages.LANGUAGES)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_everything_is_translated_and_nothing_is_left_over(language, said):
    known = {(message.context, message.id): message for message in messages.read(language) if message.id}
    assert set(known) == set(said), f"Run: {RUN}"
    for message in known.values():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id
        assert "fuzzy" not in message.flags


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_translation_fills_in_what_the_original_fills_in(language):
    for message in messages.read(language):
        original = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not message.id:
            continue
        for string in strings:
            assert sorted(PLACE.findall(string)) == sorted(PLACE.findall(original[-1])), string


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_compiled_file_is_that_of_its_catalogue(language):
    compiled = (messages.LOCALE / language / "LC_MESSAGES" / "django.mo").read_bytes()
    assert compiled == messages.compiled(messages.read(language)), f"Run: {RUN}"


@pytest.mark.parametrize("name", designs.names())
def test_whatever_a_design_says_is_collected_for_the_translators(name, said):
    for design in in_all_its_ways(name):
        for text in texts_of(dataclasses.asdict(design.words())):
            assert (getattr(text, "context", None), text) in said
        for spec in design.upcoming(dealt(design, ["deep", "flat", "sepia", "warm"]), [], 1):
            for question in (spec, *spec.more):
                assert (None, question.prompt) in said
                # Numbers are the same in all languages.
                labels = {choice.label for choice in question.answers if not choice.label.isdigit()}
                assert {("answer", label) for label in labels} <= said.keys()


def in_all_its_ways(name):
    """The design under each combination of the settings that change its words."""
    known = {field.name: field for field in dataclasses.fields(designs.get(name).Settings)}
    ways = {
        key: list(field.metadata["choices"]) for key, field in known.items() if "choices" in field.metadata
    }
    ways |= {key: [False, True] for key, field in known.items() if field.default is False}
    ways |= {"answer_limit_ms": [None, 3000]}
    if "exposure_ms" in known:
        ways["exposure_ms"] = [known["exposure_ms"].default, 1000]
    for values in itertools.product(*ways.values()):
        chosen = dict(zip(ways, values, strict=True))
        if chosen.get("presentation") == "sequential" and chosen["exposure_ms"] is None:
            continue
        yield designs.get(name).configured(FEW_TRIALS.get(name, FEW) | chosen)


def texts_of(words, name=""):
    """Every text of a design's words; kinds and scenes of figures are names."""
    if name in {"kind", "scenes"}:
        return []
    if isinstance(words, dict):
        return [text for key, value in words.items() for text in texts_of(value, key)]
    if isinstance(words, list | tuple):
        return [text for value in words for text in texts_of(value)]
    return [words] if words else []


def test_what_a_design_says_comes_in_the_language_that_is_active():
    with translation.override("de"):
        words = spoken_words(designs.get("pair").words())
    assert words["verdict"]["right"] == "Richtig"
    assert words["noun"] | {"at": ""} == {
        "one": "Paar", "many": "Paare", "heading": "Bildpaare", "at": "",
        "so_far": "Sie haben {done} von {total} Paaren geschafft.",
    }  # fmt: skip
    assert words["pages"][0]["figure"]["scenes"] == {"left": "real", "right": "invented"}


def test_a_text_that_nobody_has_translated_stays_english():
    words = dataclasses.replace(Words(), lead="Nobody has translated this.", noun=PAIRS)
    with translation.override("de"):
        spoken = spoken_words(words)
    assert spoken["lead"] == "Nobody has translated this."
    assert (spoken["pages"][0]["figure"], spoken["look"]) == (None, None)


def test_the_runner_falls_back_to_the_very_same_words():
    script = "import { ENGLISH } from './texts.js'; console.log(JSON.stringify(ENGLISH));"
    folder = ROOT / "studies" / "static" / "studies" / "runner"
    done = subprocess.run(
        [str(node()), "--input-type=module", "-e", script],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    with translation.override("en"):
        assert json.loads(done.stdout) == runner_texts()


def test_the_runner_speaks_the_language_that_is_active():
    with translation.override("de"):
        assert runner_texts()["test"]["next"] == "Test beginnen"
        assert runner_texts()["places"]["right"] == "Rechts"
