"""Two requests at once, and reads that lag behind the writes: still one order, still a page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from chalicelib.application.ports import Store
from chalicelib.domain.billing.outcomes import Refused
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.errors import NotFound
from tests.fakes_store import FakeStore
from tests.integration.http.pages import Page
from tests.integration.http.site import (
    EMAIL,
    PASSWORD,
    Browser,
    Site,
    fill_in,
    mailed_path,
    open_account,
    open_site,
    pay,
    place,
    review,
    sign_in,
    subscribe,
)
from tests.integration.http.verdicts import is_refusal
from tests.world import in_memory


@dataclass
class Meanwhile:
    """A store to which somebody else writes first, once, just before the next write."""

    real: Store
    other: Callable[[], object]
    _is_over: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def commit(self, change: Change) -> None:
        if change and not self._is_over:
            self._is_over = True
            self.other()
        self.real.commit(change)


def at_once(site: Site, act: Callable[[], Page]) -> tuple[Page, Page]:
    """The same request twice; the second is answered between the first's reading and writing."""
    answers: list[Page] = []
    store = Meanwhile(site.world.ports.store, lambda: answers.append(act()))
    vars(site.container)["store"] = cast("Store", store)
    late = act()
    assert store._is_over, "the request wrote nothing"
    return answers[0], late


def test_the_order_button_twice_at_once_is_one_order(site: Site) -> None:
    """FRM-2: both presses end on the payment page of the same order."""
    browser = site.browser()
    page = review(browser)
    first, second = at_once(site, lambda: browser.submit(page, "place"))
    assert browser.follow(first).html == browser.follow(second).html
    assert len(site.gateway.pages) == 1


def test_the_form_twice_at_once_is_one_order(site: Site) -> None:
    browser = site.browser()
    form = browser.get("/fr/order/solo")
    checkout_id = form.forms["order"].fields["checkout_id"]
    first, second = at_once(site, lambda: fill_in(browser, checkout_id=checkout_id))
    assert first.location == second.location


def test_another_try_twice_at_once_is_one_try(site: Site) -> None:
    browser = site.browser()
    result = browser.follow(pay(site, browser, place(browser), Refused(code="2")))
    first, second = at_once(site, lambda: browser.submit(result, "retry"))
    assert browser.follow(first).html == browser.follow(second).html
    assert len(site.gateway.pages) == 2


def test_cancelling_twice_at_once_is_cancelling_once(site: Site) -> None:
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    page = browser.get("/fr/account/cancel")
    first, second = at_once(site, lambda: browser.submit(page, "cancel"))
    assert (first.status, second.status) == (303, 303)
    assert "resume" in browser.follow(second).forms


def test_asking_twice_at_once_for_a_link_tells_nothing(site: Site) -> None:
    """SEC-1: a collision is no sign that the mailbox has an account."""
    browser = site.browser()
    subscribe(site, browser)
    form = browser.get("/fr/password")
    first, second = at_once(site, lambda: browser.submit(form, "password-link", email=EMAIL))
    assert (first.status, first.html) == (second.status, second.html)


def test_a_link_followed_twice_at_once_sets_one_password(site: Site) -> None:
    """The loser is told; the account is the winner's."""
    browser = site.browser()
    subscribe(site, browser)
    form = browser.get(mailed_path(site, EMAIL, "/password/"))
    first, second = at_once(
        site, lambda: browser.submit(form, "set-password", new_password=PASSWORD)
    )
    assert first.status == 303
    is_refusal(second, 409, "CONFLICT_TRY_AGAIN", "fr")
    assert sign_in(site.browser()).status == 303


# ---- reads that lag -----------------------------------------------------------------------------


@dataclass
class Lagging:
    """A store whose unfresh reads show everything as it was before the latest write."""

    real: FakeStore
    before: dict[Any, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        if name not in ("checkout", "subscription", "customer", "due_item"):
            return found

        def read(*key: Any, fresh: bool = False) -> Any:
            if fresh:
                return found(*key, fresh=True)
            return getattr(FakeStore(things=self.before), name)(*key)

        return read

    def commit(self, change: Change) -> None:
        if change:
            self.before = dict(self.real.things)
        self.real.commit(change)

    def catch_up(self) -> None:
        """Time passed: every write is seen everywhere."""
        self.before = dict(self.real.things)


@pytest.fixture
def lagging() -> tuple[Site, Lagging]:
    """The site on a store that is always one write behind, unless asked to be fresh."""
    site = open_site(in_memory())
    store = Lagging(site.world.fakes.store)
    vars(site.container)["store"] = cast("Store", store)
    return site, store


def test_every_page_follows_the_one_before_it_at_once(lagging: tuple[Site, Lagging]) -> None:
    """A redirect is faster than the database's copies: the next page still knows."""
    site, store = lagging
    browser = site.browser()
    page = review(browser)
    edit = browser.get(f"{page.forms['place'].action.removesuffix('/place')}/edit")
    page = browser.follow(browser.submit(edit, "order", **{"city": "Nantes", **consents()}))
    assert "Nantes" in page.text
    paying = browser.follow(browser.submit(page, "place"))
    store.catch_up()  # typing a card takes longer than any copy
    refused = browser.follow(pay(site, browser, paying, Refused(code="2")))
    again = browser.follow(browser.submit(refused, "retry"))
    store.catch_up()
    paid = browser.follow(pay(site, browser, again))
    assert "mailbox" in paid.forms
    site.world.rest()
    store.catch_up()
    cancel_at_once(site, browser)


def consents() -> dict[str, str]:
    """The boxes, ticked."""
    return {"capacity": "yes", "terms": "2026-09-01"}


def cancel_at_once(site: Site, browser: Browser) -> None:
    """Password, account, cancellation and undoing, each right after the other."""
    account = open_account(site, browser)
    assert "sign-out" in account.forms
    done = browser.follow(browser.submit(browser.get("/fr/account/cancel"), "cancel"))
    assert "resume" in done.forms
    undone = browser.follow(browser.submit(done, "resume"))
    assert "resume" not in undone.forms
    out = browser.submit(undone, "sign-out", everywhere="yes")
    assert out.status == 303


def test_the_copies_never_catch_up_with_an_unknown_order(lagging: tuple[Site, Lagging]) -> None:
    """The stand-in lags indeed: without asking for the fresh state the order is not there."""
    site, store = lagging
    checkout_id = review(site.browser()).forms["place"].action.split("/")[3]
    with pytest.raises(NotFound):
        store.checkout(checkout_id)
    assert store.checkout(checkout_id, fresh=True).id == checkout_id
