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
    mailed_path,
    open_account,
    sign_in,
    subscribe,
)
from tests.integration.http.verdicts import LANGS, is_form_error, is_refusal

ORDER = "/checkout/01JDABCDEFGHJKMNPQRSTVWXYZ"
UNKNOWN = "nobody@example.org"


@pytest.fixture
def member(site: Site) -> Site:
    """A site where somebody has an account and is not signed in."""
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    return site


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
def test_a_wrong_password_and_an_unknown_mailbox_are_told_alike(member: Site, lang: str) -> None:
    """Same status, same words, and the same work behind."""
    browser = member.browser()
    work: list[Counter[str]] = []
    pages: list[str] = []
    for email in (EMAIL, UNKNOWN):
        form = browser.get(f"/{lang}/sign-in")
        store, accounts = Counting(member.world.ports.store), Counting(member.world.fakes.accounts)
        vars(member.container).update(store=store, accounts=accounts)
        page = browser.submit(form, "sign-in", email=email, password="wrong as can be 1")
        is_form_error(page, "BAD_CREDENTIALS", lang)
        pages.append(without_mailbox(page, email))
        work.append(Counter(name for name, _ in store.asked + accounts.asked))
    assert pages[0] == pages[1]
    assert work[0] == work[1]
    assert work[0]["check_password"] == 1
    assert "session" not in browser.cookies


def test_nobody_is_asked_about_under_a_real_name(member: Site) -> None:
    """The question for an unknown mailbox is about an account that cannot exist."""
    accounts = Counting(member.world.fakes.accounts)
    vars(member.container).update(accounts=accounts)
    sign_in(member.browser(), email=UNKNOWN)
    assert accounts.asked == [("check_password", (DUMMY_ID, PASSWORD))]


@pytest.mark.parametrize("password", ["", "x" * 257, PASSWORD.lower(), f" {PASSWORD}", "\x00"])
def test_only_the_very_password_opens(member: Site, password: str) -> None:
    browser = member.browser()
    is_form_error(sign_in(browser, "en", password=password), "BAD_CREDENTIALS", "en")
    assert browser.get("/en/account").status == 303


def test_a_password_is_never_written_back(member: Site) -> None:
    page = sign_in(member.browser(), password="Wrong 1 indeed!")
    assert "Wrong 1 indeed!" not in page.html
    assert page.forms["sign-in"].fields["email"] == EMAIL


@pytest.mark.parametrize("email", [EMAIL, "  ZOE@example.ORG "])
def test_the_mailbox_is_known_however_it_is_written(member: Site, email: str) -> None:
    browser = member.browser()
    assert browser.follow(sign_in(browser, email=email)).forms["sign-out"].action == "/fr/sign-out"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/account\r\nSet-Cookie: a=b", "javascript:alert(1)", "/sign-out", "/account?x=//evil",
        "account", "/%2f%2fevil.example/..", "https:evil.example", "/fr//evil.example",
    ],
)  # fmt: skip
def test_signing_in_never_leads_away(member: Site, target: str) -> None:
    """An open redirect would lend our name to somebody else's page."""
    browser = member.browser()
    asked = browser.get(f"/fr/sign-in?{urlencode({'next': target})}")
    assert asked.forms["sign-in"].fields["next"] == ""
    done = browser.submit(asked, "sign-in", email=EMAIL, password=PASSWORD, next=target)
    assert done.location == "/fr/account"


def test_signing_in_leads_back_to_where_it_was_asked(member: Site) -> None:
    browser = member.browser()
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
def test_somebody_subscribed_already_is_told_so(member: Site, lang: str) -> None:
    """DEF-1: one live Solo per person; nothing is charged."""
    browser = member.browser()
    browser.follow(sign_in(browser, lang))
    before = len(member.gateway.pages)
    page = browser.submit(browser.get(f"/{lang}/order/solo"), "order", **BOXES)
    is_refusal(page, 422, "ALREADY_SUBSCRIBED", lang)
    assert len(member.gateway.pages) == before


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


@pytest.mark.parametrize(("lang", "other"), [("fr", "en"), ("en", "fr")])
def test_the_language_switch_of_the_account_forms_sends_nothing(
    member: Site, lang: str, other: str
) -> None:
    """It shows the form in the other language: no sign-in, no mail, no password."""
    browser = member.browser()
    page = browser.submit(
        browser.get(f"/{lang}/sign-in?next=/account/method"), "sign-in",
        email=EMAIL, password=PASSWORD, switch_lang=other,
    )  # fmt: skip
    assert (page.status, page.lang) == (200, other)
    assert page.forms["sign-in"].fields["next"] == "/account/method"
    assert page.forms["sign-in"].fields["email"] == EMAIL
    assert "session" not in browser.cookies
    member.world.read_stream()
    asked = browser.get(f"/{lang}/password")
    page = browser.submit(asked, "password-link", email=EMAIL, switch_lang=other)
    assert (page.status, page.lang) == (200, other)
    assert list(member.world.read_stream()) == []
    ask_link(member)
    link = mailed_path(member, EMAIL, "/password/")
    form = browser.get(link)
    page = browser.submit(
        form, "set-password", new_password="Another 1 entirely", switch_lang=other
    )
    assert (page.status, page.lang) == (200, other)
    assert sign_in(member.browser(), password="Another 1 entirely").status == 422


