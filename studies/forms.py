"""What participants fill in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BeginForm(forms.Form):
    """Consent; a simulated participant says here that it is one."""

    consent = forms.BooleanField(
        label=_("I have read the information above and I agree to take part."),
        error_messages={"required": _("Tick the box if you agree; without it the study cannot begin.")},
    )
    simulation = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
