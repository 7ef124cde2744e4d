"""The account over HTTP: four names, papers, cancellation and its undoing (K12, REN-2, CGS 3.3)."""

from datetime import date, timedelta

import pytest

from chalicelib.application.people.account import session_token
from tests.integration.http.site import EMAIL, Browser, Site, open_account, pay, place, subscribe
from tests.integration.http.verdicts import LANGS, is_refusal

NAMES = ("/my-settings/premium", "/account-and-settings", "/my-account/premium", "/premium-space")


@pytest.fixture
def member(site: Site) -> Browser:
    """The browser of somebody signed in."""
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    return browser


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", NAMES)
def test_the_settings_page_answers_to_its_four_names(site: Site, lang: str, name: str) -> None:
    """K12: one page; somebody signed out comes by the sign-in."""
    browser = site.browser()
    assert browser.get(f"/{lang}{name}").location == f"/{lang}/account"
    assert "sign-in" in browser.follow(browser.get(f"/{lang}{name}")).forms


def test_the_footer_of_every_page_leads_to_the_cancellation(site: Site, member: Browser) -> None:
    """REN-3: permanent and direct; somebody signed out comes by the sign-in."""
    for path in ("/fr", "/fr/terms", "/fr/account"):
        assert "/fr/account/cancel" in member.get(path).links
    stranger = site.browser()
    page = stranger.follow(stranger.get("/fr/account/cancel"))
    assert page.forms["sign-in"].fields["next"] == "/account/cancel"


@pytest.mark.parametrize(
    ("lang", "day", "confirm"),
    [
        ("fr", "5 novembre 2026", "Confirmer ma demande de résiliation"),
        ("en", "5 November 2026", "Confirm my request"),
    ],
)
def test_a_cancellation_says_its_date_and_can_be_undone(
    site: Site, member: Browser, lang: str, day: str, confirm: str
) -> None:
    """REN-2: ends with the month begun; the undoing brings everything back."""
    before = member.get(f"/{lang}/account/cancel")
    assert day in before.text
    assert confirm in before.text
    done = member.follow(member.submit(before, "cancel"))
    assert day in done.text
    assert EMAIL in done.text
    site.world.rest()
    letters = [letter.tags["template"] for letter in site.world.fakes.post.to(EMAIL)]
    account = member.get(f"/{lang}/account")
    assert "resume" in account.forms
    undone = member.follow(member.submit(account, "resume"))
    assert {"fr": "est annulée", "en": "is undone"}[lang] in undone.text
    assert "resume" not in undone.forms
    site.world.rest()
    assert len(site.world.fakes.post.to(EMAIL)) == len(letters) + 1
    assert "cancel" in member.get(f"/{lang}/account/cancel").forms


def test_cancelling_twice_is_cancelling_once(site: Site, member: Browser) -> None:
    """A double click: one date, one acknowledgement, nothing written the second time."""
    page = member.get("/fr/account/cancel")
    member.submit(page, "cancel")
    written = list(site.world.read_stream())
    assert written
    again = member.submit(page, "cancel")
    assert again.status == 303
    assert list(site.world.read_stream()) == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_contract_that_ended_is_told_so(site: Site, member: Browser, lang: str) -> None:
    page = member.get(f"/{lang}/account/cancel")
    account = member.get(f"/{lang}/account")
    member.submit(page, "cancel")
    site.world.live(timedelta(days=40))
    is_refusal(member.get(f"/{lang}/account/cancel"), 422, "ALREADY_ENDED", lang)
    is_refusal(member.submit(page, "cancel"), 422, "ALREADY_ENDED", lang)
    csrf = {"csrf": account.forms["sign-out"].fields["csrf"]}
    is_refusal(member.post(f"/{lang}/account/resume", csrf), 422, "ALREADY_ENDED", lang)
    assert len(site.gateway.captures) == 1
    after = member.get(f"/{lang}/account")
    assert (after.status, "cancel" in after.forms) == (200, False)


def test_papers_are_listed_and_come_by_a_passing_address(site: Site, member: Browser) -> None:
    """CGS 3.3: invoice and contract, downloaded from the archive for five minutes."""
    page = member.get("/fr/account/documents")
    assert "20,00 €" in page.text
    papers = [link for link in page.links if "/account/documents/" in link]
    invoice = next(link for link in papers if "2026" in link)
    for paper in papers:
        answer = member.get(paper)
        assert answer.status == 303
        assert answer.location.startswith("https://files.example/")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    number = invoice.rpartition("/")[2]
    assert f"as={number}.pdf" in member.get(invoice).location
    assert site.world.fakes.files.contents


def test_a_paper_that_is_not_written_yet_has_no_address(site: Site) -> None:
    """The contract is no download before it is on file."""
    browser = site.browser()
    page = place(browser)
    order = page.forms["outcome"].action.split("/")[3]
    browser.follow(pay(site, browser, page))
    site.world.papers = hold_back
    site.world.rest()
    store = site.world.ports.store
    customer = store.customer(store.subscription(order, fresh=True).customer_id)
    browser.cookies["session"] = session_token(customer, ports=site.world.ports)
    rows = browser.get("/en/account/documents")
    assert [link for link in rows.links if "/account/documents/" in link] == []
    is_refusal(browser.get(f"/en/account/documents/{order}"), 404, "NOT_FOUND", "en")


def hold_back(*_: object) -> None:
    """A printer that is out of paper."""
    raise OSError


def test_the_account_shows_the_period_and_the_next_date(site: Site, member: Browser) -> None:
    page = member.get("/en/account")
    assert "Next payment on 5 November 2026" in page.text
    method = member.get("/en/account/method")
    assert "1111" in method.text
    subscription_id = site.gateway.captures[0].reference.partition(".")[0]
    subscription = site.world.ports.store.subscription(subscription_id)
    assert subscription.period(0) == (date(2026, 10, 5), date(2026, 11, 5))
