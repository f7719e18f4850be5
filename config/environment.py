"""Typed readers of environment variables: they refuse odd values instead of guessing."""

import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def env_text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE names (for secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}") from error
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, str(default)).strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0 (or true, false), not {value!r}")


def env_int(name: str, default: int, *, at_least: int) -> int:
    text = os.environ.get(name, str(default))
    try:
        value = int(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}") from error
    if value < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {value}")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def running_address(data: Path) -> str:
    """The address of the site that runs from this data folder on this machine; empty if none does.

    Commands and workers make links with it, whatever port the site was started on.
    """
    try:
        holder = json.loads((data / "running.lock").read_text(encoding="utf-8"))
        os.kill(int(holder["process"]), 0)  # asks only whether it is there
        return str(holder["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def secret_key(data: Path) -> str:
    """SECRET_KEY from the environment, else one made once and kept in the data folder."""
    key = env_text("SECRET_KEY")
    if key:
        return key
    path = data / "secret-key"
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    try:
        # Written beside it and linked whole: processes that start together all read the same key.
        descriptor, beside = tempfile.mkstemp(dir=data, prefix="secret-key-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(beside, path)
        finally:
            Path(beside).unlink()
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()


def embedded_redis_socket(data: Path) -> Path:
    """Where an installation's own Redis listens: in its data folder, or, as the path of a
    Unix socket may hold about 100 characters, under a name in the temporary folder."""
    path = data / "redis" / "redis.sock"
    if len(str(path)) <= 100:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"foolrate-{os.getuid()}-{digest}" / "redis.sock"
