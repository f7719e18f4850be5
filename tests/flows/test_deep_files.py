"""JSON and TOML nested thousands deep: wherever they come in, one sentence, and never a traceback."""

import json
from base64 import urlsafe_b64encode

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from colorizers.admin.colorizer_form import _setting
from colorizers.tools.nested import LEVELS, load_json, load_toml
from colorizers.training.recipe import RecipeRefused, read_recipe
from colorizers.weights.files import WeightsRefused, read_header
from studies.recruiters import _signatures
from studies.rules import payloads
from studies.services import signed_arrivals

SENTENCE = "within each other are read"
LISTS, OBJECTS = "[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000
# The parser takes them in a loop: what falls over is whoever shows or writes the value.
DOTTED = "a." * 3000 + "a = 1"
DEEP_TOML = [f"slug = {LISTS}", DOTTED, f"[{'a.' * 3000}a]\n", "slug = " + "{a=" * 5000]


def test_what_people_nest_is_read_and_what_a_machine_nests_is_not():
    for levels, is_read in ((LEVELS, True), (LEVELS + 1, False), (900, False)):
        for load, text in (
            (load_json, "[" * levels + "]" * levels),
            (load_toml, "a." * (levels - 1) + "a=1"),
        ):
            if is_read:
                load(text)
            else:
                with pytest.raises(ValueError, match=SENTENCE):
                    load(text)


@pytest.mark.parametrize("text", DEEP_TOML)
def test_a_deep_study_file_is_refused_by_the_command_and_by_the_page(admin_client, db, tmp_path, text):
    file = tmp_path / "study.toml"
    file.write_text(text)
    with pytest.raises(CommandError, match=SENTENCE):
        call_command("create_study", str(file))
    sent = {"file": SimpleUploadedFile("study.toml", text.encode()), "taken": "refuse"}
    reply = admin_client.post("/admin/studies/study/upload/", sent)
    assert reply.status_code == 422
    assert SENTENCE in reply.content.decode()


def test_a_number_of_thousands_of_digits_is_refused_in_a_sentence(db, tmp_path):
    file = tmp_path / "study.toml"
    file.write_text("image_px = " + "1" * 5000)
    with pytest.raises(CommandError, match="It is not TOML that can be read"):
        call_command("create_study", str(file))


def test_a_whole_number_of_many_digits_is_refused_in_whatever_base(db, tmp_path):
    file = tmp_path / "study.toml"
    for number in ("0x" + "f" * 5000, "-0b1" + "0" * 64, "[[1], [0o7" + "0" * 5000 + "]]", str(2**63)):
        for key in ("image_px", "strange"):
            file.write_text(f"{key} = {number}".replace("-0b", "0b"))
            with pytest.raises(CommandError, match="whole numbers are from"):
                call_command("create_study", str(file))
    assert load_toml(f"a = {2**63 - 1}\nb = -{2**63}\nc = true") == {"a": 2**63 - 1, "b": -(2**63), "c": True}


def test_dots_in_texts_comments_and_numbers_are_no_key():
    dots = "a." * 100
    for text in (
        f'"{dots}"',
        f"'{dots}'",
        f'"""{dots}\\"\n{dots}"""',
        f"'''{dots}'''",
        f"1 # {dots}",
        f"[{'1.5, ' * 100}]",
    ):
        assert "a" in load_toml(f"b.c = 2\na = {text}\n")


@pytest.mark.timeout(20)
def test_no_study_file_takes_long_to_refuse(admin_client, db):
    head = 'slug = "s"\ntitle = "T"\ninformation = "i"\nconsent = "c"\nphoto_set = "m"\n'
    bodies = {
        SENTENCE: "a." * 16_000 + "a = 1",
        "read; these are deeper": "".join(f"{'a . ' * 70}b{n} = 1\n" for n in range(700)),
        "there are 19980 more unknown names": "".join(f"k{n} = 1\n" for n in range(20_000)),
        "In [design_settings]: there are 19980 more": "[design_settings]\n"
        + "".join(f"k{n} = 1\n" for n in range(20_000)),
        "There are more errors than these": "conditions = [" + "{a=1,b=1}, " * 20_000 + "]",
        "It is not TOML": '"""' + '\\"""' * 50_000,
        "at most 256": "#" * 300_000,
    }
    for says, body in bodies.items():
        sent = {"file": SimpleUploadedFile("study.toml", (head + body).encode()), "taken": "refuse"}
        reply = admin_client.post("/admin/studies/study/upload/", sent)
        assert (reply.status_code, says in reply.content.decode()) == (422, True), says
        assert len(reply.content) < 500_000


@pytest.mark.parametrize("text", DEEP_TOML)
def test_a_deep_recipe_is_refused(tmp_path, text):
    (tmp_path / "recipe.toml").write_text(text)
    with pytest.raises(RecipeRefused, match=SENTENCE):
        read_recipe(tmp_path / "recipe.toml")


@pytest.mark.parametrize("text", [LISTS, OBJECTS])
def test_deep_json_is_refused_wherever_it_comes_in(db, tmp_path, settings, text):
    with pytest.raises(CommandError, match=SENTENCE) as refused:
        call_command("register_colorizer", method="sepia", name="s", method_settings=text)
    assert len(str(refused.value)) < 500
    with pytest.raises(ValidationError, match=SENTENCE):
        _setting("curve", {}).clean(text)
    with pytest.raises(payloads.BadPayload):
        payloads.load_object(text.encode(), most=2**20)
    weights = tmp_path / "net.safetensors"
    for header in (text, json.dumps({"__metadata__": {"foolrate": text, "training": text}})):
        weights.write_bytes(len(header).to_bytes(8, "little") + header.encode())
        with pytest.raises(WeightsRefused):
            read_header(weights)
    settings.PROLIFIC_KEYS = f'{{"keys": {text}}}'
    with pytest.raises(signed_arrivals.NoKeys, match=SENTENCE):
        signed_arrivals._Keys().get()
    with pytest.raises(_signatures.NotSigned):
        _signatures._json(urlsafe_b64encode(text.encode()).decode())
