"""What recruiters say to participants, for the translators: recruiters themselves are pure and speak English.

A test asks every recruiter whether all that it says stands here.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studies.recruiters._recruiter import BadArrival

SENTENCES = (
    _("The address that brought you here has no %(name)s."),
    _("The address that brought you here has more than one %(name)s."),
    _("The %(name)s in the address that brought you here is not one that we can read."),
    _("The page that sent you here has not filled in %(name)s in the address."),
    _("It is not your fault, and the researchers have been told."),
    _("We expected %(what)s."),
    _("The %(name)s in the address that brought you here is missing or not Amazon's."),
    _("The %(name)s in the address is damaged."),
    _("There is no such invitation to this study."),
    _("This page was open for too long."),
    _("The form did not bring back what this page had given it."),
    _("This form belongs to another study."),
    _("Please open the link that brought you here once more."),
    _("Please open the study from its page at Prolific again; do not type the address yourself."),
    _("Please open the study again from the page that sent you here; do not type the address yourself."),
    _("The address that brought you here belongs to another study at Prolific."),
    _("This study only takes arrivals that Prolific has signed, and this one is not signed."),
    _("The signature of this arrival is not Prolific's."),
    _("The signature of this arrival has expired."),
    _("The signature of this arrival is meant for another site."),
    _("The signature of this arrival cannot be checked at the moment. Please try again in a few minutes."),
    _("Please open the HIT on the page of Mechanical Turk again; do not type the address yourself."),
    _("Please open the study from your SONA page again; do not type the address yourself."),
    _("Open the whole link once more; if it does not work, ask who invited you for a new one."),
)
# What stands in the place of %(what)s.
THINGS = (
    _("your Prolific id there"),
    _("the id of the study at Prolific there"),
    _("the id of your submission there"),
    _("your worker id there"),
    _("the id of your assignment there"),
    _("the id of the HIT there"),
    _("the number that SONA gives you there"),
    _("your id at the service that sent you there"),
    _("the id of your visit there"),
    _("the code of an invitation, as it stands in the link that you were sent"),
)


def said(error: BadArrival) -> str:
    """What was wrong with an arrival, in the language that is active."""
    return " ".join(
        gettext(text) % {name: gettext(value) for name, value in values.items()} if values else gettext(text)
        for text, values in error.sentences
    )
