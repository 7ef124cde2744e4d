"""The payment method in the account: shown, replaced, deleted (PAY-5)."""

import json
from datetime import timedelta

import pytest

from chalicelib.application.billing.charging import stop_charging
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes import OPENING, VISA
from tests.integration.http.pages import Page
from tests.integration.http.site import (
    EMAIL,
    Browser,
    Site,
    open_account,
    pay,
    subscribe,
)
from tests.integration.http.test_payment import config_of
from tests.integration.http.verdicts import LANGS, is_refusal, plain

HERE = "/account/method"
NEW = StoredMethod(token="TOKEN00000000002", kind="scheme", brand="mc", last_four="2222",
                   expires="12/2031", stored_at=OPENING + timedelta(days=1))  # fmt: skip
ADDED = Authorised(provider_reference="P-METHOD", method=NEW)


@pytest.fixture
def member(site: Site) -> tuple[Browser, str]:
    """Somebody signed in, and their contract."""
    browser = site.browser()
    subscription_id = subscribe(site, browser)
    open_account(site, browser)
    return browser, subscription_id


def form(browser: Browser, lang: str = "fr") -> Page:
    """The provider's page for another method."""
    page = browser.follow(browser.submit(browser.get(f"/{lang}{HERE}"), "replace-1"))
    assert "outcome" in page.forms, page.text
    return page


@pytest.mark.parametrize("lang", LANGS)
def test_a_card_is_replaced(site: Site, member: tuple[Browser, str], lang: str) -> None:
    """Brand, end and expiry are shown; the new one pays the next month."""
    browser, subscription_id = member
    page = browser.get(f"/{lang}{HERE}")
    assert "1111" in page.text
    assert "03/2030" in page.text
    assert page.scripts == []
    done = browser.follow(pay(site, browser, form(browser, lang), ADDED))
    assert done.status == 200
    assert "Mastercard" in done.text
    assert "2222" in done.text
    site.world.rest()
    assert site.world.fakes.post.to(EMAIL)[-1].tags["template"] == "method_replaced"
    site.world.move_to_next_due(subscription_id)
    site.world.sweep()
    assert site.gateway.charges[-1].method == NEW


def test_the_page_opens_once_and_costs_nothing(site: Site, member: tuple[Browser, str]) -> None:
    browser, subscription_id = member
    page = form(browser)
    assert form(browser).forms["outcome"].action == page.forms["outcome"].action
    request = site.gateway.pages[list(site.gateway.pages)[-1]].request
    assert (request.amount.minor, request.reference) == (0, f"{subscription_id}.M1")
    assert request.return_url.endswith(f"/fr{HERE}/{subscription_id}/form")
    assert "https://checkoutshopper-test.adyen.com" in page.headers["content-security-policy"]
    site.world.fakes.clock.advance(timedelta(hours=1))
    over = browser.get(f"/fr{HERE}/{subscription_id}/form")
    assert (over.status, over.location) == (303, f"/fr{HERE}")
    back = browser.get(f"/fr{HERE}/{subscription_id}/form?sessionId=CS1&redirectResult=r")
    assert "outcome" in back.forms


@pytest.mark.parametrize("lang", LANGS)
def test_a_bank_that_says_no_is_told(site: Site, member: tuple[Browser, str], lang: str) -> None:
    browser, _ = member
    answer = browser.follow(pay(site, browser, form(browser, lang), Refused(code="2")))
    words = {"fr": "Votre banque n’a pas accepté", "en": "Your bank did not accept"}[lang]
    assert words in answer.text
    assert "1111" in answer.text


@pytest.mark.parametrize("lang", LANGS)
def test_a_silent_provider_is_waited_for(
    site: Site, member: tuple[Browser, str], lang: str
) -> None:
    """The token's own event brings the method."""
    browser, subscription_id = member
    page = form(browser, lang)
    session_id = list(site.gateway.pages)[-1]
    result = site.gateway.pay(session_id, ADDED)
    site.gateway.is_down = True
    waiting = browser.follow(
        browser.submit(page, "outcome", sessionId=session_id, sessionResult=result)
    )
    words = {"fr": "n’a pas encore répondu", "en": "has not answered yet"}[lang]
    assert words in waiting.text
    site.gateway.is_down = False
    site.world.rest()
    assert site.world.ports.store.subscription(subscription_id, fresh=True).method == NEW


