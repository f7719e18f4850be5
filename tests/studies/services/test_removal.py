"""Whether a study may be deleted, however many people took part."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.services import removal
from tests.multitude import Size, fill

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_who_answered_is_asked_person_by_person_and_only_so_far(ada, monkeypatch):
    study = fill(Size(sets=((12, 3),), people=(4,), trials=8), ada)[0]
    assert "4 people have answered" in removal.why_kept(study)
    monkeypatch.setattr(removal, "MOST_COUNTED", 2)
    with CaptureQueriesContext(connection) as queries:
        assert "over 2 people have answered" in removal.why_kept(study)
    [asked] = [query["sql"] for query in queries if "studies_trial" in query["sql"]]
    assert "DISTINCT" not in asked  # That reads every trial of the study.
    assert "LIMIT 3" in asked
