"""Every colorization method, present and future, keeps these promises."""

import dataclasses
import functools
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizers import methods
from colorizers.methods import ReferencePhoto, ReferenceSet
from colorizers.pictures import colour
from colorizers.pictures.images import pixel_digest
from colorizers.pictures.inference import ColorizationFailed, PredictMany, Source, checked_ab, colorize_rgb
from tests.small_networks import small_weights

ROOT = Path(__file__).parents[2]
OURS = [module.name for module in pkgutil.iter_modules(methods.__path__) if not module.name.startswith("_")]
# A method from outside brings its own weights, which we have not.
PAINTING = [name for name in methods.names() if methods.get(name).paints]
READY = [name for name in PAINTING if name in OURS or not methods.get(name).needs_weights]
SHAPES = [(1, 1), (1, 40), (37, 1), (5, 7), (63, 91), (101, 64)]


@pytest.fixture(scope="module", autouse=True)
def weights(tmp_path_factory):
    """Lets `load` make each method with a network once, from small weights."""
    folder = tmp_path_factory.mktemp("weights")

    @functools.cache
    def network(name):
        method = methods.get(name)
        return method.load(small_weights(folder, name), settings_of(method))

    load.network = network


@pytest.fixture(scope="module")
def photos():
    small = [
        Image.fromarray(getattr(skimage.data, name)())
        for name in ("astronaut", "chelsea", "coffee", "rocket")
    ]
    return [np.asarray(photo.resize((160, 120))) for photo in small]


def reference_of(photos):
    return ReferenceSet([ReferencePhoto(pixel_digest(photo), lambda photo=photo: photo) for photo in photos])


def load(name, photos):
    method = methods.get(name)
    if method.needs_weights:
        return method, load.network(name)
    return method, method.load(reference=reference_of(photos) if method.needs_reference else None)


def settings_of(method):
    """Networks look at small pictures here, to be quick; all else is as by default."""
    return {"input_px": 64} if method.needs_weights and method.input_multiple else {}


def working_shape(method, shape):
    fit = method.working_size(settings_of(method))
    return shape if fit is None else fit(*shape)


def paint(name, photos, rgb8, source=None):
    method, predict = load(name, photos)
    fit = method.working_size(settings_of(method))
    return colorize_rgb(rgb8, predict, source or Source(pixel_digest(rgb8)), working_size=fit).rgb8


def lightness_of_shape(shape, seed=0):
    return np.random.default_rng(seed).uniform(0, 100, shape).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", READY)
def test_it_answers_every_shape_with_finite_colours_in_range(name, shape, photos):
    method, predict = load(name, photos)
    shape = working_shape(method, shape)
    ab = predict(lightness_of_shape(shape), Source("x"))
    assert ab.shape == (*shape, 2)
    assert np.issubdtype(ab.dtype, np.floating)
    assert np.isfinite(ab).all()
    assert np.abs(checked_ab(ab, shape, promises_colour=False)).max() <= 128


@pytest.mark.parametrize("level", [0.0, 50.0, 100.0])
@pytest.mark.parametrize("name", READY)
def test_it_answers_a_flat_picture(name, level, photos):
    method, predict = load(name, photos)
    flat = np.full(working_shape(method, (20, 20)), level, np.float32)
    assert np.isfinite(predict(flat, Source("x"))).all()


@pytest.mark.parametrize("name", READY)
def test_it_answers_a_large_photo(name, photos):
    large = np.asarray(Image.fromarray(photos[1]).resize((1501, 1127)))
    assert paint(name, photos, large).shape == large.shape


@pytest.mark.parametrize("name", READY)
def test_the_lightness_stays_untouched(name, photos):
    for photo in photos:
        method, predict = load(name, photos)
        source = Source(pixel_digest(photo))
        picture = colorize_rgb(photo, predict, source, working_size=method.working_size(settings_of(method)))
        moved = np.abs(colour.rgb_to_lightness(picture.rgb8) - colour.rgb_to_lightness(photo))
        assert (moved > 0.5).mean() <= picture.share_clipped


@pytest.fixture(scope="module")
def twins():
    """Two pictures of exactly the same lightness in entirely different colours."""
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (400_000, 3), dtype=np.uint8)
    lab = colour.rgb_to_lab(colours)
    lightness = colour.rgb_to_lightness(colours)
    order = np.argsort(lightness, kind="stable")
    first, second = order[:-1], order[1:]
    same = lightness[first] == lightness[second]
    far = np.hypot(*(lab[first, 1:] - lab[second, 1:]).T) > 30
    pairs = np.flatnonzero(same & far)
    pairs = np.sort(rng.choice(pairs, 40 * 60))
    return colours[first[pairs]].reshape(40, 60, 3), colours[second[pairs]].reshape(40, 60, 3)


@pytest.mark.parametrize("name", READY)
def test_it_never_sees_the_colours_of_the_photo(name, photos, twins):
    one, other = twins
    assert np.array_equal(colour.rgb_to_lightness(one), colour.rgb_to_lightness(other))
    assert not np.array_equal(one, other)
    source = Source("the same photo to the method", seed=5)
    assert np.array_equal(paint(name, photos, one, source), paint(name, photos, other, source))


