"""Every page in a real browser: accessible, inside its width, easy to hit, day and night."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.pages.conftest import Site
from tests.unit.pages.sample_pages import PAGES

pytestmark = pytest.mark.e2e

Scheme = Literal["light", "dark"]
# The page of each problem differs by its words only: two stand for all.
SEEN = [name for name in PAGES if not name.startswith("problem-") or name == "problem-unexpected"]
LOOKS: list[tuple[int, Scheme]] = [(360, "light"), (1280, "dark"), (1280, "light"), (360, "dark")]
CASES = [
    (name, lang, *LOOKS[(n + turn) % 4])
    for n, name in enumerate(SEEN)
    for turn, lang in enumerate(("fr", "en"))
]
CASES += [("gallery", lang, *look) for lang in ("fr", "en") for look in LOOKS]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OFFENCES = """tags => axe.run(document, {runOnly: tags})
  .then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.html).join(' | ')))"""
SMALL = """() => [...document.querySelectorAll(
    'button:not(.enter-first), .button, header a, nav a, .errors a, footer a, input, select')]
  .filter(e => !['hidden', 'checkbox'].includes(e.type) && !e.ariaHidden)
  .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44)
  .map(e => e.outerHTML)"""


@pytest.mark.parametrize(("name", "lang", "width", "scheme"), sorted(set(CASES)))
def test_a_page_is_accessible_and_fits(
    browser: Browser, site: Site, axe: str, name: str, lang: str, width: int, scheme: Scheme
) -> None:
    """ACC-1: nothing that axe can see against WCAG 2.2 AA, no sideways scroll, large targets."""
    page = _open(browser, width, scheme)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(site.page(name, lang))
    page.evaluate("document.fonts.ready")
    page.evaluate(axe)
    offences = page.evaluate(OFFENCES, TAGS)
    widest = page.evaluate("document.documentElement.scrollWidth")
    small = page.evaluate(SMALL)
    page.context.close()
    assert offences == []
    assert widest <= width
    assert small == []
    assert [text for text in refused if "style" in text.lower() or "font" in text.lower()] == []


def test_the_fonts_are_ours(browser: Browser, site: Site) -> None:
    """Both families load from this site; nothing is asked of another."""
    page = _open(browser, 1280, "light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.page("account"))
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    page.context.close()
    assert {"Newsreader", "Source Sans 3"} <= {family.strip('"') for family in loaded}
    assert [url for url in asked if not url.startswith(site.address)] == []


def _open(browser: Browser, width: int, scheme: Scheme) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    return context.new_page()
