"""What participants fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class BeginForm(forms.Form):
    """Consent and eligibility; a simulated participant says here that it is one."""

    consent = forms.BooleanField(
        label=_("I have read the information above and I agree to take part."),
        error_messages={"required": _("Tick the box if you agree; without it the study cannot begin.")},
    )
    language = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    # Made anew for each showing of the form: two clicks on one form are one participant.
    ticket = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    # What the recruiter said of the person, signed when the page was shown.
    arrival = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    simulation = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, statements: Sequence[str] = (), **kwargs: Any) -> None:
        """`statements`: what must be true of a participant; each gets a box that must be ticked."""
        super().__init__(*args, **kwargs)
        for number, statement in enumerate(statements):
            self.fields[f"eligible_{number}"] = forms.BooleanField(
                label=statement,
                error_messages={
                    "required": _("Only people of whom this is true can take part. Tick the box if it is.")
                },
            )

    def eligibility(self) -> list[forms.BoundField]:
        """The boxes of the statements, in their order."""
        return [self[name] for name in self.fields if name.startswith("eligible_")]

    def participant_code(self) -> UUID | None:
        """The code that this showing of the form stands for; a table of codes leads to no ticket."""
        ticket = self.cleaned_data.get("ticket")
        if ticket is None:
            return None
        return UUID(bytes=salted_hmac("studies.ticket", ticket.bytes).digest()[:16])
