"""What a page of the workbench asks of an account, so that a refusal can say what is missing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied


class RightMissing(PermissionDenied):
    """This account lacks a right; the page that says so names it."""

    def __init__(self, right: str) -> None:
        self.right = right
        super().__init__(right)


def demand(user: Any, right: str) -> None:
    """Raise RightMissing unless the user has this right, such as `colorizers.add_photo`."""
    if not user.has_perm(right):
        raise RightMissing(right)
