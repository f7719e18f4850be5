"""In which language a study speaks, and what it says."""

from pathlib import Path
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from studies.models import Participation, Study
from studies.services import study_files, validation
from studies.services.participations import begin_participation
from studies.texts import languages
from tests.builders import launched_study, make_study

GERMAN = {"title": "Wiesenfarben", "information": "Sie sehen Fotos.", "consent": "Ich mache mit."}
OFFERED = {"languages": ["en", "de", "zh-hans"], "translations": {"de": GERMAN}}


def chosen(study, query="", accept=""):
    return languages.chosen(RequestFactory().get(f"/s/x/{query}", headers={"accept-language": accept}), study)


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", "", "en"),
        ("?lang=de", "zh-CN", "de"),
        ("?lang=fr", "de-AT,de;q=0.9", "de"),
        ("", "fr-FR, zh-CN;q=0.8, de;q=0.5", "zh-hans"),
        ("", "sw, *;q=0.1", "en"),
        ("?lang=../../etc", ";;;q=", "en"),
    ],
)
def test_the_visitor_s_wish_decides_among_the_languages_of_the_study(query, accept, expected):
    assert chosen(Study(**OFFERED), query, accept) == expected


def test_a_study_in_one_language_speaks_it_to_everybody():
    assert chosen(Study(languages=["es"]), "?lang=de", "de") == "es"
    assert languages.choices(Study(languages=["es"])) == []


def test_a_text_that_is_not_translated_falls_back_to_the_first_language():
    study = Study(title="Meadow", thanks="Thanks.", **OFFERED)
    with translation.override("de"):
        assert (study.texts.title, study.texts.thanks) == ("Wiesenfarben", "Thanks.")
    with translation.override("zh-hans"):
        assert study.texts.title == "Meadow"


def test_the_landing_page_speaks_it_and_the_participation_remembers(client, db, idle_queue):
    study = launched_study(**OFFERED)
    page = client.get(f"/s/{study.slug}/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "Wiesenfarben" in page
    assert "Ihre Einwilligung" in page
    assert 'hreflang="zh-hans"' in page
    client.post(f"/s/{study.slug}/begin/", {"consent": "on", "language": "de"})
    participation = Participation.objects.get()
    assert participation.language == "de"
    page = client.get(f"/p/{participation.code}/", headers={"accept-language": "en"}).content.decode()
    assert '"next": "Weiter"' in page
    state = client.get(f"/p/{participation.code}/state/").json()
    assert state["title"] == "Wiesenfarben"
    assert state["trials"][0]["prompt"] == "Welches Bild hatte die falschen Farben?"
    assert [answer["label"] for answer in state["trials"][0]["answers"]] == ["Links", "Rechts"]
    assert translation.get_language() == "en"


def test_the_language_of_one_request_is_not_that_of_the_next(client, db, idle_queue):
    participation = begin_participation(study=launched_study(**OFFERED), source="person", language="de")
    client.get(f"/p/{participation.code}/")
    assert "There is nothing here" in client.get("/s/nowhere/").content.decode()
    assert translation.get_language() == "en"


@pytest.mark.parametrize("code", ["de", "es", "fr", "zh-hans"])
def test_an_address_that_leads_nowhere_says_so_in_the_visitor_s_language(client, db, code):
    page = client.get("/s/nowhere/", headers={"accept-language": code})
    assert (page.status_code, translation.get_language()) == (404, "en")
    assert f'<html lang="{code}"' in page.content.decode()
    assert "There is nothing here" not in page.content.decode()


def test_the_workbench_says_in_english_that_there_is_nothing(client, root):
    client.force_login(root)
    page = client.get("/admin/studies/study/999/recruiting/", headers={"accept-language": "de"})
    assert "There is nothing here" in page.content.decode()


@pytest.mark.parametrize(
    ("recruiter", "query", "words"),
    [
        ("prolific", "", ("hierher geführt hat, fehlt PROLIFIC_PID. ", "Erwartet wird: Ihre Prolific-ID.")),
        ("single_use", "?invitation=xyz", ("ist invitation beschädigt. ", "Erwartet wird: der Code einer")),
        ("single_use", f"?invitation={UUID(int=7)}", ("Diese Einladung zur Studie gibt es nicht. ",)),
    ],
)
def test_a_link_that_names_nobody_is_refused_in_the_visitor_s_language(
    client, db, idle_queue, recruiter, query, words
):
    codes = {"completed_code": "DONE"} if recruiter == "prolific" else {}
    study = launched_study(recruiter=recruiter, recruiter_settings=codes, **OFFERED)
    page = client.get(f"/s/{study.slug}/{query}", headers={"accept-language": "de"})
    assert page.status_code == 400
    assert "".join(words) in page.content.decode()


def test_a_language_from_right_to_left_turns_the_page():
    with translation.override("ar"):
        page = render_to_string("studies/no_way_on.html", {"study": Study(title="Meadow")})
    assert '<html lang="ar" dir="rtl">' in page


def test_the_pages_have_no_left_and_right_of_their_own():
    sheet = Path(languages.__file__).parents[1] / "static" / "studies" / "pages.css"
    for physical in ("-left", "-right", " left:", " right:", "text-align: left", "float"):
        assert physical not in sheet.read_text()


def test_validation_names_the_texts_that_a_language_lacks(db, idle_queue):
    study = make_study(**OFFERED, catalogue=False)
    warnings = [str(finding) for finding in validation.check(study).warnings]
    assert any("Deutsch" in words and words.endswith("thanks.") for words in warnings)
    assert any("简体中文" in words and "title, information, consent" in words for words in warnings)


def test_a_language_that_nobody_here_speaks_stands_against_a_launch(db, idle_queue):
    study = make_study(languages=["en", "tlh"], catalogue=False)
    assert any("tlh" in str(finding) for finding in validation.check(study).problems)


def test_a_study_file_with_odd_translations_is_refused_in_words(db):
    text = '[translations]\nde = "Hallo"\n[translations.fr]\ntitre = "Bonjour"\ntitle = 3\n'
    with pytest.raises(study_files.StudyFileRefused) as refused:
        study_files.create_study(text)
    words = str(refused.value)
    assert "[translations.de] must be a table of texts" in words
    assert "there is no text 'titre'" in words
    assert "title must be a text, not 3" in words
