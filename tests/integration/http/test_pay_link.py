"""A month paid by the link in a mail, without signing in (DUN-1, PAY-4)."""

import json
from datetime import timedelta
from html import unescape

import pytest

from chalicelib.application.billing.charging import resume_charging, stop_charging
from chalicelib.application.billing.pay_page import LINK_DAYS
from chalicelib.domain.billing.agenda import PAGE_OPEN_FOR
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes import VISA
from tests.integration.http.pages import Page
from tests.integration.http.site import (
    EMAIL,
    Browser,
    Site,
    mailed_path,
    open_account,
    pay,
    subscribe,
)
from tests.integration.http.test_payment import config_of
from tests.integration.http.verdicts import LANGS, details, is_dressed, is_refusal, plain

PAYPAL = StoredMethod(token="TOKEN00000000003", kind="paypal")
SECRETS = ("zoe", "Zoé", "Aubigné", "Été", "example.org")


def refused(site: Site, *codes: str, lang: str = "fr") -> DueKey:
    """Somebody whose renewal was refused with these codes; the month that is owed."""
    subscription_id = subscribe(site, site.browser(), lang)
    site.gateway.script(VISA.token, *(Refused(code=code) for code in codes or ("38",)))
    site.world.move_to_next_due(subscription_id)
    site.world.sweep()
    return DueKey(subscription_id=subscription_id, period=1)


def link(site: Site) -> str:
    """The latest payment link that was mailed."""
    return mailed_path(site, EMAIL, "/pay/")


def form(browser: Browser, path: str) -> Page:
    """Open the link and press its button: the provider's form."""
    page = browser.follow(browser.submit(browser.get(path), "pay"))
    assert "outcome" in page.forms, page.text
    return page


def month(site: Site, key: DueKey) -> DueState:
    return site.world.ports.store.due_item(key, fresh=True).state


def standing(browser: Browser, page: Page) -> str:
    """What the page's own script is told before it lets anybody pay."""
    told = browser.get(json.loads(config_of(page))["check"])
    assert told.headers["content-type"] == "application/json"
    return str(json.loads(told.html)["standing"])


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_explains_itself_without_a_script(site: Site, lang: str) -> None:
    """What is owed, what we do, what happens otherwise; nothing about anybody."""
    refused(site, lang=lang)
    page = site.browser().get(link(site))
    assert (page.status, page.lang, page.scripts) == (200, lang, [])
    is_dressed(page)
    told = {
        "fr": ("Un mois à régler", "20,00 €", "Visa •••• 1111", "Aucun : nous n’essayons plus",
               "Sans paiement, il se ferme le", "résilier l’abonnement"),
        "en": ("A month to pay", "€20.00", "Visa •••• 1111", "None: we do not try again",
               "Without a payment it closes on", "cancel the subscription"),
    }  # fmt: skip
    for words in told[lang]:
        assert words in plain(page.text)
    assert [word for word in SECRETS if word in page.html] == []


@pytest.mark.parametrize("lang", LANGS)
def test_from_the_mail_to_the_open_access(site: Site, lang: str) -> None:
    """A refusal for good closes access; the link and a payment open it again."""
    key = refused(site, "20", lang=lang)
    store = site.world.ports.store
    assert store.subscription(key.subscription_id, fresh=True).status is Status.SUSPENDED
    browser = site.browser()
    page = form(browser, link(site))
    assert standing(browser, page) == "open"
    paid = browser.follow(pay(site, browser, page))
    thanks = {"fr": "Merci : c’est payé", "en": "Thank you: it is paid"}[lang]
    assert thanks in plain(paid.text)
    assert store.subscription(key.subscription_id, fresh=True).status is Status.ACTIVE
    site.world.rest()
    published = [event["event"] for event in site.world.fakes.bus.published]
    assert published[-1] == "EntitlementChanged"
    assert len(site.gateway.captured(key)) == 1
    spent = browser.get(link(site))
    already = {"fr": "Ce mois est déjà payé", "en": "This month is already paid"}[lang]
    assert (spent.status, "pay" in spent.forms) == (200, False)
    assert already in spent.text
    assert standing(browser, page) == "settled"


@pytest.mark.parametrize("lang", LANGS)
def test_while_payments_are_stopped_an_open_page_lets_nobody_pay(site: Site, lang: str) -> None:
    """The form asks just before it is sent; a month that is paid stays told as paid."""
    key = refused(site, lang=lang)
    browser, late = site.browser(), site.browser()
    page = form(browser, link(site))
    stop_charging(reason="a wrong price", by="odile", ports=site.world.ports)
    assert standing(browser, page) == "paused"
    words = {"fr": "votre lien reste valable", "en": "your link stays good"}[lang]
    assert words in plain(page.text)
    held = late.follow(late.submit(late.get(link(site)), "pay"))
    is_refusal(held, 503, "PAYMENTS_PAUSED", lang)
    resume_charging(ports=site.world.ports)
    assert standing(browser, page) == "open"
    pay(site, browser, page)
    assert month(site, key) is DueState.PAID
    stop_charging(reason="a wrong price", by="odile", ports=site.world.ports)
    assert standing(browser, page) == "settled"


