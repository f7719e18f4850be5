"""All metrics of a pair and of two folders."""

import json

import numpy as np
import pytest
import skimage.data
from PIL import Image

from evaluation import metrics
from evaluation.measuring import FoldersDiffer, measure_folders, measure_pair


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
