"""What people read at the ends that have no page of their own, and about their pay when they withdraw."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studies.recruiters._outcomes import (
    COMPLETED,
    ELSEWHERE,
    NO_CONSENT,
    OUTCOMES,
    OVER_QUOTA,
    SCREENED_OUT,
    SECOND_VISIT,
    TIMED_OUT,
    WITHDRAWN,
)

SENTENCES = {
    OVER_QUOTA: _("Enough people have taken part already. Thank you for coming."),
    NO_CONSENT: _("You have not agreed to take part, and that is fine. Nothing more is asked of you."),
    TIMED_OUT: _("The study is closed, so you cannot continue. Thank you for your answers."),
    ELSEWHERE: _(
        "You have taken part in another study of this series. Thank you – each person takes part in one of "
        "them only."
    ),
    SECOND_VISIT: _(
        "You have taken part already, with an earlier submission. Thank you – each person is asked once only."
    ),
}
CHANGE_OF_MIND = _("If you change your mind, open the study again the way you came.")
KEPT_OF_A_VISIT = _(
    "Of this visit we keep how it ended and your id at %(recruiter)s, encrypted, until all payments are "
    "settled or for %(days)s days at most."
)

REACHED_THE_END = _("Withdrawing does not change your pay: you had reached the end.")
PAY = {
    "decide": _(
        "If you are paid for taking part: the researchers see that you withdrew before the end, and decide "
        "what you are paid."
    ),
    "full": _("If you are paid for taking part: you are paid in full, though you withdraw before the end."),
    "nothing": _("If you are paid for taking part: withdrawing before the end means that you are not paid."),
}
KEPT_FOR_PAY = _(
    "So that you can be paid, your id at %(recruiter)s is kept, encrypted and apart from everything else, "
    "with how your participation ended. It is erased when all payments are settled, after %(days)s days "
    "at the latest."
)
THE_RECRUITER = _("the service that sent you")


FRAMED = {
    COMPLETED: _("You have taken part. Thank you."),
    SCREENED_OUT: _("Thank you for your time. The study ends here for you."),
    WITHDRAWN: _("You have withdrawn, and your answers are erased."),
    TIMED_OUT: SENTENCES[TIMED_OUT],
}


def in_a_frame(outcome: str) -> str:
    """How a participation ended, for the page in the recruiter's frame; empty while it has not."""
    return gettext(FRAMED[OUTCOMES[outcome].as_if or outcome]) if outcome else ""


def sentence(outcome: str) -> str:
    """What somebody reads who ends like this, in the language that is active."""
    return gettext(SENTENCES[outcome])


def about_pay(pay_withdrawn: str, *, reached_the_end: bool) -> str:
    """What a withdrawal means for the pay, in the language that is active."""
    return gettext(REACHED_THE_END if reached_the_end else PAY[pay_withdrawn])


def kept(text: str, recruiter: str, days: int) -> str:
    """One of the sentences on what is kept, in the language that is active."""
    values: dict[str, Any] = {"recruiter": recruiter or gettext(THE_RECRUITER), "days": days}
    return gettext(text) % values
