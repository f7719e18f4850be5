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


def test_photos_that_stay_until_the_answer_are_described_so():
    (course,) = looking_page(sequential=False, timed=False, limited=False).text
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
