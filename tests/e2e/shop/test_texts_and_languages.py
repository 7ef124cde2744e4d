"""The texts, the two languages, and what must work without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.e2e.shop.person import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.shop.person import Person

pytestmark = pytest.mark.e2e

LANGS = ("fr", "en")
TEXTS = (
    "terms",
    "terms/2026-01-15",
    "legal-notice",
    "privacy",
    "cookies",
    "accessibility",
    "mediator",
    "help",
    "contact",
)
DOORS = ("sign-in", "password", "nowhere")
TERMS_TITLE = {"fr": "Conditions générales", "en": "General terms"}
PRINTED = {"fr": "rétractation", "en": "withdrawal"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_texts_are_there_without_javascript(a_person: Callable[..., Person], lang: str) -> None:
    """TEC-1: whoever switches scripts off reads everything that binds."""
    mael = a_person("mael", lang, scripts=False)
    mael.go("")
    for name in TEXTS:
        mael.go(f"/{name}")
        assert mael.title()
        assert mael.page.locator("html").get_attribute("lang") == lang
        assert len(mael.text()) > 300


@pytest.mark.parametrize("lang", LANGS)
def test_the_texts_look_right(a_person: Callable[..., Person], lang: str) -> None:
    nour = a_person("nour", lang)
    nour.watch.allowed.add("status of 404")
    for name in (*TEXTS, *DOORS):
        nour.go(f"/{name}")
        nour.look(name.replace("/", "-"))


@pytest.mark.parametrize("lang", LANGS)
def test_the_terms_are_downloaded(a_person: Callable[..., Person], lang: str) -> None:
    """The same words, to keep."""
    oda = a_person("oda", lang, scripts=False)
    oda.go("/terms")
    with oda.page.expect_download() as given:
        oda.page.locator('main a[href$="/pdf"]').click()
    assert given.value.suggested_filename == f"terms-2026-09-01-{lang}.pdf"
    paper = PdfReader(given.value.path())
    assert TERMS_TITLE[lang] in str(paper.metadata and paper.metadata.title)
    words = "".join(page.extract_text() for page in paper.pages)
    assert PRINTED[lang] in words
    assert oda.page.locator("code").last.inner_text() in words.replace("\n", "")


def test_switching_the_language_keeps_the_form(a_person: Callable[..., Person]) -> None:
    """FR to EN and back: what was typed and ticked stays, without JavaScript too."""
    paz = a_person("paz", scripts=False)
    paz.go("/order/solo")
    paz.fill({**paz.answers, "email": paz.email})
    paz.agree("capacity", "terms")
    paz.push(paz.page.locator("button.switch"))
    assert paz.page.locator("html").get_attribute("lang") == "en"
    paz.push(paz.page.locator("button.switch"))
    assert paz.page.locator("html").get_attribute("lang") == "fr"
    assert paz.page.input_value("#email") == paz.email
    assert paz.page.input_value("#city") == paz.answers["city"]
    assert paz.page.input_value("#birth_year") == paz.answers["birth_year"]
    assert paz.page.input_value("#country") == "FR"
    ticked = [paz.page.is_checked(f"#{box}") for box in ("capacity", "terms", "immediate_start")]
    assert ticked == [True, True, False]
    paz.press("order")
    assert paz.title() == "Vérifiez votre commande"


def test_a_contract_is_left_without_javascript(a_person: Callable[..., Person]) -> None:
    """REN-3, in English, in a browser that runs no script, and undone there."""
    a_person("quinn", "en").subscribe()
    quinn = a_person("quinn", "en", scripts=False)
    quinn.go("/account/cancel")
    quinn.page.fill("#email", quinn.email)
    quinn.page.fill("#password", PASSWORD)
    quinn.press("sign-in")
    assert quinn.page.url.endswith("/en/account/cancel")
    quinn.press("cancel")
    quinn.go("/account")
    assert quinn.badge() == "Ends soon"
    quinn.press("resume")
    assert quinn.badge() == "Active"


def test_the_account_looks_right_in_english(a_person: Callable[..., Person]) -> None:
    robin = a_person("robin", "en")
    robin.subscribe()
    for name in ("account", "account/documents", "account/method", "account/cancel"):
        robin.go(f"/{name}")
        robin.look(name.replace("/", "-"))
    robin.press("cancel")
    robin.look("cancelled")


def test_waiting_for_the_right_of_withdrawal(a_person: Callable[..., Person]) -> None:
    """Who does not ask for an immediate start pays now, and learns from day 15."""
    rosa = a_person("rosa", "en")
    rosa.go("/order/solo")
    rosa.look("order")
    rosa.order("capacity", "terms")
    rosa.till.pay_by_card("4111111111111111")
    rosa.look("paid")
    rosa.mail("access")
    rosa.follow("/password/")
    rosa.look("set-password")
    rosa.page.fill("#new_password", "short")
    rosa.press("set-password")
    rosa.look("set-password-again")
    rosa.page.fill("#new_password", "Un-long-mot-de-passe-2026")
    rosa.press("set-password")
    assert rosa.badge() == "Opens soon"
    rosa.look("account-waiting")
    rosa.go_to("/learn/en/course")
    assert "for subscribers" in rosa.page.locator(".notice").inner_text()
