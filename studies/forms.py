"""What participants fill in."""

from uuid import UUID, uuid4

from django import forms
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class BeginForm(forms.Form):
    """Consent; a simulated participant says here that it is one."""

    consent = forms.BooleanField(
        label=_("I have read the information above and I agree to take part."),
        error_messages={"required": _("Tick the box if you agree; without it the study cannot begin.")},
    )
    # Made anew for each showing of the form: two clicks on one form are one participant.
    ticket = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    simulation = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def participant_code(self) -> UUID | None:
        """The code that this showing of the form stands for; a table of codes leads to no ticket."""
        ticket = self.cleaned_data.get("ticket")
        if ticket is None:
            return None
        return UUID(bytes=salted_hmac("studies.ticket", ticket.bytes).digest()[:16])
