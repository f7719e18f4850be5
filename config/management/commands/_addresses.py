"""The options that `run` and `demo` share."""

from __future__ import annotations

from django.core.management.base import CommandParser


def add_address_options(parser: CommandParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000)")