@pytest.mark.parametrize("lang", LANGS)
def test_an_agreement_that_ended_at_paypal_is_told_by_its_name(site: Site, lang: str) -> None:
    """DUN-1: suspended, a link sent, never charged again; no word of a bank or of a card."""
    paid = Authorised(provider_reference="P-PAYPAL", method=PAYPAL)
    subscription_id = subscribe(site, site.browser(), lang, outcome=paid)
    site.gateway.script(PAYPAL.token, Refused(code="26"))
    site.world.move_to_next_due(subscription_id)
    site.world.sweep()
    store = site.world.ports.store
    assert store.subscription(subscription_id, fresh=True).status is Status.SUSPENDED
    letter = site.world.fakes.post.to(EMAIL)[-1]
    assert letter.tags["template"] == "payment_refused"
    says, never = {
        "fr": ("PayPal n'autorise plus de paiements", ("Votre banque", "carte")),
        "en": ("PayPal allows no further payments", ("Your bank", "card")),
    }[lang]
    assert says in plain(letter.text)
    assert [word for word in never if word in plain(letter.text)] == []
    page = site.browser().get(link(site))
    assert "PayPal" in plain(page.text)
    charges = len(site.gateway.charges)
    site.world.live(timedelta(days=40))
    assert len(site.gateway.charges) == charges


def test_the_payment_page_opens_for_the_provider_and_only_there(site: Site) -> None:
    """The form's address is the attempt's own; reloaded it is the same page of the provider."""
    refused(site)
    browser = site.browser()
    page = form(browser, link(site))
    pages = len(site.gateway.pages)
    address = page.forms["outcome"].action.replace("/outcome", "/form")
    assert browser.get(address).html == page.html
    assert site.browser().get(address).status == 200
    assert len(site.gateway.pages) == pages
    back = site.gateway.pages[list(site.gateway.pages)[-1]].request.return_url
    assert back.endswith(address)
    returned = browser.get(f"{address}?sessionId=CS1&redirectResult=%22%3E%3Cscript%3E")
    assert '"redirectResult": "\\"><script>"' in unescape(returned.html)
    assert "https://checkoutshopper-test.adyen.com" in page.headers["content-security-policy"]
    assert "checkoutshopper" not in browser.get(link(site)).headers["content-security-policy"]


def test_pressing_twice_opens_one_page(site: Site) -> None:
    """Two windows, one attempt: money can come once."""
    key = refused(site)
    one, other = site.browser(), site.browser()
    assert (
        form(one, link(site)).forms["outcome"].action
        == form(other, link(site)).forms["outcome"].action
    )
    attempts = site.world.ports.store.due_item(key, fresh=True).attempts
    assert [attempt.channel for attempt in attempts] == ["auto", "page"]


@pytest.mark.parametrize("lang", LANGS)
def test_a_refusal_is_seen_and_tried_again(site: Site, lang: str) -> None:
    """On the same month, up to the budget of all channels; then a person helps (failure 22)."""
    key = refused(site, lang=lang)
    browser = site.browser()
    letters = len(site.world.fakes.post.to(EMAIL))
    for tried in range(1, 5):
        answer = browser.follow(pay(site, browser, form(browser, link(site)), Refused(code="2")))
        assert ("pay" in answer.forms) == (tried < 4)
    told = {"fr": "Regardons cela ensemble", "en": "Let us look at this together"}[lang]
    assert told in answer.text
    assert "aide@clairiere.example" in answer.text
    again = {"csrf": browser.get(f"/{lang}/sign-in").forms["sign-in"].fields["csrf"]}
    assert told in browser.follow(browser.post(link(site), again)).text
    due = site.world.ports.store.due_item(key, fresh=True)
    assert due.parked == "attempts_exceeded"
    site.world.rest()
    assert len(site.world.fakes.post.to(EMAIL)) == letters


