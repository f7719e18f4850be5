#!/usr/bin/env python3
"""Django's command line for this installation."""

import os
import sys
from importlib import import_module

# These read and write files only, so they run without settings and apps: loading those would take longer
# than the work.
FILES_ONLY = {"analyse": "evaluation", "analyse_amt": "evaluation"}


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in FILES_ONLY:
        run_without_apps(sys.argv)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(with_method_settings(sys.argv))


def run_without_apps(arguments: list[str]) -> None:
    """What `execute_from_command_line` does for a command that needs neither settings nor apps."""
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
