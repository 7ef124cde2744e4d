"""Passwords, links and sessions over HTTP (SEC-1): one answer for known and unknown."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.application.people.account import DUMMY_ID
from tests.integration.http.pages import Page
from tests.integration.http.site import (
    ANSWERS,
    BOXES,
    EMAIL,
    HOST,
    PASSWORD,
    Site,
    open_account,
    sign_in,
    subscribe,
)
from tests.integration.http.verdicts import LANGS, is_form_error, is_refusal

ORDER = "/checkout/01JDABCDEFGHJKMNPQRSTVWXYZ"
UNKNOWN = "nobody@example.org"


class Counting:
    """A port that counts what it is asked."""

    def __init__(self, real: object) -> None:
        self._real = real
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*arguments: Any, **named: Any) -> Any:
            self.asked.append((name, arguments))
            return getattr(self._real, name)(*arguments, **named)

        return ask


def without_mailbox(page: Page, email: str) -> str:
    """The page as it is for any mailbox."""
    return page.html.replace(email, "…")


@pytest.mark.parametrize("lang", LANGS)
def test_a_wrong_password_and_an_unknown_mailbox_are_told_alike(settled: Site, lang: str) -> None:
    """Same status, same words, and the same work behind."""
    browser = settled.browser()
    work: list[Counter[str]] = []
    pages: list[str] = []
    for email in (EMAIL, UNKNOWN):
        form = browser.get(f"/{lang}/sign-in")
        store, accounts = (
            Counting(settled.world.ports.store),
            Counting(settled.world.fakes.accounts),
        )
        vars(settled.container).update(store=store, accounts=accounts)
        page = browser.submit(form, "sign-in", email=email, password="wrong as can be 1")
        is_form_error(page, "BAD_CREDENTIALS", lang)
        pages.append(without_mailbox(page, email))
        work.append(Counter(name for name, _ in store.asked + accounts.asked))
    assert pages[0] == pages[1]
    assert work[0] == work[1]
    assert work[0]["check_password"] == 1
    assert "session" not in browser.cookies


def test_nobody_is_asked_about_under_a_real_name(settled: Site) -> None:
    """The question for an unknown mailbox is about an account that cannot exist."""
    accounts = Counting(settled.world.fakes.accounts)
    vars(settled.container).update(accounts=accounts)
    sign_in(settled.browser(), email=UNKNOWN)
    assert accounts.asked == [("check_password", (DUMMY_ID, PASSWORD))]


@pytest.mark.parametrize("password", ["", "x" * 257, PASSWORD.lower(), f" {PASSWORD}", "\x00"])
def test_only_the_very_password_opens(settled: Site, password: str) -> None:
    browser = settled.browser()
    is_form_error(sign_in(browser, "en", password=password), "BAD_CREDENTIALS", "en")
    assert browser.get("/en/account").status == 303


def test_a_password_is_never_written_back(settled: Site) -> None:
    page = sign_in(settled.browser(), password="Wrong 1 indeed!")
    assert "Wrong 1 indeed!" not in page.html
    assert page.forms["sign-in"].fields["email"] == EMAIL


@pytest.mark.parametrize("email", [EMAIL, "  ZOE@example.ORG "])
def test_the_mailbox_is_known_however_it_is_written(settled: Site, email: str) -> None:
    browser = settled.browser()
    assert browser.follow(sign_in(browser, email=email)).forms["sign-out"].action == "/fr/sign-out"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/account\r\nSet-Cookie: a=b", "javascript:alert(1)", "/sign-out", "/account?x=//evil",
        "account", "/%2f%2fevil.example/..", "https:evil.example", "/fr//evil.example",
    ],
)  # fmt: skip
def test_signing_in_never_leads_away(settled: Site, target: str) -> None:
    """An open redirect would lend our name to somebody else's page."""
    browser = settled.browser()
    asked = browser.get(f"/fr/sign-in?{urlencode({'next': target})}")
    assert asked.forms["sign-in"].fields["next"] == ""
    done = browser.submit(asked, "sign-in", email=EMAIL, password=PASSWORD, next=target)
    assert done.location == "/fr/account"


def test_signing_in_leads_back_to_where_it_was_asked(settled: Site) -> None:
    browser = settled.browser()
    page = browser.follow(browser.get("/en/account/documents"))
    assert page.forms["sign-in"].fields["next"] == "/account/documents"
    wrong = browser.submit(page, "sign-in", email=EMAIL, password="no")
    done = browser.submit(wrong, "sign-in", password=PASSWORD)
    assert done.location == "/en/account/documents"


