"""A form field for one whole number or several."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class WholeNumbers(forms.CharField):
    """A whole number, or a list of them separated by commas; empty is None."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            numbers = [int(part) for part in str(self.prepare_value(value)).split(",")]
        except ValueError:
            raise ValidationError(_("Enter a whole number, or several separated by commas.")) from None
        return numbers[0] if len(numbers) == 1 else numbers