@pytest.mark.parametrize("name", READY)
def test_the_same_input_gives_the_same_output(name, photos):
    again = [paint(name, order, photos[0]) for order in (photos, photos, photos[::-1])]
    assert np.array_equal(again[0], again[1])
    assert np.array_equal(again[0], again[2])


@pytest.mark.parametrize("name", READY)
def test_many_photos_at_once_get_the_colours_that_each_gets_alone(name, photos):
    method, predict = load(name, photos)
    if not isinstance(predict, PredictMany):
        return
    shape = working_shape(method, (120, 160))
    lightness = [lightness_of_shape(shape, seed) for seed in range(3)]
    sources = [Source(str(seed)) for seed in range(3)]
    together = predict.many(lightness, sources)
    alone = [predict(one, source) for one, source in zip(lightness, sources, strict=True)]
    assert np.abs(np.stack(together) - np.stack(alone)).max() < 0.01


@pytest.mark.parametrize("name", READY)
def test_what_it_painted_before_makes_no_difference(name, photos):
    method, predict = load(name, photos)
    fit = method.working_size(settings_of(method))
    first, *_, last = [
        colorize_rgb(photo, predict, Source(pixel_digest(photo)), working_size=fit).rgb8
        for photo in (photos[0], photos[1], photos[2], photos[0])
    ]
    assert np.array_equal(first, last)


@pytest.mark.parametrize("name", READY)
def test_the_photo_itself_is_never_its_own_reference(name, photos):
    with_itself = paint(name, photos, photos[0])
    without = paint(name, photos[1:], photos[0])
    assert np.array_equal(with_itself, without)


@pytest.mark.parametrize("name", READY)
def test_another_crop_of_the_same_photograph_is_no_reference_either(name, photos):
    method = methods.get(name)
    if not method.needs_reference:
        return
    crops = [ReferencePhoto(f"crop {k}", lambda k=k: photos[0][k:], family="the cat") for k in range(3)]
    others = list(reference_of(photos[1:]).photos)
    lightness, source = lightness_of_shape((30, 40)), Source("crop 0", family="the cat")
    leaky = method.load(reference=ReferenceSet(crops + others))(lightness, source)
    assert np.array_equal(leaky, method.load(reference=ReferenceSet(others))(lightness, source))


@pytest.mark.parametrize("name", [name for name in READY if methods.get(name).needs_reference])
def test_without_any_other_photo_it_fails_and_says_so(name, photos):
    with pytest.raises(ValueError, match="needs reference photos"):
        methods.get(name).load()
    with pytest.raises(ColorizationFailed, match="at least two"):
        paint(name, photos[:1], photos[0])


@pytest.mark.parametrize("name", READY)
def test_a_promise_of_colour_is_kept(name, photos):
    method = methods.get(name)
    if method.promises_colour and not method.needs_weights:  # untrained weights promise nothing
        assert all(colour.mean_chroma(paint(name, photos, photo)) > 1 for photo in photos)


def test_all_but_one_of_ours_paint():
    assert set(OURS) - set(PAINTING) == {"imported"}


@pytest.mark.parametrize("name", sorted(set(methods.names()) - set(PAINTING)))
def test_a_method_that_paints_nothing_refuses_to_and_says_where_its_pictures_come_from(name):
    method = methods.get(name)
    assert (method.needs_weights, method.needs_reference) == (False, False)
    with pytest.raises(ValueError, match="paints nothing: its pictures are imported as files"):
        method.load()


@pytest.mark.parametrize("name", methods.names())
def test_its_facts_are_complete(name):
    method = methods.get(name)
    assert method.name == name
    assert method.summary.endswith(".")
    assert method.title
    assert method.title != method.name, "people read a title"
    assert len(method.citation) > 20
    assert method.variants
    assert all(isinstance(count, int) and count >= 0 for count in method.variants.values())
    assert method.input_size is None or method.input_size > 0


@pytest.mark.parametrize("name", methods.names())
def test_its_settings_have_defaults_and_survive_json(name):
    method = methods.get(name)
    defaults = method.default_settings()
    assert dataclasses.asdict(method.parse_settings(json.loads(json.dumps(defaults)))) == defaults


@pytest.mark.parametrize("name", methods.names())
def test_an_unknown_setting_or_variant_is_refused(name):
    with pytest.raises(ValueError, match=f"{name!r} has no setting 'tempratur'"):
        methods.get(name).parse_settings({"tempratur": 1})
    with pytest.raises(ValueError, match="has no variant 'nonesuch'"):
        methods.get(name).parse_variant("nonesuch")


@pytest.mark.parametrize("name", OURS)
def test_it_is_documented(name):
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {name}\n\n\S", page, re.MULTILINE)


def test_the_example_on_the_page_is_the_one_that_is_tested():
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    example = (ROOT / "examples/foolrate-sunset/foolrate_sunset.py").read_text(encoding="utf-8")
    assert f"```python\n{example}```" in page


def test_the_facts_of_a_method_need_no_torch():
    program = (
        "import sys; from colorizers import methods;"
        "[methods.get(name).working_size({}) for name in methods.names()];"
        "print([m for m in ('torch', 'onnxruntime', 'django') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_listing_the_methods_imports_none_of_them():
    program = (
        "import sys; from colorizers import methods; methods.names(); methods.choices();"
        "print([m for m in sys.modules if m.startswith('colorizers.methods.') and not m.endswith('_base')"
        " or m in ('torch', 'scipy', 'PIL', 'django')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
