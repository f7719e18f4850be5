"""The questions after the last trial; none must be answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studies.rules.debriefing import DebriefSettings

NOT_SAID = ("not_said", _("rather not say"))
AGE_GROUPS = (
    ("under_18", _("under 18")),
    ("18_24", "18–24"),
    ("25_34", "25–34"),
    ("35_44", "35–44"),
    ("45_54", "45–54"),
    ("55_64", "55–64"),
    ("65_up", _("65 or older")),
    NOT_SAID,
)
GENDERS = (
    ("woman", _("woman")),
    ("man", _("man")),
    ("non_binary", _("non-binary")),
    ("own_words", _("in my own words (below)")),
    NOT_SAID,
)
EXPERIENCE = (
    ("none", _("none in particular")),
    ("hobby", _("as a hobby: photography, painting, editing pictures")),
    ("work", _("at work: photography, design, film, print, pictures in science")),
    ("colorization", _("I have worked on colouring photographs by computer")),
    NOT_SAID,
)


class _OneOf(forms.ChoiceField):
    """A question with a button for each answer."""

    is_choice = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.RadioSelect, **kwargs)


class DebriefForm(forms.Form):
    """The questions that a study asks; the others are left out."""

    comments = forms.CharField(
        label=_("Was anything strange, unclear or out of order? Which cues did you use?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
    )
    age_group = _OneOf(label=_("How old are you?"), choices=AGE_GROUPS)
    gender = _OneOf(label=_("What is your gender?"), choices=GENDERS)
    gender_words = forms.CharField(label=_("Gender, in your own words"), required=False, max_length=100)
    experience = _OneOf(label=_("How experienced are you with images?"), choices=EXPERIENCE)

    def __init__(self, asked: DebriefSettings, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asked.comments:
            del self.fields["comments"]
        if not asked.demographics:
            for name in ("age_group", "gender", "gender_words", "experience"):
                del self.fields[name]
