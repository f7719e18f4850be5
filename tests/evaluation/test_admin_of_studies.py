"""Exclusions and reports in the workbench: for the researchers of a study, without further permission."""

import pytest

from tests import builders


@pytest.fixture
def study(db, ada):
    return builders.make_study("sky", catalogue=False, owner=ada)


@pytest.mark.parametrize("page", ["report/", "order/", "exclusion/", "exclusion/add/"])
def test_the_studys_researcher_needs_no_permission_of_her_own(client, ada, study, page):
    client.force_login(ada)
    assert client.get(f"/admin/evaluation/{page}").status_code == 200


@pytest.mark.parametrize("page", ["report/", "order/", "exclusion/"])
def test_nobody_else_reads_its_title_there(client, ben, study, page):
    builders.make_study("mine", catalogue=False, owner=ben, title="My own study")
    client.force_login(ben)
    assert study.title not in client.get(f"/admin/evaluation/{page}").content.decode()
