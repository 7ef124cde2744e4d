"""Paying over HTTP: one session, results that are checked, tries that are counted (PAY-1)."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest

from chalicelib.application.billing.charging import stop_charging
from chalicelib.domain.billing.guards import LIMITS
from chalicelib.domain.billing.outcomes import Refused
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.selling.checkout import ATTEMPTS_MAX, Stage
from tests.integration.http.pages import Page
from tests.integration.http.site import EMAIL, Browser, Site, open_account, pay, place, review
from tests.integration.http.verdicts import LANGS, is_form_error, is_refusal, plain

DECLINED = Refused(code="2")


def order_of(page: Page) -> str:
    """The order that a payment page is for."""
    return page.forms["outcome"].action.split("/")[3]


def config_of(page: Page) -> str:
    """What the payment form is told."""
    found = re.search(r'data-config="([^"]*)"', page.html)
    assert found is not None
    return unescape(found[1])


def press(browser: Browser, lang: str, **changes: str) -> Page:
    """Order and press the order button, wherever that leads."""
    return browser.submit(review(browser, lang, **changes), "place")


def try_again(browser: Browser, result: Page) -> Page:
    """Press the button that the page of a refused payment has."""
    return browser.submit(result, "retry")


def test_the_payment_page_reloaded_is_the_same_session(site: Site) -> None:
    """The same key opens the same page: nobody pays twice by reloading."""
    browser = site.browser()
    page = place(browser)
    again = browser.get(page.forms["outcome"].action.replace("/outcome", "/pay"))
    assert config_of(page) == config_of(again)
    assert len(site.gateway.pages) == 1


def test_a_bank_sends_back_to_the_same_page(site: Site) -> None:
    """The query of a return is handed to the form as data and decides nothing."""
    browser = site.browser()
    path = place(browser).forms["outcome"].action.replace("/outcome", "/pay")
    page = browser.get(f"{path}?sessionId=CS1&redirectResult=%22%3E%3Cscript%3Ealert(1)")
    assert '"redirectResult": "\\"><script>alert(1)"' in config_of(page)
    assert len(page.scripts) == 1
    assert len(site.gateway.pages) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_paid_order_says_what_comes_next(site: Site, lang: str) -> None:
    browser = site.browser()
    result = browser.follow(pay(site, browser, place(browser, lang)))
    assert result.status == 200
    thanks = {"fr": "Merci", "en": "Thank you: it is paid"}[lang]
    assert thanks in result.text
    assert EMAIL in result.text
    assert len(site.gateway.captures) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_refused_payment_is_tried_again_without_retyping(site: Site, lang: str) -> None:
    """PAY-1: a new attempt on the same checkout, with its own session."""
    browser = site.browser()
    page = place(browser, lang)
    result = browser.follow(pay(site, browser, page, DECLINED))
    assert "retry" in result.forms
    again = browser.follow(try_again(browser, result))
    assert order_of(again) == order_of(page)
    assert config_of(again) != config_of(page)
    paid = browser.follow(pay(site, browser, again))
    assert "retry" not in paid.forms
    assert len(site.gateway.captures) == 1
    references = [p.request.reference[-2:] for p in site.gateway.pages.values()]
    assert references == [".1", ".2"]


@pytest.mark.parametrize("lang", LANGS)
def test_card_testing_meets_an_end(site: Site, lang: str) -> None:
    """Eight attempts an order: the ninth is told so, and opens nothing with the provider."""
    browser = site.browser()
    page = place(browser, lang)
    for _ in range(ATTEMPTS_MAX - 1):
        result = browser.follow(pay(site, browser, page, DECLINED))
        page = browser.follow(try_again(browser, result))
    result = browser.follow(pay(site, browser, page, DECLINED))
    site.world.read_stream()
    refused = try_again(browser, result)
    is_refusal(refused, 429, "TOO_MANY_TRIES", lang)
    assert len(site.gateway.pages) == ATTEMPTS_MAX
    assert list(site.world.read_stream()) == []
    assert site.gateway.captures == []


@pytest.mark.parametrize("lang", LANGS)
def test_too_many_refusals_from_one_address_close_the_payment_page(site: Site, lang: str) -> None:
    """Another order of another person from there is told when to come back."""
    site.told(limits=LIMITS.replace(refused_per_address=1))
    browser = site.browser()
    refusal = Refused(code="2", provider_reference="WNS7GQ4TG5PFWR50")
    pay(site, browser, place(browser, lang), refusal)
    other = site.browser()
    held = other.follow(press(other, lang, email="leo@example.org"))
    is_refusal(held, 429, "TOO_MANY_REFUSALS", lang)
    assert 0 < int(held.headers["retry-after"]) <= 3600
    elsewhere = site.browser(address="198.51.100.9")
    assert config_of(place(elsewhere, lang, email="mia@example.org"))


@pytest.mark.parametrize("lang", LANGS)
def test_no_payment_page_opens_while_payments_are_stopped(site: Site, lang: str) -> None:
    """The order is kept, and the reader is told so."""
    stop_charging(reason="a wrong price", by="odile", ports=site.world.ports)
    browser = site.browser()
    held = browser.follow(press(browser, lang))
    is_refusal(held, 503, "PAYMENTS_PAUSED", lang)
    assert held.headers["retry-after"] == "300"
    assert site.is_untouched


@pytest.mark.parametrize("lang", LANGS)
def test_while_payments_are_stopped_an_open_form_lets_nobody_pay(site: Site, lang: str) -> None:
    """It asks just before it is sent, and has the words: the order is kept."""
    browser = site.browser()
    page = place(browser, lang)
    asks = json.loads(config_of(page))["check"]
    assert json.loads(browser.get(asks).html) == {"standing": "open"}
    stop_charging(reason="a wrong price", by="odile", ports=site.world.ports)
    assert json.loads(browser.get(asks).html) == {"standing": "paused"}
    words = {"fr": "votre commande est conservée", "en": "your order is kept"}[lang]
    assert words in plain(page.text)


def test_trying_again_twice_is_one_try(site: Site) -> None:
    """A double click on the button of a refused payment opens one session."""
    browser = site.browser()
    result = browser.follow(pay(site, browser, place(browser), DECLINED))
    first, second = try_again(browser, result), try_again(browser, result)
    assert first.location == second.location
    assert browser.follow(first).html == browser.follow(second).html
    assert len(site.gateway.pages) == 2


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("session", "result"),
    [("CS00000000000001", "forged"), ("CS99999999999999", "x"), ("", ""), ("../x", "é\n")],
)
def test_a_made_up_result_pays_nothing(site: Site, session: str, result: str, lang: str) -> None:
    """What the browser brings home is asked of the provider, which does not know it."""
    browser = site.browser()
    page = place(browser, lang)
    site.world.read_stream()
    refused = browser.submit(page, "outcome", sessionId=session, sessionResult=result)
    is_refusal(refused, 422, "BAD_SESSION_RESULT", lang)
    assert page.forms["outcome"].action.removesuffix("/outcome") in refused.links
    assert list(site.world.read_stream()) == []
    assert stage(site, page) is Stage.PLACED


def stage(site: Site, page: Page) -> Stage:
    """Where the order of a payment page stands."""
    return site.world.ports.store.checkout(order_of(page), fresh=True).stage


def test_the_result_of_one_order_does_not_pay_another(site: Site) -> None:
    """A genuine result of a cheaper or older order is refused for this one."""
    honest, sly = site.browser(), site.browser()
    paid = place(honest)
    session_id = next(iter(site.gateway.pages))
    result = site.gateway.pay(session_id)
    unpaid = place(sly, email="mallory@example.org")
    refused = sly.submit(unpaid, "outcome", sessionId=session_id, sessionResult=result)
    is_refusal(refused, 422, "BAD_SESSION_RESULT", "fr")
    assert (stage(site, paid), stage(site, unpaid)) == (Stage.PLACED, Stage.PLACED)
    assert honest.follow(
        honest.submit(paid, "outcome", sessionId=session_id, sessionResult=result)
    ).text.count("Merci")
    assert (stage(site, paid), stage(site, unpaid)) == (Stage.PAID, Stage.PLACED)


def test_a_result_told_twice_is_entered_once(site: Site) -> None:
    browser = site.browser()
    page = place(browser)
    first = pay(site, browser, page)
    fields = next(iter(site.gateway.pages.items()))
    site.world.read_stream()
    assert fields[1].result is not None
    again = browser.submit(page, "outcome", sessionId=fields[0], sessionResult=fields[1].result)
    assert list(site.world.read_stream()) == []
    assert browser.follow(again).html == browser.follow(first).html


@pytest.mark.parametrize("lang", LANGS)
def test_a_silent_provider_is_told_as_such(site: Site, lang: str) -> None:
    """PAY-1: nothing is charged, the order is kept, the same page opens later."""
    browser = site.browser()
    page = review(browser, lang)
    placed = browser.submit(page, "place")
    site.gateway.is_down = True
    is_refusal(browser.get(placed.location), 502, "GATEWAY_UNAVAILABLE", lang)
    site.gateway.is_down = False
    assert "outcome" in browser.get(placed.location).forms


@pytest.mark.parametrize("lang", LANGS)
def test_a_payment_nobody_knows_of_yet_is_pending(site: Site, lang: str) -> None:
    """The provider may be silent when the buyer comes back; the notification settles it."""
    browser = site.browser()
    page = place(browser, lang)
    session_id = next(iter(site.gateway.pages))
    result = site.gateway.pay(session_id)
    site.gateway.is_down = True
    waiting = browser.follow(
        browser.submit(page, "outcome", sessionId=session_id, sessionResult=result)
    )
    words = {"fr": "Nous attendons votre banque", "en": "We are waiting for your bank"}[lang]
    assert words in waiting.text
    site.gateway.is_down = False
    site.world.rest()
    address = page.forms["outcome"].action.replace("/outcome", "/result")
    assert "mailbox" in browser.get(address).forms
    assert len(site.gateway.captured(DueKey(subscription_id=order_of(page), period=0))) == 1


def test_an_order_nobody_paid_is_closed(site: Site) -> None:
    """PAY-1: void after 24 hours; every way in says so and nothing can be paid."""
    browser = site.browser()
    page = place(browser, "en")
    site.world.live(timedelta(hours=25))
    assert stage(site, page) is Stage.VOID
    assert site.gateway.captures == []
    address = page.forms["outcome"].action.removesuffix("/outcome")
    result = browser.follow(browser.get(address))
    assert "This order is closed" in result.text
    assert "/en/order/solo" in result.links
    assert browser.follow(browser.get(f"{address}/pay")).html == result.html
    csrf = {"csrf": page.forms["outcome"].fields["csrf"]}
    is_refusal(browser.post(f"{address}/place", csrf), 422, "CHECKOUT_VOID", "en")
    is_refusal(browser.post(f"{address}/retry", csrf), 422, "CHECKOUT_VOID", "en")


def paid_order(site: Site, browser: Browser, lang: str = "fr", **changes: str) -> Page:
    """The result page of a paid order, before anything was mailed."""
    return browser.follow(pay(site, browser, place(browser, lang, **changes)))


@pytest.mark.parametrize("lang", LANGS)
def test_a_mistyped_mailbox_is_mended_after_the_payment(site: Site, lang: str) -> None:
    """CGS 2.1 b §2: confirmation and access go out again, to the right address."""
    browser = site.browser()
    result = paid_order(site, browser, lang, email="zoo@example.org")
    site.world.rest()
    assert site.world.fakes.post.to("zoo@example.org")
    mended = browser.follow(browser.submit(result, "mailbox", email=EMAIL))
    assert EMAIL in mended.text
    site.world.rest()
    assert len(site.world.fakes.post.to(EMAIL)) >= 2


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("email", "code"),
    [("no", "BAD_EMAIL"), ("", "BAD_EMAIL"), ("taken@example.org", "ACCOUNT_EXISTS")],
)
def test_a_wrong_correction_is_said_on_the_page(
    site: Site, email: str, code: str, lang: str
) -> None:
    other, browser = site.browser(), site.browser()
    paid_order(site, other, email="taken@example.org")
    result = paid_order(site, browser, lang)
    page = browser.submit(result, "mailbox", email=email)
    is_form_error(page, code, lang)
    assert page.forms["mailbox"].fields["email"] == email
    other_lang = "en" if lang == "fr" else "fr"
    order = result.forms["mailbox"].action.split("/")[3]
    switch = f"/{other_lang}/checkout/{order}/result"
    assert switch in page.links
    assert browser.get(switch).status == 200


def test_an_open_account_decides_itself_about_its_mailbox(site: Site) -> None:
    """After the password is set, the order's browser has no say any more."""
    browser = site.browser()
    result = paid_order(site, browser)
    site.world.rest()
    open_account(site, site.browser())
    page = browser.submit(result, "mailbox", email="mallory@example.org")
    is_refusal(page, 422, "ACCOUNT_OPENED", "fr")
    assert site.world.fakes.post.to("mallory@example.org") == ()
