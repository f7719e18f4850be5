"""A page in all its looks: on a phone and on a desk, in light and in dark."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.conftest import AXE, Album

WIDTHS = {"phone": (375, 667), "desk": (1440, 900)}


def looks(page: Page) -> Iterator[str]:
    """Give the page one look after the other; each is named, and what was open is still there."""
    for width, (across, tall) in WIDTHS.items():
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": across, "height": tall})
            page.emulate_media(color_scheme=scheme)
            yield f"{width}-{scheme}"


def check(page: Page, name: str, results: Album) -> None:
    """No violation that axe knows of, nothing wider than the window."""
    results.keep(page, name, full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), name
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run()")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == [], (
        name
    )
