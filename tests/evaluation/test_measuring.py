"""All metrics of a pair, of two folders, and of listed pairs."""

import json
import unicodedata

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizers.pictures import colour
from evaluation import metrics
from evaluation.reading.files.measuring import FoldersDiffer, measure_folders, measure_pair, measure_pairs
from evaluation.reading.files.picture_pairs import listed_pairs


def photo(name):
    return np.asarray(Image.fromarray(getattr(skimage.data, name)()).resize((90, 70)))


def faded(rgb8):
    return (rgb8 // 2 + rgb8.mean(axis=-1, keepdims=True).astype(np.uint8) // 2).astype(np.uint8)


def save(folder, **pictures):
    folder.mkdir(exist_ok=True)
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def folders(tmp_path):
    truth = {name: photo(name) for name in ("astronaut", "coffee", "rocket")}
    real = save(tmp_path / "real", **truth)
    fake = save(tmp_path / "fake", **{name: faded(pixels) for name, pixels in truth.items()})
    return real, fake


def test_a_pair_has_every_metric():
    scores = measure_pair(photo("coffee"), faded(photo("coffee")))
    assert list(scores) == metrics.names()
    assert all(isinstance(value, float) for value in scores.values())


def test_the_colourfulness_is_that_of_the_fake():
    truth, fake = photo("coffee"), faded(photo("coffee"))
    expected = float(metrics.get("colourfulness")(fake / 255, truth / 255))
    assert measure_pair(truth, fake)["colourfulness"] == expected


def test_a_pair_of_other_than_8_bit_pixels_is_refused():
    with pytest.raises(ValueError, match="uint8"):
        measure_pair(photo("coffee") / 255, photo("coffee"))


def test_folders_give_each_picture_and_the_mean(folders):
    result = measure_folders(*folders)
    assert list(result["images"]) == ["astronaut.png", "coffee.png", "rocket.png"]
    assert result["images"]["coffee.png"] == measure_pair(photo("coffee"), faded(photo("coffee")))
    for name in metrics.names():
        values = [scores[name] for scores in result["images"].values()]
        assert result["mean"][name] == pytest.approx(np.mean(values))
    assert result["count"] == 3
    assert result["infinite_psnr"] == []


def test_identical_pictures_are_named_and_left_out_of_the_mean_psnr(folders):
    real, fake = folders
    save(fake, coffee=photo("coffee"))
    result = json.loads(json.dumps(measure_folders(real, fake), allow_nan=False))
    assert result["images"]["coffee.png"]["psnr"] is None
    assert result["infinite_psnr"] == ["coffee.png"]
    others = [result["images"][name]["psnr"] for name in ("astronaut.png", "rocket.png")]
    assert result["mean"]["psnr"] == pytest.approx(np.mean(others))


def test_where_all_are_identical_there_is_no_mean_psnr(folders):
    result = measure_folders(folders[0], folders[0])
    assert result["mean"]["psnr"] is None
    assert result["mean"]["ssim"] == 1


def test_progress_is_told_after_each_picture(folders):
    told = []
    measure_folders(*folders, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_hidden_files_and_folders_are_left_aside(folders):
    (folders[0] / ".DS_Store").write_text("x")
    (folders[1] / "more").mkdir()
    assert measure_folders(*folders)["count"] == 3


def test_a_missing_counterpart_is_named_on_either_side(folders):
    real, fake = folders
    (fake / "coffee.png").rename(fake / "tea.png")
    with pytest.raises(
        FoldersDiffer, match=r"coffee\.png is missing in .*fake; tea\.png is missing in .*real"
    ):
        measure_folders(real, fake)


def test_different_sizes_are_named(folders):
    save(folders[1], coffee=photo("coffee")[:50])
    with pytest.raises(FoldersDiffer, match=r"coffee\.png has different sizes .*90 x 70 and 90 x 50"):
        measure_folders(*folders)


def test_a_file_that_is_no_picture_is_named(folders):
    for folder in folders:
        (folder / "notes.jpg").write_text("not a picture")
    with pytest.raises(FoldersDiffer, match=r"notes\.jpg cannot be read: This is not a picture"):
        measure_folders(*folders)


def test_files_of_other_endings_are_left_aside_and_named(folders):
    (folders[0] / "manifest.csv").write_text("file,licence")
    result = measure_folders(*folders)
    assert result["count"] == 3
    assert result["left_aside"] == ["manifest.csv"]


def test_pictures_too_small_to_measure_are_named(tmp_path):
    tiny = save(tmp_path / "tiny", dot=np.zeros((5, 5, 3), np.uint8))
    with pytest.raises(FoldersDiffer, match=r"dot\.png cannot be measured: SSIM needs"):
        measure_folders(tiny, tiny)


def test_empty_and_missing_folders_are_refused(tmp_path):
    with pytest.raises(FoldersDiffer, match="no pictures"):
        measure_folders(tmp_path, tmp_path)
    with pytest.raises(FoldersDiffer, match="not a folder"):
        measure_folders(tmp_path / "nowhere", tmp_path)


def test_pictures_of_one_stem_are_a_pair_where_no_other_has_it(folders):
    real, fake = folders
    Image.fromarray(photo("coffee")).save(real / "coffee.jpg", quality=95)
    (real / "coffee.png").unlink()
    result = measure_folders(real, fake)
    assert result["count"] == 3
    assert result["images"]["coffee.jpg"]["psnr"] > 10
    save(fake, coffee=photo("coffee"))
    Image.fromarray(photo("coffee")).save(fake / "coffee.webp")
    with pytest.raises(FoldersDiffer, match=r"coffee\.jpg may belong to any of coffee\.png, coffee\.webp"):
        measure_folders(real, fake)


def test_names_are_equal_however_their_accents_are_stored(tmp_path):
    nfc, nfd = (unicodedata.normalize(form, "\u00e9t\u00e9") for form in ("NFC", "NFD"))
    real, fake = (
        save(tmp_path / "real", **{nfc: photo("coffee")}),
        save(tmp_path / "fake", **{nfd: photo("coffee")}),
    )
    assert list(measure_folders(real, fake)["images"]) == [f"{nfc}.png"]
    table = tmp_path / "pairs.csv"
    for form in (nfc, nfd):
        table.write_text(f"real;fake\nreal/{form}.png;fake/{form}.png\n")
        assert [pair.name for pair in listed_pairs(table)] == [f"fake/{nfc}.png"]


def test_folders_are_not_looked_into_and_are_named(folders):
    (folders[1] / "more").mkdir()
    assert measure_folders(*folders)["left_aside"] == ["more/"]


def test_a_list_pairs_one_photograph_with_many_pictures(folders, tmp_path):
    real, fake = folders
    save(fake, **{f"coffee-{number}": faded(photo("coffee")) for number in range(10)})
    table = tmp_path / "pairs.csv"
    rows = [f"coffee.png,coffee-{number}.png" for number in range(10)] + ["rocket.png,rocket.png"]
    table.write_text("\n".join(["real,fake", *rows]))
    result = measure_pairs(listed_pairs(table, real, fake))
    assert list(result["images"]) == [row.split(",")[1] for row in rows]
    assert result["images"]["coffee-7.png"] == measure_pair(photo("coffee"), faded(photo("coffee")))


def test_a_list_that_cannot_be_followed_is_refused_by_its_lines(folders, tmp_path):
    table = tmp_path / "pairs.csv"
    for text, complaint in [
        ("left,right\na,b\n", "needs the columns real and fake"),
        ("real,fake\n", "lists no pairs"),
        ("real,fake\nreal/coffee.png,fake/tea.png\n", r"line 2: fake 'fake/tea.png' is no file"),
        ("real,fake\n" + 2 * "real/coffee.png,fake/coffee.png\n", "line 3: fake/coffee.png is listed twice"),
    ]:
        table.write_text(text)
        with pytest.raises(FoldersDiffer, match=complaint):
            listed_pairs(table)


@pytest.mark.parametrize("name", [name for name in metrics.names() if metrics.get(name).of_lab])
def test_a_metric_of_lab_is_the_same_function(name):
    fake, real = faded(photo("coffee")) / 255, photo("coffee") / 255
    metric = metrics.get(name)
    assert metric.of_lab(colour.rgb_to_lab(fake), colour.rgb_to_lab(real)) == metric(fake, real)
    assert measure_pair(photo("coffee"), faded(photo("coffee")))[name] == pytest.approx(
        float(metric(fake, real)), rel=1e-12
    )