@pytest.mark.parametrize("lang", LANGS)
def test_deleting_is_explained_confirmed_and_undone(
    site: Site, member: tuple[Browser, str], lang: str
) -> None:
    """REN-2: the contract goes on; the next due date sends a link; adding is the undo."""
    browser, subscription_id = member
    asked = browser.get(f"/{lang}{HERE}/{subscription_id}/delete")
    words = {"fr": "Votre abonnement continue", "en": "Your subscription goes on"}[lang]
    assert words in asked.text
    assert asked.scripts == []
    deleted = browser.follow(browser.submit(asked, "delete"))
    assert site.gateway.stored_methods(subscription_id) == ()
    none = {"fr": "Aucun moyen de paiement", "en": "No means of payment is stored"}[lang]
    assert none in plain(deleted.text)
    gone = browser.get(f"/{lang}{HERE}/{subscription_id}/delete")
    assert (gone.status, gone.location) == (303, f"/{lang}{HERE}")
    is_refusal(browser.submit(asked, "delete"), 422, "NO_METHOD", lang)
    site.world.move_to_next_due(subscription_id)
    site.world.sweep()
    key = DueKey(subscription_id=subscription_id, period=1)
    letter = site.world.fakes.post.to(EMAIL)[-1]
    assert letter.tags["template"] == "payment_refused"
    assert "/pay/" in letter.text
    page = browser.get(f"/{lang}{HERE}")
    assert any("/pay/" in at for at in page.links)
    added = browser.follow(pay(site, browser, form(browser, lang), ADDED))
    assert "2222" in added.text
    site.world.sweep()
    assert site.world.ports.store.due_item(key, fresh=True).state is DueState.PAID


@pytest.mark.parametrize("lang", LANGS)
def test_while_payments_are_stopped_an_open_form_stores_nothing(
    site: Site, member: tuple[Browser, str], lang: str
) -> None:
    """Neither a form that is open, nor another one."""
    browser, _ = member
    page = form(browser, lang)
    stop_charging(reason="a wrong price", by="odile", ports=site.world.ports)
    asked = browser.get(json.loads(config_of(page))["check"])
    assert json.loads(asked.html) == {"standing": "paused"}
    words = {"fr": "Rien n’a changé", "en": "Nothing has changed"}[lang]
    assert words in plain(page.text)
    held = browser.follow(browser.submit(browser.get(f"/{lang}{HERE}"), "replace-1"))
    is_refusal(held, 503, "PAYMENTS_PAUSED", lang)


def test_nobody_reaches_another_contract(site: Site, member: tuple[Browser, str]) -> None:
    """Without signing in, or signed in as somebody else."""
    _, subscription_id = member
    stranger = site.browser()
    for path in ("", f"/{subscription_id}/form", f"/{subscription_id}/delete"):
        sent = stranger.get(f"/fr{HERE}{path}")
        assert (sent.status, sent.location) == (303, f"/fr/sign-in?next={HERE}")
    csrf = {"csrf": stranger.get("/fr/sign-in").forms["sign-in"].fields["csrf"]}
    for path in ("", "/outcome", "/delete"):
        answer = stranger.post(f"/fr{HERE}/{subscription_id}{path}", csrf)
        is_refusal(answer, 403, "SIGN_IN_FIRST", "fr")
    other = site.browser()
    subscribe(site, other, email="mallory@example.org")
    open_account(site, other, "mallory@example.org")
    csrf = {"csrf": other.get(f"/fr{HERE}").forms["replace-1"].fields["csrf"]}
    for path in ("", "/outcome", "/delete"):
        answer = other.post(f"/fr{HERE}/{subscription_id}{path}", csrf)
        is_refusal(answer, 403, "NOT_YOURS", "fr")
    is_refusal(other.get(f"/fr{HERE}/{subscription_id}/form"), 403, "NOT_YOURS", "fr")
    is_refusal(other.get(f"/fr{HERE}/nonsense/form"), 404, "NOT_FOUND", "fr")
    assert site.gateway.stored_methods(subscription_id) == (VISA,)
