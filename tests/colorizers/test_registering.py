"""A colorizer is what it was registered as, for good."""

import hashlib
import importlib.util
import os
import pickle
import subprocess
import sys

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from colorizers.models import Colorizer, Fixed, Photo
from colorizers.services import checking, registering, waiting_checks
from tests.builders import fill_catalogue, make_colorizer, make_photo, make_photo_set
from tests.colorizers.compact import compact_weights
from tests.small_networks import small_weights

pytestmark = pytest.mark.django_db


def test_settings_are_completed_with_the_methods_defaults():
    colorizer = registering.register_colorizer(slug="s", method="sepia", settings={"a": 5.0})
    assert colorizer.settings == {"a": 5.0, "b": 8.0}
    assert colorizer.variant == "default"


def test_registering_the_same_again_gives_the_same_row():
    first = registering.register_colorizer(slug="s", method="sepia")
    again = registering.register_colorizer(slug="s", method="sepia", settings={"b": 8.0})
    assert first == again
    assert Colorizer.objects.count() == 1


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"method": "sepai"}, "Did you mean 'sepia'"),
        ({"settings": {"bb": 1.0}}, "did you mean 'b'"),
        ({"settings": {"a": "much"}}, "must be of type float"),
        ({"variant": "dark"}, "no variant 'dark'"),
        ({"slug": "Not A Slug"}, "small letters"),
        ({"method": "random"}, "needs a reference set"),
        (
            {"method": "zhang2016", "variant": "l2", "settings": {"temperature": 0.5}},
            "has no classes: leave it out",
        ),
    ],
)
def test_a_bad_order_is_refused_with_a_hint(order, complaint):
    with pytest.raises(registering.ColorizerRefused, match=complaint):
        registering.register_colorizer(**({"slug": "s", "method": "sepia"} | order))
    assert not Colorizer.objects.exists()


@pytest.mark.parametrize("wrong", ["mill", "0" * 64])
def test_a_reference_photo_that_is_not_in_the_set_is_refused(wrong):
    meadow = make_photo_set(3)
    order = {"slug": "s", "method": "welsh2002", "reference_set": meadow}
    with pytest.raises(
        registering.ColorizerRefused, match=f"{wrong}.*one of the 3 reference photos"
    ) as refused:
        registering.register_colorizer(**order, settings={"reference": wrong})
    assert "64 hexadecimal digits" in str(refused.value)
    assert not Colorizer.objects.exists()
    chosen = meadow.photos.last().digest
    made = registering.register_colorizer(**order, settings={"reference": chosen})
    assert made.settings["reference"] == chosen


