#!/usr/bin/env python3
"""Django's command line for this installation."""

import importlib.util
import os
import sys
from importlib import import_module
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv"
# These read and write files only, so they run without settings and apps: loading those would take longer
# than the work.
FILES_ONLY = {"analyse": "evaluation", "analyse_amt": "evaluation"}


def main() -> None:
    enter_environment()
    try:
        run(sys.argv)
    except BrokenPipeError:
        # Whoever read the output has enough of it: `| head`. Python must not complain again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def run(arguments: list[str]) -> None:
    if arguments[1:2] and arguments[1] in FILES_ONLY:
        run_without_apps(arguments)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(with_method_settings(arguments))


def enter_environment() -> None:
    """Continue with the Python of .venv if the one that was called has no Django."""
    python = VENV / "bin" / "python"
    if importlib.util.find_spec("django") is not None:
        return
    if not python.exists() or Path(sys.prefix).resolve() == VENV:
        sys.exit("Foolrate's packages are not installed. Install them with: make install")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - the same command, by the right Python


def run_without_apps(arguments: list[str]) -> None:
    """What `execute_from_command_line` does for a command that needs neither settings nor apps."""
    # They add up on one thread; another one would only be started and wait.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from django.core.management.base import CommandError

    name = arguments[1]
    command = import_module(f"{FILES_ONLY[name]}.management.commands.{name}").Command()
    command._called_from_command_line = (
        True  # A wrong option is then answered by the usage, not by a traceback.
    )
    parser = command.create_parser(arguments[0], name)
    options = vars(parser.parse_args(arguments[2:]))
    try:
        command.execute(*options.pop("args", ()), **options)
    except CommandError as error:
        if options["traceback"]:
            raise
        command.stderr.write(f"{error.__class__.__name__}: {error}")
        sys.exit(error.returncode)


def with_method_settings(arguments: list[str]) -> list[str]:
    """`register_colorizer --settings …` means the method's settings, unless it could name a module."""
    if arguments[1:2] != ["register_colorizer"]:
        return arguments
    found = list(arguments)
    for place, argument in enumerate(arguments):
        if argument.startswith("--settings=") and not _is_module(argument[11:]):
            found[place] = f"--method-settings={argument[11:]}"
        elif arguments[place - 1] == "--settings" and not _is_module(argument):
            found[place - 1] = "--method-settings"
    return found


def _is_module(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


if __name__ == "__main__":
    main()
