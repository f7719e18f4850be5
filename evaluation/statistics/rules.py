"""The rule by which the default interval and the comparisons are computed; a launch records its name."""

CGM_TWO_WAY = "cgm_two_way"
"""Factors G / (G - 1) and min(participants, photos) - 1 degrees of freedom, whatever the clusters' sizes."""

BELL_MCCAFFREY_TWO_WAY = "bell_mccaffrey_two_way"
"""Factors and degrees of freedom of Bell and McCaffrey; those of equal clusters are as before."""

RULES = (BELL_MCCAFFREY_TWO_WAY, CGM_TWO_WAY)
CURRENT_RULE = BELL_MCCAFFREY_TWO_WAY


def check_rule(rule: str) -> None:
    """Refuse a rule that nobody wrote down."""
    if rule not in RULES:
        raise ValueError(f"unknown rule of inference {rule!r}; it is one of {', '.join(RULES)}")
