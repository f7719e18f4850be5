"""Studies side by side as a phone and a desk show them."""

import pytest
from django.test import Client

from tests.browser.looks import check, looks
from tests.evaluation.test_together import agreeing

pytestmark = pytest.mark.browser
__all__ = ["agreeing"]


def test_studies_side_by_side_fit_every_look(
    transactional_db, idle_queue, agreeing, live_server, ada, open_page, results
):
    signed_in = Client()
    signed_in.force_login(ada)
    page = open_page()
    cookie = {"name": "sessionid", "value": signed_in.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/reports/together/?study=spring&study=autumn")
    for look in looks(page):
        check(page, f"together-{look}", results)
