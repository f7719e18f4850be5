"""What a design says before its trials."""

import pytest

from studies import designs
from studies.designs._words import ByInput, general_page, looking_page, say


def said(words):
    texts = [page.title for page in words.pages]
    for page in words.pages:
        for text in page.text:
            texts += [text.keyboard, text.touch] if isinstance(text, ByInput) else [text]
    return " ".join(texts)


def test_the_pair_test_explains_itself_in_three_short_pages():
    words = designs.get("pair").words()
    assert [page.figure.kind for page in words.pages] == ["scenes", "course", "choices"]
    assert "colours that a computer invented" in said(words)
    assert "One photo appears {first}, then the other {second}" in said(words)
    assert "Take as long as you need" in said(words)
    for page in words.pages:
        texts = [text if isinstance(text, str) else text.keyboard for text in page.text]
        assert len(" ".join(texts)) < 250


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"presentation": "simultaneous"}, "Both photos appear together and stay for only {exposure}."),
        ({"answer_limit_ms": 3000}, "Then you have {limit} to choose."),
    ],
)
def test_the_pages_follow_the_settings(chosen, sentence):
    assert sentence not in said(designs.get("pair").words())
    assert sentence in said(designs.get("pair").configured(chosen).words())


def test_of_several_exposures_no_page_names_one():
    for presentation in ("sequential", "simultaneous"):
        chosen = {"presentation": presentation, "exposure_ms": [3000, 5000]}
        words = said(designs.get("pair").configured(chosen).words())
        assert "only a short time." in words
        assert "{exposure}" not in words


def test_whoever_comes_to_a_qualification_is_told_so():
    single = designs.get("single")
    assert "with too many wrong answers the test ends there" in single.words().practice.many
    assert "you are told whether you were right" in single.words().practice.many
    assert "told whether" not in single.configured({"practice_trials": 0}).words().practice.many
    assert "ends there" not in single.configured({"qualification_trials": 0}).words().practice.many


def test_photos_that_stay_until_the_answer_are_described_so():
    page = looking_page(sequential=False, timed=False, limited=False)
    assert page.title == "What you will see"
    (course,) = page.text
    assert course == "Both photos appear together and stay until you have chosen."
    assert looking_page(sequential=False, timed=False, limited=True).text[1:] == (
        "Then you have {limit} to choose.",
    )


def test_a_design_that_says_nothing_quotes_its_question():
    (text,) = general_page(limited=False).text
    assert "“{prompt}”" in text
    assert "{limit}" in general_page(limited=True).text[1]


def test_a_text_is_itself_whatever_its_context():
    assert say("Right", "verdict") == "Right"
    assert say("Right", "verdict").context == "verdict"


@pytest.mark.parametrize("name", ["single", "staircase"])
def test_how_many_pictures_are_real_is_told_as_it_is(name):
    """Vigilance trials are fakes all of them, and no participant can tell them from test trials."""
    assert "About half of them have their real colours" in said(designs.get(name).words())
    many = designs.get(name).configured({"vigilance_share": 0.5})
    assert "Fewer than half of them have their real colours" in said(many.words())
