"""The forms in a real browser, without JavaScript: what a key, a click or an error does."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages.conftest import Site

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(scriptless: Browser) -> Iterator[Page]:
    """A page of a browser that runs no script (TEC-1)."""
    context = scriptless.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def test_enter_sends_the_form_and_does_not_switch_the_language(page: Page, site: Site) -> None:
    """The language button stands first in the page, yet Enter in a field orders."""
    page.goto(site.page("order"))
    page.get_by_label("Prénom").fill("Zoé")
    page.get_by_label("Prénom").press("Enter")
    (path, fields) = site.posted[0]
    assert path == "/fr/order/solo"
    assert "switch_lang" not in fields
    assert fields["given_name"] == "Zoé"


def test_switching_the_language_keeps_the_form(page: Page, site: Site) -> None:
    """The switch posts what was typed, with the language asked for."""
    page.goto(site.page("order"))
    page.get_by_label("Adresse e-mail").fill("zoe@mail.example")
    page.get_by_label("Pays de résidence").select_option("EG")
    page.get_by_role("button", name="English").click()
    (_, fields) = site.posted[0]
    assert fields["switch_lang"] == "en"
    assert fields["email"] == "zoe@mail.example"
    assert fields["country"] == "EG"
    assert fields["checkout_id"] == "c1"


def test_the_boxes_post_what_was_agreed_to(page: Page, site: Site) -> None:
    """CGS 1 §2: a ticked box names the version of the terms; an empty one posts nothing."""
    page.goto(site.page("order"))
    page.get_by_label("J’ai lu et j’accepte").check()
    page.get_by_role("button", name="Continuer vers la vérification").click()
    (_, fields) = site.posted[0]
    assert fields["terms"] == "2026-09-01"
    assert "immediate_start" not in fields
    assert "capacity" not in fields


def test_the_error_summary_has_the_focus_and_leads_to_the_fields(page: Page, site: Site) -> None:
    """A person who cannot see the page starts at what is wrong, then jumps to it."""
    page.goto(site.page("order-wrong"))
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("link", name="Date de naissance").click()
    expect(page.get_by_label("Jour")).to_be_focused()


def test_the_first_key_offers_to_skip_to_the_content(page: Page, site: Site) -> None:
    """The first stop of the keyboard is the skip link, and it shows."""
    page.goto(site.page("offers"))
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Aller au contenu")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_a_contract_is_cancelled_without_a_script(page: Page, site: Site) -> None:
    """REN-3: one button confirms, with what the page was seen with."""
    page.goto(site.page("cancel"))
    page.get_by_role("button", name="Confirmer ma demande de résiliation").click()
    (path, fields) = site.posted[0]
    assert path == "/fr/account/cancel"
    assert fields == {"csrf": "token-1", "seen_version": "4"}


def test_the_payment_page_says_that_it_needs_a_script(page: Page, site: Site) -> None:
    """Without JavaScript the page explains, and offers another way."""
    page.goto(site.page("payment"))
    title = page.locator("noscript .banner-title")
    expect(title).to_be_visible()
    assert title.text_content() == "Cette page a besoin de JavaScript"
    expect(page.locator('noscript a[href="/fr/contact"]')).to_be_visible()


def test_a_payment_form_that_does_not_load_says_so(browser: Browser, site: Site) -> None:
    """With the provider out of reach the person reads what to do, and nothing is posted."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.page("payment-live"))
    expect(page.get_by_text("Le formulaire de paiement ne se charge pas")).to_be_visible()
    expect(page.locator("#drop-in")).to_be_hidden()
    context.close()
    assert site.posted == []


def test_an_old_browser_reads_the_banner(browser: Browser, site: Site) -> None:
    """A browser that knows no cascade layers shows the banner; one that does hides it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.page("offers"))
    expect(page.get_by_text("Votre navigateur est trop ancien")).to_be_hidden()
    page.route("**/*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    page.goto(site.page("offers"))
    expect(page.get_by_text("Votre navigateur est trop ancien")).to_be_visible()
    context.close()
