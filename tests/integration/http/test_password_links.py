"""Links that set a password, over HTTP: sealed, timed, used once, telling nothing (SEC-1)."""

from datetime import timedelta

import pytest

from tests.integration.http.pages import Page
from tests.integration.http.site import (
    EMAIL,
    PASSWORD,
    Site,
    mailed_path,
    sign_in,
)
from tests.integration.http.verdicts import LANGS, is_form_error, is_refusal


@pytest.mark.parametrize(("lang", "other"), [("fr", "en"), ("en", "fr")])
def test_the_language_switch_of_the_account_forms_sends_nothing(
    settled: Site, lang: str, other: str
) -> None:
    """It shows the form in the other language: no sign-in, no mail, no password."""
    browser = settled.browser()
    page = browser.submit(
        browser.get(f"/{lang}/sign-in?next=/account/method"), "sign-in",
        email=EMAIL, password=PASSWORD, switch_lang=other,
    )  # fmt: skip
    assert (page.status, page.lang) == (200, other)
    assert page.forms["sign-in"].fields["next"] == "/account/method"
    assert page.forms["sign-in"].fields["email"] == EMAIL
    assert "session" not in browser.cookies
    settled.world.read_stream()
    asked = browser.get(f"/{lang}/password")
    page = browser.submit(asked, "password-link", email=EMAIL, switch_lang=other)
    assert (page.status, page.lang) == (200, other)
    assert list(settled.world.read_stream()) == []
    ask_link(settled)
    link = mailed_path(settled, EMAIL, "/password/")
    form = browser.get(link)
    page = browser.submit(
        form, "set-password", new_password="Another 1 entirely", switch_lang=other
    )
    assert (page.status, page.lang) == (200, other)
    assert sign_in(settled.browser(), password="Another 1 entirely").status == 422


def ask_link(site: Site, email: str = EMAIL, lang: str = "fr") -> Page:
    """Ask for a link to set the password; the answer, once mails are out."""
    browser = site.browser()
    page = browser.submit(browser.get(f"/{lang}/password"), "password-link", email=email)
    site.world.rest()
    return page


@pytest.mark.parametrize("lang", LANGS)
def test_asking_for_a_link_tells_nothing_about_the_mailbox(settled: Site, lang: str) -> None:
    """SEC-1: known, unknown, asked twice, not even an address: the same page."""
    browser = settled.browser()
    form = browser.get(f"/{lang}/password")
    told = []
    for email in (EMAIL, EMAIL, "nobody@example.org", "no address"):
        page = browser.submit(form, "password-link", email=email)
        assert page.status == 200
        told.append(page.html.replace(email, "…"))
    assert len(set(told)) == 1
    letters = len(settled.world.fakes.post.letters)
    settled.world.rest()
    assert len(settled.world.fakes.post.letters) == letters + 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_link_works_once(settled: Site, lang: str) -> None:
    """A used link is over, in the language of whoever follows it."""
    ask_link(settled)
    link = mailed_path(settled, EMAIL, "/password/").replace("/fr/", f"/{lang}/")
    browser = settled.browser()
    form = browser.get(link)
    done = browser.submit(form, "set-password", new_password="A new 1 for me, please")
    assert done.location == f"/{lang}/account"
    is_refusal(settled.browser().get(link), 422, "LINK_EXPIRED", lang)
    again = browser.submit(form, "set-password", new_password="Stolen 1 by the link")
    is_refusal(again, 422, "LINK_EXPIRED", lang)
    assert sign_in(settled.browser(), password="Stolen 1 by the link").status == 422
    assert sign_in(settled.browser(), password="A new 1 for me, please").status == 303


def test_a_link_has_its_time(settled: Site) -> None:
    ask_link(settled)
    link = mailed_path(settled, EMAIL, "/password/")
    assert settled.browser().get(link).status == 200
    settled.world.fakes.clock.advance(timedelta(days=2))
    is_refusal(settled.browser().get(link), 422, "LINK_EXPIRED", "fr")


def test_a_link_with_any_character_changed_is_none(settled: Site) -> None:
    """Every part of it is sealed."""
    ask_link(settled)
    link = mailed_path(settled, EMAIL, "/password/")
    start = link.index("/password/") + len("/password/")
    browser = settled.browser()
    for at in range(start, len(link)):
        other = "0" if link[at] != "0" else "1"
        is_refusal(browser.get(link[:at] + other + link[at + 1 :]), 422, "LINK_EXPIRED", "fr")
    for broken in (link[:-1], link + "A", link[:start] + "x", link[:start] + "~~~"):
        is_refusal(browser.get(broken), 422, "LINK_EXPIRED", "fr")
    assert browser.get(link).status == 200


def test_a_session_is_no_link_and_a_link_no_session(settled: Site) -> None:
    """A seal of one purpose never passes for another."""
    browser = settled.browser()
    browser.follow(sign_in(browser))
    session = browser.cookies["session"]
    is_refusal(settled.browser().get(f"/fr/password/{session}"), 422, "LINK_EXPIRED", "fr")
    ask_link(settled)
    stranger = settled.browser()
    stranger.cookies["session"] = mailed_path(settled, EMAIL, "/password/").rpartition("/")[2]
    assert stranger.get("/fr/account").status == 303


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("password", ["", "short 1A", "x" * 257])
def test_a_password_that_does_not_do_is_said_beside_it(
    settled: Site, password: str, lang: str
) -> None:
    ask_link(settled)
    browser = settled.browser()
    form = browser.get(mailed_path(settled, EMAIL, "/password/").replace("/fr/", f"/{lang}/"))
    page = browser.submit(form, "set-password", new_password=password)
    is_form_error(page, "WEAK_PASSWORD", lang)
    assert 'href="#new_password"' in page.html
    assert page.forms["set-password"].fields["username"] == EMAIL


def test_a_new_password_ends_every_older_session(settled: Site) -> None:
    """SEC-1: whoever was signed in by the old password is out."""
    browser = settled.browser()
    browser.follow(sign_in(browser))
    ask_link(settled)
    other = settled.browser()
    form = other.get(mailed_path(settled, EMAIL, "/password/"))
    other.submit(form, "set-password", new_password="A new 1 for me, please")
    assert browser.get("/fr/account").status == 303
    assert other.get("/fr/account").status == 200