def ask_link(site: Site, email: str = EMAIL, lang: str = "fr") -> Page:
    """Ask for a link to set the password; the answer, once mails are out."""
    browser = site.browser()
    page = browser.submit(browser.get(f"/{lang}/password"), "password-link", email=email)
    site.world.rest()
    return page


@pytest.mark.parametrize("lang", LANGS)
def test_asking_for_a_link_tells_nothing_about_the_mailbox(member: Site, lang: str) -> None:
    """SEC-1: known, unknown, asked twice, not even an address: the same page."""
    browser = member.browser()
    form = browser.get(f"/{lang}/password")
    told = []
    for email in (EMAIL, EMAIL, UNKNOWN, "no address"):
        page = browser.submit(form, "password-link", email=email)
        assert page.status == 200
        told.append(without_mailbox(page, email))
    assert len(set(told)) == 1
    letters = len(member.world.fakes.post.letters)
    member.world.rest()
    assert len(member.world.fakes.post.letters) == letters + 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_link_works_once(member: Site, lang: str) -> None:
    """A used link is over, in the language of whoever follows it."""
    ask_link(member)
    link = mailed_path(member, EMAIL, "/password/").replace("/fr/", f"/{lang}/")
    browser = member.browser()
    form = browser.get(link)
    done = browser.submit(form, "set-password", new_password="A new 1 for me, please")
    assert done.location == f"/{lang}/account"
    is_refusal(member.browser().get(link), 422, "LINK_EXPIRED", lang)
    again = browser.submit(form, "set-password", new_password="Stolen 1 by the link")
    is_refusal(again, 422, "LINK_EXPIRED", lang)
    assert sign_in(member.browser(), password="Stolen 1 by the link").status == 422
    assert sign_in(member.browser(), password="A new 1 for me, please").status == 303


def test_a_link_has_its_time(member: Site) -> None:
    ask_link(member)
    link = mailed_path(member, EMAIL, "/password/")
    assert member.browser().get(link).status == 200
    member.world.fakes.clock.advance(timedelta(days=2))
    is_refusal(member.browser().get(link), 422, "LINK_EXPIRED", "fr")


def test_a_link_with_any_character_changed_is_none(member: Site) -> None:
    """Every part of it is sealed."""
    ask_link(member)
    link = mailed_path(member, EMAIL, "/password/")
    start = link.index("/password/") + len("/password/")
    browser = member.browser()
    for at in range(start, len(link)):
        other = "0" if link[at] != "0" else "1"
        is_refusal(browser.get(link[:at] + other + link[at + 1 :]), 422, "LINK_EXPIRED", "fr")
    for broken in (link[:-1], link + "A", link[:start] + "x", link[:start] + "~~~"):
        is_refusal(browser.get(broken), 422, "LINK_EXPIRED", "fr")
    assert browser.get(link).status == 200


def test_a_session_is_no_link_and_a_link_no_session(member: Site) -> None:
    """A seal of one purpose never passes for another."""
    browser = member.browser()
    browser.follow(sign_in(browser))
    session = browser.cookies["session"]
    is_refusal(member.browser().get(f"/fr/password/{session}"), 422, "LINK_EXPIRED", "fr")
    ask_link(member)
    stranger = member.browser()
    stranger.cookies["session"] = mailed_path(member, EMAIL, "/password/").rpartition("/")[2]
    assert stranger.get("/fr/account").status == 303


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("password", ["", "short 1A", "x" * 257])
def test_a_password_that_does_not_do_is_said_beside_it(
    member: Site, password: str, lang: str
) -> None:
    ask_link(member)
    browser = member.browser()
    form = browser.get(mailed_path(member, EMAIL, "/password/").replace("/fr/", f"/{lang}/"))
    page = browser.submit(form, "set-password", new_password=password)
    is_form_error(page, "WEAK_PASSWORD", lang)
    assert 'href="#new_password"' in page.html
    assert page.forms["set-password"].fields["username"] == EMAIL


def test_a_new_password_ends_every_older_session(member: Site) -> None:
    """SEC-1: whoever was signed in by the old password is out."""
    browser = member.browser()
    browser.follow(sign_in(browser))
    ask_link(member)
    other = member.browser()
    form = other.get(mailed_path(member, EMAIL, "/password/"))
    other.submit(form, "set-password", new_password="A new 1 for me, please")
    assert browser.get("/fr/account").status == 303
    assert other.get("/fr/account").status == 200


def test_signing_out_is_this_browser_or_every_one(member: Site) -> None:
    """SEC-1: the session here, or every session of the account."""
    here, there = member.browser(), member.browser()
    for browser in (here, there):
        browser.follow(sign_in(browser))
    kept = here.cookies["session"]
    here.submit(here.get("/fr/account"), "sign-out")
    assert "session" not in here.cookies
    assert there.get("/fr/account").status == 200
    there.submit(there.get("/fr/account"), "sign-out", everywhere="yes")
    here.cookies["session"] = kept
    assert here.get("/fr/account").status == 303


def test_a_session_has_its_hours(member: Site) -> None:
    """The clock on the wall counts, not the one a sandbox may move."""
    browser = member.browser()
    browser.follow(sign_in(browser))
    member.world.fakes.clock.advance(timedelta(days=3))
    assert browser.get("/fr/account").status == 200
    member.world.fakes.wall_clock.advance(timedelta(hours=12))
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
