"""No page of the workbench asks the database more often because there are more rows."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from evaluation.models import Population
from evaluation.services.reports import (
    make_report,
)
from tests.multitude import Size, fill
from tests.workbench_pages import pages

pytestmark = pytest.mark.database

FEW = Size(sets=((4, 3), (12, 3)), people=(3,), trials=8)
MANY = Size(sets=((9, 4), (9, 4), (9, 3), (24, 5)), people=(12, 4, 4), trials=16, runs=3)
MOST = 25
NOT_OURS = ("admin:axes_", "admin:auth_", "ready")  # the last asks services that do not run here
REFUSED = {403, 404, 405}
SPREAD = 1
"""A first visit may look something up that a later one finds known, and a filter may fall away."""


@pytest.fixture
def opened(client, ada, db):
    """Opens every page of an installation of a size: how often each asked the database."""
    ada.user_permissions.set(Permission.objects.all())
    client.force_login(ada)

    def open_all(size: Size) -> dict[str, int]:
        with transaction.atomic():
            study = fill(size, ada)[0]
            make_report(study=study, population=Population.PEOPLE)
            found = {}
            for name, address in pages():
                if name.startswith(NOT_OURS) or (size == FEW and ", " in name):
                    continue
                with CaptureQueriesContext(connection) as queries:
                    status = client.get(address).status_code
                assert status in {200, 302} | REFUSED, f"{name} {address}: {status}"
                if status not in REFUSED:
                    found[name] = len(queries)
            transaction.set_rollback(True)
        return found

    return open_all


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_page_asks_more_often_for_many_rows_than_for_few(opened):
    few, many = opened(FEW), opened(MANY)
    assert len(many) > 60  # The pages are found, and most answer.
    grown = {name: (few[name], n) for name, n in many.items() if name in few and n > few[name] + SPREAD}
    assert not grown, f"queries with few rows and with many: {grown}"
    costly = {name: n for name, n in many.items() if n > MOST}
    assert not costly, f"more than {MOST} queries: {costly}"
