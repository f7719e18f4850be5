"""The report as one file: without a network, with names and rates that leave no room, by key, and by axe."""

import re

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from evaluation.services import report_files
from tests.browser.conftest import AXE
from tests.evaluation.cast import demanding_report

# The file is made from rows of a database, which is there only where a test asks for it.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

NAMES = {
    f"arm{k}": f"{k} network that was trained on the photographs of a summer" if k % 2
    else f"{k}_network_that_was_trained_on_photographs_of_a_whole_summer"
    for k in range(8)
}  # fmt: skip
SHIFTS = """
window.shifts = [];
const name = source => source.node ? `${source.node.nodeName} ${source.node.className || ""}` : "?";
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  window.shifts.push(`${entry.value} at ${entry.startTime}: ${entry.sources.map(name)}`);
})).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="module", params=[1, 8], ids=["one condition", "eight conditions"])
def file(request, built_once, tmp_path_factory):
    names = dict(list(NAMES.items())[: request.param])

    def written():
        ada = get_user_model().objects.create_user("ada")
        return report_files.html(demanding_report(ada, names))

    path = tmp_path_factory.mktemp("file") / "report.html"
    path.write_text(built_once(written), encoding="utf-8")
    return path


@pytest.fixture(params=[(375, 667), (1440, 900)], ids=["phone", "desk"])
def page(request, browser):
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, color_scheme="dark"
    )
    context.add_init_script(SHIFTS)
    asked = []
    page = context.new_page()
    page.on("request", lambda sent: asked.append(sent.url))
    page.asked = asked
    yield page
    context.close()


def test_the_file_needs_no_network_and_breaks_nowhere(page, file, results, request):
    page.goto(file.as_uri())
    # Before the screenshot, which stretches the window. On a busy machine a half-read file may be painted;
    # what shifts by its design shifts every time.
    seen = []
    for _ in range(5):
        seen.append(page.evaluate("() => window.shifts"))
        if not seen[-1]:
            break
        page.reload()
    assert seen[-1] == [], seen
    page.get_by_role("button", name="Open all sections").click()
    results.keep(page, f"file-{request.node.callspec.id}", full_page=True)
    assert {url for url in page.asked if not url.startswith("data:")} == {file.as_uri()}
    assert page.evaluate("() => [...document.images].filter(i => i.complete && !i.naturalWidth).length") == 0
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run()")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


def test_the_answer_comes_first_and_the_rest_is_folded_but_printed(page, file):
    page.goto(file.as_uri())
    expect(page.locator("details.fold[open]")).to_have_count(page.locator("#differences").count())
    if page.viewport_size["width"] > 1000:
        for part in (".headline", ".answer .chart img", ".answer table thead"):
            box = page.locator(part).first.bounding_box()
            assert box["y"] + min(box["height"], 200) <= page.viewport_size["height"], part
    page.goto(f"{file.as_uri()}#def-naive")
    expect(page.locator("#def-naive")).to_be_in_viewport()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details.fold:not([open])")).to_have_count(0)


def test_figures_and_tables_are_numbered_without_a_gap(page, file):
    page.goto(file.as_uri())
    words = page.evaluate("() => document.body.textContent")
    for kind in ("Figure", "Table"):
        found = [int(number) for number in re.findall(rf"{kind} (\d+)\.", words)]
        assert sorted(set(found)) == list(range(1, len(set(found)) + 1))
        assert len(found) == len(set(found)) > 2


def test_every_visible_number_column_reaches_its_definition_by_key(page, file):
    page.goto(file.as_uri())
    page.get_by_role("button", name="Open all sections").click()
    links = page.locator("a[href^='#def-']:visible")
    reached = set()
    for number in range(links.count()):
        link = links.nth(number)
        target = link.get_attribute("href")
        if target in reached:
            continue
        link.focus()
        assert link.evaluate("link => link === document.activeElement && link.getClientRects().length > 0")
        page.keyboard.press("Enter")
        assert page.locator(target).evaluate(
            "term => { const box = term.getBoundingClientRect();"
            " return term.matches(':target') && box.top >= 0 && box.top < window.innerHeight; }"
        )
        reached.add(target)
    assert len(reached) > 25
