#!/usr/bin/env python3
"""Django's command line for this installation."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(with_method_settings(sys.argv))


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
