"""An order, a paper and a contract belong to somebody: nobody else sees or moves them."""

from datetime import timedelta

import pytest

from tests.integration.http.site import (
    EMAIL,
    Site,
    mailed_path,
    open_account,
    place,
    review,
    subscribe,
)
from tests.integration.http.verdicts import LANGS, is_refusal

OTHER = "mallory@example.org"
PERSONAL = ("Zoé", "Aubigné", EMAIL, "rue de l", "75011", "1990")
STEPS = ("", "/edit", "/pay", "/result")
FORMS = ("/place", "/edit", "/retry", "/outcome", "/mailbox")


def order_of(page_path: str) -> str:
    """The order's id in an address."""
    return page_path.split("/")[3]


@pytest.mark.parametrize("lang", LANGS)
def test_another_browser_sees_nothing_of_an_order(site: Site, lang: str) -> None:
    """Neither by looking nor by sending any of its forms."""
    checkout_id = order_of(place(site.browser(), lang).forms["outcome"].action)
    stranger = site.browser()
    csrf = {"csrf": stranger.get(f"/{lang}/sign-in").forms["sign-in"].fields["csrf"]}
    site.world.read_stream()
    for step in STEPS:
        page = stranger.get(f"/{lang}/checkout/{checkout_id}{step}")
        is_refusal(page, 403, "NOT_YOURS", lang)
        assert not [word for word in PERSONAL if word in page.text.partition("Contact")[0]]
    for step in FORMS:
        form = csrf | {"email": OTHER, "shown_minor": "2000"}
        page = stranger.post(f"/{lang}/checkout/{checkout_id}{step}", form)
        is_refusal(page, 403, "NOT_YOURS", lang)
    assert list(site.world.read_stream()) == []


@pytest.mark.parametrize("named", ["x", "../x", "%2e%2e%2fx", "01", "é", "%00", "I" * 26])
@pytest.mark.parametrize("lang", LANGS)
def test_an_order_that_does_not_exist_is_a_page_that_does_not(
    site: Site, named: str, lang: str
) -> None:
    browser = site.browser()
    unknown = browser.get(f"/{lang}/checkout/{'0' * 26}")
    is_refusal(unknown, 404, "NOT_FOUND", lang)
    if "/" not in named:
        is_refusal(browser.get(f"/{lang}/checkout/{named}/pay"), 404, "NOT_FOUND", lang)


def test_a_mailed_link_opens_the_order_in_any_browser(site: Site) -> None:
    """The reminder's link proves itself; a changed character proves nothing."""
    browser = site.browser()
    place(browser)
    site.world.live(timedelta(hours=2))
    path = mailed_path(site, EMAIL, "/checkout/")
    checkout_id = order_of(path.partition("?")[0])
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")
    is_refusal(site.browser().get(changed), 403, "NOT_YOURS", "fr")
    other = site.browser()
    assert "outcome" in other.follow(other.get(path)).forms
    assert other.get(f"/fr/checkout/{checkout_id}/pay").status == 200
    another = order_of(review(site.browser(), email=OTHER).forms["place"].action)
    is_refusal(other.get(f"/fr/checkout/{another}"), 403, "NOT_YOURS", "fr")


def test_another_customer_has_none_of_my_papers(site: Site) -> None:
    """CGS 3.3: documents are for their owner; a stranger's request is as one for nothing."""
    owner, other = site.browser(), site.browser()
    mine = subscribe(site, owner)
    theirs = subscribe(site, other, email=OTHER)
    open_account(site, owner)
    open_account(site, other, OTHER)
    papers = [link for link in owner.get("/fr/account/documents").links if "/documents/" in link]
    assert len(papers) == 2
    for paper in papers:
        assert owner.get(paper).status == 303
        is_refusal(other.get(paper), 404, "NOT_FOUND", "fr")
        sent = site.browser().get(paper)
        assert sent.location.startswith("/fr/sign-in?next=/account/documents/")
    for named in (theirs, mine, "..%2f..%2fx", "F2026-00000002", "%0d%0aSet-Cookie:%20a=b"):
        page = owner.get(f"/fr/account/documents/{named}")
        assert page.status == (303 if named == mine else 404)


def test_a_file_name_in_an_address_writes_no_header(site: Site) -> None:
    """What is quoted back to a stranger cannot end the line."""
    page = site.browser().get("/fr/account/documents/%0d%0aSet-Cookie:%20a=b&c")
    assert page.location.endswith("/documents/%0D%0ASet-Cookie%3A%20a%3Db%26c")


def test_nobody_cancels_another_contract(site: Site) -> None:
    """REN-2: the form names no contract; it is the account's own that ends."""
    owner, other = site.browser(), site.browser()
    mine = subscribe(site, owner)
    theirs = subscribe(site, other, email=OTHER)
    open_account(site, other, OTHER)
    page = other.get("/fr/account/cancel")
    done = other.submit(page, "cancel", subscription_id=mine, customer_id="x")
    assert done.status == 303
    store = site.world.ports.store
    assert store.subscription(mine, fresh=True).ends_on is None
    assert store.subscription(theirs, fresh=True).ends_on is not None


@pytest.mark.parametrize(
    "path", ["", "/documents", "/method", "/cancel", "/documents/F2026-00000001"]
)
@pytest.mark.parametrize("lang", LANGS)
def test_an_account_asks_who_is_there(site: Site, path: str, lang: str) -> None:
    page = site.browser().get(f"/{lang}/account{path}")
    assert page.status == 303
    assert page.location == f"/{lang}/sign-in?next=/account{path}"


@pytest.mark.parametrize("path", ["/account/cancel", "/account/resume"])
def test_an_account_is_moved_by_its_owner_alone(site: Site, path: str) -> None:
    stranger = site.browser()
    csrf = {"csrf": stranger.get("/fr/sign-in").forms["sign-in"].fields["csrf"]}
    page = stranger.post(f"/fr{path}", csrf)
    if path == "/account/cancel":
        assert page.location == "/fr/sign-in?next=/account/cancel"
    else:
        is_refusal(page, 403, "SIGN_IN_FIRST", "fr")


@pytest.mark.parametrize("session", ["x", "~~~", "a~1~2~3", "%s~0~99999999999~x", "é", ""])
def test_a_made_up_session_is_nobody(site: Site, session: str) -> None:
    browser = site.browser()
    customer_id = site.world.ports.store.subscription(subscribe(site, browser)).customer_id
    stranger = site.browser()
    stranger.cookies["session"] = session.replace("%s", customer_id)
    assert stranger.get("/fr/account").location == "/fr/sign-in?next=/account"