@pytest.mark.parametrize("lang", LANGS)
def test_an_existing_account_orders_signed_in_and_finds_its_answers(site: Site, lang: str) -> None:
    """CGS 2.1 b: recognised on the form; sign-in brings the order back, filled in."""
    first = site.browser()
    subscription_id = subscribe(site, first)
    open_account(site, first)
    end(site, subscription_id)
    browser = site.browser()
    form = browser.get(f"/{lang}/order/solo")
    told = browser.submit(form, "order", **ANSWERS | BOXES)
    is_form_error(told, "ACCOUNT_EXISTS", lang)
    asked = browser.get(f"/{lang}/sign-in", referer=f"{HOST}/{lang}/order/solo")
    assert asked.forms["sign-in"].fields["next"] == "/order/solo"
    back = browser.follow(browser.submit(asked, "sign-in", email=EMAIL, password=PASSWORD))
    fields = back.forms["order"].fields
    assert {name: fields[name] for name in ANSWERS} == ANSWERS
    assert set(BOXES) & set(fields) == set()
    assert "place" in browser.follow(browser.submit(back, "order", **BOXES)).forms


def end(site: Site, subscription_id: str) -> None:
    """The subscription was cancelled and its last month is over."""
    browser = site.browser()
    browser.follow(sign_in(browser))
    browser.submit(browser.get("/fr/account/cancel"), "cancel")
    site.world.live(timedelta(days=40))
    status = site.world.ports.store.subscription(subscription_id, fresh=True).status
    assert status.value == "ended"


@pytest.mark.parametrize("lang", LANGS)
def test_somebody_subscribed_already_is_told_so(settled: Site, lang: str) -> None:
    """DEF-1: one live Solo per person; nothing is charged."""
    browser = settled.browser()
    browser.follow(sign_in(browser, lang))
    before = len(settled.gateway.pages)
    page = browser.submit(browser.get(f"/{lang}/order/solo"), "order", **BOXES)
    is_refusal(page, 422, "ALREADY_SUBSCRIBED", lang)
    assert len(settled.gateway.pages) == before


@pytest.mark.parametrize(
    ("referer", "path"),
    [
        (f"{HOST}/fr/order/solo", "/order/solo"),
        (f"{HOST}/en{ORDER}/place", ORDER),
        (f"{HOST}/fr/account/method?x=1", "/account/method"),
        (f"{HOST}/fr/sign-in", ""),
        (f"{HOST}/fr/password/secret~1~2~3", ""),
        (f"{HOST}.evil.example/fr/order/solo", ""),
        ("http://clairiere.example/fr/order/solo", ""),
        ("https://[broken/fr/order/solo", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_page_before_is_remembered_when_it_is_ours(site: Site, referer: str, path: str) -> None:
    page = site.browser().get("/fr/sign-in", referer=referer)
    assert page.forms["sign-in"].fields["next"] == path


def test_signing_out_is_this_browser_or_every_one(settled: Site) -> None:
    """SEC-1: the session here, or every session of the account."""
    here, there = settled.browser(), settled.browser()
    for browser in (here, there):
        browser.follow(sign_in(browser))
    kept = here.cookies["session"]
    here.submit(here.get("/fr/account"), "sign-out")
    assert "session" not in here.cookies
    assert there.get("/fr/account").status == 200
    there.submit(there.get("/fr/account"), "sign-out", everywhere="yes")
    here.cookies["session"] = kept
    assert here.get("/fr/account").status == 303


def test_a_session_has_its_hours(settled: Site) -> None:
    """The clock on the wall counts, not the one a sandbox may move."""
    browser = settled.browser()
    browser.follow(sign_in(browser))
    settled.world.fakes.clock.advance(timedelta(days=3))
    assert browser.get("/fr/account").status == 200
    settled.world.fakes.wall_clock.advance(timedelta(hours=12))
    assert browser.get("/fr/account").status == 303


def test_an_order_is_seen_from_the_account_that_placed_it(site: Site) -> None:
    """Another device, signed in: the order goes on."""
    first = site.browser()
    subscription_id = subscribe(site, first)
    open_account(site, first)
    end(site, subscription_id)
    at_home = site.browser()
    at_home.follow(sign_in(at_home))
    form = at_home.get("/fr/order/solo")
    page = at_home.follow(at_home.submit(form, "order", **BOXES))
    address = page.forms["place"].action.removesuffix("/place")
    elsewhere = site.browser()
    assert elsewhere.get(address).status == 403
    elsewhere.follow(sign_in(elsewhere))
    assert "place" in elsewhere.get(address).forms
