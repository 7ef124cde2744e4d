"""A month paid by hand: the mailed link, the page it opens, and what the page comes to."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from chalicelib.application.billing.learn_method import learn_method
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.patience import commit_fresh
from chalicelib.application.pause import require_open
from chalicelib.application.ports import Keys, PaymentSession, Ports, SessionRequest
from chalicelib.domain.billing import pay_page
from chalicelib.domain.billing.agenda import PAGE_OPEN_FOR
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Unknown
from chalicelib.domain.billing.pay_page import Standing
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel import seals
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.errors import GatewayUnavailable, NotFound, Refused
from chalicelib.domain.kernel.ids import DueKey, parse_name, parse_reference
from chalicelib.domain.kernel.policy import policy_named

PURPOSE = "pay"
LINK_DAYS = 30
ASK_AGAIN_AFTER = timedelta(hours=1)
THE_PAST = datetime(1970, 1, 1, tzinfo=UTC)


def pay_link(due: DueItem, since: datetime) -> seals.Link:
    """A link to pay a month, without signing in; the success of a payment spends it."""
    return seals.Link(
        purpose=PURPOSE,
        subject=due.key.name,
        edition=pay_page.edition(due),
        expires_at=since + timedelta(days=LINK_DAYS),
    )


def page_token(due: DueItem, page: Attempt, keys: Keys) -> str:
    """The link of one payment page: the same whenever the page is asked for."""
    return seals.link_token(keys.link, pay_link(due, page.opened_at))


def month_of_link(token: str, *, ports: Ports) -> DueItem:
    """The month a link pays, as it stands now; one that is paid is shown to an old link too.

    Raises:
        Refused: `PAY_LINK_EXPIRED`; it is not ours, too old, or spent by a payment that came back.
    """
    read = seals.read_link(ports.keys.link, PURPOSE, token, ports.clock())
    key = parse_name(read[0]) if read else None
    if read is None or key is None:
        raise Refused("PAY_LINK_EXPIRED")
    due = _month(key, ports)
    if due.state is not DueState.PAID and pay_page.edition(due) != read[1]:
        raise Refused("PAY_LINK_EXPIRED")
    return due


def _month(key: DueKey, ports: Ports) -> DueItem:
    try:
        return ports.store.due_item(key, fresh=True)
    except NotFound:
        raise Refused("PAY_LINK_EXPIRED") from None


def _standing(due: DueItem, ports: Ports) -> Standing:
    subscription = ports.store.subscription(due.subscription_id)
    return standing_of(due, subscription, ports.clock())


def standing_of(due: DueItem, subscription: Subscription, now: datetime) -> Standing:
    """What the holder of the link is told."""
    return pay_page.standing(due, policy_named(subscription.policy), now)


def open_page(key: DueKey, *, ports: Ports) -> None:
    """Intend a payment on a page; pressing twice opens one (PAY-4).

    Nothing changes where nothing may be asked for; a budget used up parks the month.

    Raises:
        Conflict: somebody else kept being first.
        Throttled: `PAYMENTS_PAUSED`.
    """
    require_open(ports.store.charging(), ports)

    def decide(_: int) -> Change:
        due = ports.store.due_item(key, fresh=True)
        subscription = ports.store.subscription(key.subscription_id, fresh=True)
        policy = policy_named(subscription.policy)
        return pay_page.open_page(due, subscription, policy=policy, now=ports.clock())

    commit_fresh(ports.store, decide)


def page_session(due: DueItem, page: Attempt, *, return_url: str, ports: Ports) -> PaymentSession:
    """The provider's page of that attempt; asked for again, it is the same.

    What pays on it is stored and serves the months to come.

    Raises:
        GatewayUnavailable: nothing was charged.
        Throttled: `PAYMENTS_PAUSED`.
    """
    require_open(ports.store.charging(), ports)
    customer = ports.store.customer(due.customer_id)
    identity = ports.store.billing_identity(due.customer_id, due.identity_number)
    reference = due.key.reference(page.number)
    return ports.gateway.open_session(
        SessionRequest(
            reference=reference,
            amount=due.gross,
            shopper_reference=due.subscription_id,
            shopper_email=customer.email,
            shopper_address=None,
            country=identity.country,
            lang=due.lang,
            return_url=return_url,
            expires_at=page.opened_at + PAGE_OPEN_FOR,
            idempotency_key=seals.page_key(ports.keys.identity, reference, page.opened_at),
        )
    )


def report_page(due: DueItem, session_id: str, session_result: str, *, ports: Ports) -> None:
    """The learner came back from the page: ask the provider and enter its answer.

    What the page itself says is never believed; the answer must name this month and its amount.

    Raises:
        GatewayUnavailable; Refused `BAD_SESSION_RESULT`.
    """
    news = ports.gateway.session_news(session_id, session_result)
    named = parse_reference(news.reference)
    if named is None or named[0] != due.key or news.amount not in (None, due.gross):
        raise Refused("BAD_SESSION_RESULT", due.subscription_id)
    if isinstance(news.outcome, Unknown):
        return
    settle_due(due.key, named[1], news.outcome, now=ports.clock(), ports=ports)
    if isinstance(news.outcome, Authorised):
        # a provider that is silent, or slow to store, tells later by its own event
        with suppress(GatewayUnavailable):
            learn_method(due.subscription_id, ports=ports, cause=news.outcome.provider_reference)


def ask_link_again(token: str, *, ports: Ports) -> None:
    """Have a fresh link sent to the mailbox on file, for an old link of ours; nothing tells more.

    Once an hour at most.

    Raises:
        Conflict: somebody else was first.
    """
    read = seals.read_link(ports.keys.link, PURPOSE, token, THE_PAST)
    key = parse_name(read[0]) if read else None
    if key is None:
        return
    ports.store.commit(_asked_again(key, ports))


def _asked_again(key: DueKey, ports: Ports) -> Change:
    try:
        due = ports.store.due_item(key, fresh=True)
    except NotFound:
        return NOTHING
    now = ports.clock()
    if _standing(due, ports) != "owed":
        return NOTHING
    if due.link_asked_at is not None and now < due.link_asked_at + ASK_AGAIN_AFTER:
        return NOTHING
    return Change((Replace(due.next(link_asked_at=now), events=("PayLinkAsked",)),))
