"""A month paid by hand: a page that the learner opens on the due item that is owed (DUN-1, PAY-4).

A page is one more attempt at the same money. One budget counts the refusals of every channel; a
page that nobody used counts nothing.
"""

from datetime import datetime
from typing import Literal

from chalicelib.domain.billing.agenda import PAGE_OPEN_FOR
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.renewal import closed_pages, exceed
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.policy import Policy

PAGES_MAX = 8
"""Pages of one amount owed, unused ones too: more of them is somebody trying cards."""

BROUGHT_MONEY = ("authorised", "returned", "uncaptured")

Standing = Literal["owed", "checking", "paid", "exceeded", "closed"]


def standing(due: DueItem, policy: Policy, now: datetime) -> Standing:
    """What the holder of a payment link is told of a month.

    `checking`: a charge is under way, so nothing more may be asked for. `closed`: the month was
    never refused, or will not be asked for any more.
    """
    match due.state:
        case DueState.PAID:
            return "paid"
        case DueState.CHARGING:
            return "checking"
        case DueState.SCHEDULED | DueState.UNPAID if due.refusals:
            return "owed" if page_of(due, now) or _takes_more(due, policy) else "exceeded"
        case _:
            return "closed"


def page_of(due: DueItem, now: datetime) -> Attempt | None:
    """The payment page that is open and still takes money."""
    page = due.open_page
    return page if page is not None and now < page.opened_at + PAGE_OPEN_FOR else None


def open_page(due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime) -> Change:
    """Intend a payment on a page: the attempt exists before the provider is asked for the page.

    A page that is still open stays the one to pay on. Where the budget is used up the due item is
    parked for a person, unless a person granted it a charge; where nothing may be asked for,
    nothing changes.
    """
    stands = standing(due, policy, now)
    if stands == "exceeded" and due.retry_at is None:
        return exceed(due, subscription, policy=policy, now=now)
    if stands != "owed" or page_of(due, now):
        return NOTHING
    page = Attempt(number=due.next_number, opened_at=now, channel="page")
    return Change((Replace(due.next(attempts=(*closed_pages(due), page))),))


def edition(due: DueItem) -> int:
    """How often this month brought money: a payment link is spent by the next success."""
    return sum(attempt.state in BROUGHT_MONEY for attempt in due.attempts)


def _takes_more(due: DueItem, policy: Policy) -> bool:
    pages = sum(attempt.channel == "page" for attempt in due.attempts)
    return due.refusals < policy.attempts_max and pages < PAGES_MAX
