"""The study's texts in its other languages, in the form of a draft."""

from studies.admin.forms import TRANSLATION, StudyForm, study_form
from studies.models import Study


def test_the_form_has_a_field_for_each_text_of_each_further_language():
    fields = study_form("pair", "open", ["de", "fr"]).base_fields
    assert f"{TRANSLATION}de__title" in fields
    assert f"{TRANSLATION}fr__eligibility" in fields
    assert not any(name.startswith(TRANSLATION) for name in study_form("pair", "open").base_fields)


def test_what_was_filled_in_is_kept_and_other_languages_are_left_alone(db):
    study = Study(languages=["en", "de"], translations={"de": {"title": "Alt"}, "fr": {"title": "Pré"}})
    form = study_form("pair", "open", ["de"])({}, instance=study)
    assert form.initial[f"{TRANSLATION}de__title"] == "Alt"
    kept = form._translations({f"{TRANSLATION}de__title": "Neu", f"{TRANSLATION}de__thanks": ""})
    assert kept == {"de": {"title": "Neu"}, "fr": {"title": "Pré"}}


def test_the_language_of_the_texts_stays_the_first(db):
    form = StudyForm({}, instance=Study(languages=["de"]))
    form.cleaned_data = {"languages": ["en", "de", "fr"]}
    assert form.clean_languages() == ["de", "en", "fr"]


def test_the_page_of_a_draft_shows_the_fields_of_its_languages(client, root, idle_queue):
    from tests.builders import make_study

    study = make_study(languages=["en", "de"], catalogue=False)
    client.force_login(root)
    page = client.get(f"/admin/studies/study/{study.pk}/change/").content.decode()
    assert f'name="{TRANSLATION}de__information"' in page
    assert 'name="translated_into" value="de"' in page