def test_weights_for_a_method_that_takes_none_are_refused(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(b"0")
    with pytest.raises(registering.ColorizerRefused, match="takes no weights"):
        registering.register_colorizer(slug="s", method="sepia", weights=path)


# --- weights -----------------------------------------------------------------------------------


def register(path, **order):
    return registering.register_colorizer(**{"slug": "net", "method": "zhang2016", "weights": path} | order)


def refusal(path, **order) -> str:
    with pytest.raises(registering.ColorizerRefused) as refused:
        register(path, **order)
    assert not Colorizer.objects.exists()
    assert not default_storage.exists("weights")
    return str(refused.value)


@pytest.mark.usefixtures("checked_here")
def test_weights_are_stored_under_their_digest_and_the_same_again_gives_the_same_row(tmp_path):
    path = compact_weights(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    colorizer = register(path, weights_sha256=digest[:8])
    assert colorizer.weights_digest == digest
    assert colorizer.weights.name == f"weights/{digest}.safetensors"
    assert register(path.rename(tmp_path / "renamed.safetensors")) == colorizer


@pytest.mark.usefixtures("checked_here")
def test_weights_of_another_variant_are_refused_with_the_whole_report(tmp_path):
    said = refusal(compact_weights(tmp_path), variant="l2")
    assert said.startswith("The file says that it holds zhang2016 (class); expected was zhang2016 (l2).")
    assert "net.safetensors does not hold" in said
    assert "model8.6.weight (313, 32, 1, 1) instead of (2, 32, 1, 1)" in said


@pytest.mark.usefixtures("checked_here")
def test_settings_that_want_what_the_weights_lack_are_refused(tmp_path):
    said = refusal(compact_weights(tmp_path), settings={"rebalance": 0.7})
    assert "come without the prior of their training photos" in said


@pytest.mark.usefixtures("checked_here")
def test_a_pickle_with_code_is_refused_and_not_executed(tmp_path):
    mark = tmp_path / "executed"

    class Bomb:
        def __reduce__(self):
            return type(mark).touch, (mark,)

    path = tmp_path / "net.pth"
    path.write_bytes(pickle.dumps({"a": Bomb()}, protocol=2))
    assert "was not executed" in refusal(path)
    assert not mark.exists()


def test_a_wrong_digest_is_refused_before_anything_is_loaded(tmp_path):
    path = compact_weights(tmp_path)
    assert "is not the expected one" in refusal(path, weights_sha256="0" * 64)
    liar = path.rename(tmp_path / "net-deadbeef.safetensors")
    assert "claims a SHA-256 that begins with deadbeef" in refusal(liar)
    with pytest.raises(registering.ColorizerRefused, match="no weights that could have it"):
        registering.register_colorizer(slug="s", method="sepia", weights_sha256="0" * 64)


@pytest.mark.usefixtures("checked_here")
def test_a_published_file_is_recognised_by_its_digest(tmp_path, monkeypatch):
    path = compact_weights(tmp_path)
    own = hashlib.sha256(path.read_bytes()).hexdigest()
    known = checking.official_file("9b330a0b")
    monkeypatch.setattr(checking, "official_file", lambda digest: known if digest == own else None)
    remarks = []
    colorizer = register(path, remark=remarks.append)
    assert "published file colorization_release_v2-9b330a0b.pth" in remarks[0]
    # As its authors' code does, which takes the plain mean over the classes.
    assert colorizer.settings["temperature"] == 1.0
    assert "as the authors' released code does: temperature 1.0" in remarks[1]
    other = register(path, slug="annealed", settings={"temperature": 0.38}, remark=remarks.append)
    assert other.settings["temperature"] == 0.38
    assert "at temperature 1.0; with temperature 0.38 its colours differ" in remarks[-1]


@pytest.mark.usefixtures("checked_here")
def test_a_published_classifier_is_no_colorizer_and_the_refusal_says_what_it_is_for(tmp_path, monkeypatch):
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"0")
    resnet = checking.official_file("0676ba61")
    monkeypatch.setattr(checking, "official_file", lambda _: resnet)
    assert "training li2020 begins with it" in refusal(path)


def test_loading_that_takes_too_long_or_too_much_memory_is_refused(tmp_path, monkeypatch):
    path = compact_weights(tmp_path)
    monkeypatch.setattr(waiting_checks, "MEMORY_MB", 100)
    assert "enough memory" in refusal(path)
    monkeypatch.setattr(checking, "CHECK_SECONDS", 0.05)
    assert "within 0.05 seconds" in refusal(path)


LEAVER = """
import {module} as way_out
from colorizers.methods import Method
METHOD = Method(
    name="leaver", summary="Leaves.", citation="-", build=lambda parts: way_out.{function}, needs_weights=True
)
"""


@pytest.mark.parametrize(
    ("function", "complaint"),
    [("sys.exit(3)", r"sys.exit(3)"), ("os._exit(3)", "ended itself with exit status 3")],
)
def test_a_method_that_ends_the_process_is_reported_as_what_it_is(tmp_path, monkeypatch, function, complaint):
    module, _, call = function.partition(".")
    (tmp_path / "leaver.py").write_text(LEAVER.format(module=module, function=call))
    facts = tmp_path / "leaver-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: leaver\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[foolrate.methods]\nleaver = leaver:METHOD\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = refusal(compact_weights(tmp_path), method="leaver")
    assert complaint in said
    assert "memory" not in said


@pytest.fixture
def no_torch(monkeypatch):
    """As on a machine of the web process: no PyTorch is installed."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else find(name))


def test_without_torch_the_header_is_checked_and_the_rest_left_to_a_worker(tmp_path, no_torch):
    remarks = []
    register(compact_weights(tmp_path), remark=remarks.append)
    assert "A worker checks the rest" in remarks[0]


def test_without_torch_what_its_header_betrays_is_refused(tmp_path, no_torch):
    path = compact_weights(tmp_path)
    assert "expected was zhang2016 (l2)" in refusal(path, variant="l2")
    path.write_bytes(path.read_bytes()[:-1])
    assert "does not lie in the file in full" in refusal(path)
    pickled = path.rename(tmp_path / "net.pth")
    assert "on a machine with the worker's packages" in refusal(pickled)


@pytest.fixture
def onnx_weights(tmp_path):
    return small_weights(tmp_path, "liu2022")


def test_onnx_runs_where_there_is_no_torch(onnx_weights, no_torch):
    remarks = []
    register(onnx_weights, method="liu2022", remark=remarks.append)
    assert remarks == []


def test_a_broken_onnx_file_is_refused_for_what_it_is_where_there_is_no_torch(onnx_weights, no_torch):
    onnx_weights.write_bytes(onnx_weights.read_bytes()[:1000])
    said = refusal(onnx_weights, method="liu2022")
    assert "PyTorch" not in said
    assert "cannot be read as an ONNX network" in said


def test_without_its_runtime_onnx_is_refused_by_the_runtimes_name(onnx_weights, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    said = refusal(onnx_weights, method="liu2022")
    assert "ONNX Runtime is not installed here" in said
    assert "on a machine with the worker's packages" in said


def test_weights_of_another_format_are_refused_with_the_endings_that_are_taken(tmp_path, onnx_weights):
    assert "takes weights as .safetensors or .pth or .pt or .tar" in refusal(onnx_weights)
    said = refusal(compact_weights(tmp_path), method="liu2022")
    assert "'liu2022' takes weights as .onnx, and the file is called net.safetensors" in said
    assert "python -m colorizers.training.export" in said


def test_registering_weights_imports_no_torch():
    code = (
        "import sys, django\n"
        "django.setup()\n"
        "from pathlib import Path\n"
        "from colorizers import methods\n"
        "from colorizers.services.checking import WeightsFile, check_weights\n"
        "try: check_weights(WeightsFile(Path(sys.argv[1]), 'x.pth'), methods.get('zhang2016'), 'l2', {})\n"
        "except ValueError as error: print(error)\n"
        "sys.exit('torch' in sys.modules)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code, __file__],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr


# --- names and identity ------------------------------------------------------------------------


def test_a_whole_number_and_the_same_number_with_a_point_are_one_setting():
    one = registering.register_colorizer(slug="s", method="sepia", settings={"a": 5})
    assert one == registering.register_colorizer(slug="s", method="sepia", settings={"a": 5.0})


def test_the_same_name_with_other_contents_is_refused_and_says_what_differs():
    registering.register_colorizer(slug="s", method="sepia")
    with pytest.raises(registering.ColorizerRefused, match="settings"):
        registering.register_colorizer(slug="s", method="sepia", settings={"a": 1.0})


def test_the_same_contents_under_another_name_are_refused_and_name_the_twin():
    registering.register_colorizer(slug="first", method="sepia")
    with pytest.raises(registering.ColorizerRefused, match="'first'"):
        registering.register_colorizer(slug="second", method="sepia")


def test_the_reference_set_is_frozen_and_part_of_the_identity():
    meadow, forest = make_photo_set(3), make_photo_set(3, name="forest", first_seed=50)
    one = registering.register_colorizer(slug="one", method="random", reference_set=meadow)
    two = registering.register_colorizer(slug="two", method="random", reference_set=forest)
    assert one.digest != two.digest
    meadow.refresh_from_db()
    assert meadow.frozen_at is not None


def test_seeds_make_different_colorizers():
    meadow = make_photo_set(3)
    digests = {
        registering.register_colorizer(
            slug=f"r{seed}", method="random", reference_set=meadow, seed=seed
        ).digest
        for seed in range(3)
    }
    assert len(digests) == 3


def test_a_colorizer_that_has_painted_cannot_change():
    colorizer = make_colorizer()
    fill_catalogue(make_photo_set(2), colorizer)
    colorizer.settings = {"a": 9.0, "b": 9.0}
    with pytest.raises(Fixed, match="Register a new colorizer"):
        colorizer.save()
    with pytest.raises(Fixed):
        colorizer.save(update_fields=["settings"])


def test_its_title_may_change_all_the_same():
    colorizer = make_colorizer()
    fill_catalogue(make_photo_set(2), colorizer)
    colorizer.title = "Old postcard"
    colorizer.save()
    colorizer.refresh_from_db()
    assert colorizer.title == "Old postcard"


def test_a_frozen_set_neither_gains_nor_loses_photos():
    meadow = make_photo_set(3)
    meadow.freeze()
    inside, outside = meadow.photos.first(), make_photo(77)
    for change in (
        lambda: meadow.photos.add(outside),
        lambda: meadow.photos.remove(inside),
        lambda: meadow.photos.clear(),
        lambda: inside.photo_sets.clear(),
        lambda: outside.photo_sets.add(meadow),
        lambda: inside.delete(),
        lambda: Photo.objects.filter(pk=inside.pk).delete(),
    ):
        with pytest.raises(Fixed), transaction.atomic():
            change()
    assert meadow.photos.count() == 3


def test_freezing_twice_keeps_the_first_date():
    meadow = make_photo_set(1)
    meadow.freeze()
    first = meadow.frozen_at
    meadow.freeze()
    assert meadow.frozen_at == first