class TestFailure15:
    """Failure 15: customer paid by link and card charged too."""

    def test_an_open_page_learns_that_another_channel_paid(self, site: Site) -> None:
        """The script asks before it pays; the server does not show the form any more."""
        key = refused(site, "12")
        browser = site.browser()
        site.world.live(timedelta(hours=27))
        account = site.browser()
        open_account(site, account)
        page = form(browser, next(at for at in account.get("/fr/account").links if "/pay/" in at))
        assert standing(browser, page) == "open"
        site.world.live(PAGE_OPEN_FOR + timedelta(hours=1))
        assert month(site, key) is DueState.PAID
        assert standing(browser, page) == "settled"
        address = page.forms["outcome"].action.replace("/outcome", "/form")
        assert "Merci" in browser.follow(browser.get(address)).text
        assert len(site.gateway.captured(key)) == 1

    def test_two_pages_paid_are_one_payment(self, site: Site) -> None:
        """A bank that answers late, and a second page in between: the second money goes back."""
        key = refused(site)
        browser = site.browser()
        slow = form(browser, link(site))
        first = list(site.gateway.pages)[-1]
        site.world.fakes.clock.advance(PAGE_OPEN_FOR - timedelta(minutes=1))
        result = site.gateway.pay(first)
        site.world.news = "held"
        site.world.fakes.clock.advance(timedelta(minutes=2))
        paid = browser.follow(pay(site, browser, form(browser, link(site))))
        assert "Merci" in paid.text
        site.world.news = "delivered"
        late = browser.submit(slow, "outcome", sessionId=first, sessionResult=result)
        assert "Merci" in browser.follow(late).text
        site.world.live(timedelta(hours=1))
        assert len(site.gateway.captured(key)) == 1
        assert len(site.gateway.returns) == 1
        assert site.world.fakes.post.to(EMAIL)[-1].tags["template"] != "payment_refused"


@pytest.mark.parametrize("lang", LANGS)
def test_while_our_own_charge_is_unknown_nobody_pays(site: Site, lang: str) -> None:
    """Failure 13: the outcome is asked for, never tried again."""
    key = refused(site, "12", lang=lang)
    account = site.browser()
    open_account(site, account)
    path = next(at for at in account.get(f"/{lang}/account").links if "/pay/" in at)
    site.gateway.is_down = True
    site.world.fakes.clock.advance(timedelta(days=1, hours=5))
    site.world.sweep()
    assert month(site, key) is DueState.CHARGING
    page = account.get(path)
    assert "pay" not in page.forms
    words = {"fr": "Nous attendons votre banque", "en": "We are waiting for your bank"}[lang]
    assert words in page.text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("token", ["x", "x~1~2~3", "~~~", "%00~1~2~3", "é"])
def test_a_forged_link_says_what_to_do(site: Site, token: str, lang: str) -> None:
    """The same page for every wrong link; asking again tells nobody anything."""
    browser = site.browser()
    page = browser.get(f"/{lang}/pay/{token}")
    is_refusal(page, 410, "PAY_LINK_EXPIRED", lang)
    asked = browser.submit(page, "again")
    assert asked.status == 410
    mailbox = {"fr": "Regardez votre boîte de réception", "en": "Look at your mailbox"}[lang]
    assert mailbox in asked.text
    for part in ("form", "result"):
        is_refusal(browser.get(f"/{lang}/pay/{token}/{part}"), 410, "PAY_LINK_EXPIRED", lang)
    details(browser.get(f"/{lang}/pay/{token}/standing"), 410, "PAY_LINK_EXPIRED")


def test_an_old_link_is_replaced_by_mail(site: Site) -> None:
    """To the mailbox on file, and it works."""
    refused(site)
    old = link(site)
    site.world.fakes.clock.advance(timedelta(days=LINK_DAYS))
    browser = site.browser()
    page = browser.get(old)
    assert page.status == 410
    browser.submit(page, "again")
    site.world.rest()
    assert link(site) != old
    assert "pay" in browser.get(link(site)).forms


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("session", "result"), [("CS00000000000001", "forged"), ("CS99999999999999", "x"), ("", "")]
)
def test_a_made_up_result_pays_nothing(site: Site, session: str, result: str, lang: str) -> None:
    key = refused(site, lang=lang)
    browser = site.browser()
    page = form(browser, link(site))
    answer = browser.submit(page, "outcome", sessionId=session, sessionResult=result)
    is_refusal(answer, 422, "BAD_SESSION_RESULT", lang)
    assert month(site, key) is DueState.UNPAID


@pytest.mark.parametrize("lang", LANGS)
def test_a_provider_that_is_silent_is_told_as_such(site: Site, lang: str) -> None:
    """Nothing is charged; coming back while it is silent, the outcome is awaited."""
    key = refused(site, lang=lang)
    browser = site.browser()
    page = form(browser, link(site))
    session_id = list(site.gateway.pages)[-1]
    result = site.gateway.pay(session_id, Authorised(provider_reference="P-LATE", method=VISA))
    site.gateway.is_down = True
    address = page.forms["outcome"].action.replace("/outcome", "/form")
    is_refusal(browser.get(address), 502, "GATEWAY_UNAVAILABLE", lang)
    waiting = browser.follow(
        browser.submit(page, "outcome", sessionId=session_id, sessionResult=result)
    )
    words = {"fr": "Nous attendons votre banque", "en": "We are waiting for your bank"}[lang]
    assert words in waiting.text
    site.gateway.is_down = False
    site.world.rest()
    assert month(site, key) is DueState.PAID
