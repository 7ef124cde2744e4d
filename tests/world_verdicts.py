"""What must be true of a world whatever happened to it: `assert_sound`."""

import hashlib
from collections import Counter
from collections.abc import Mapping

from chalicelib.application.learning.entitlements import entitlements
from chalicelib.application.papers.names import confirmation_file, invoice_file
from chalicelib.domain.billing.books.proof import Proof, prove
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.learning.entitlement import SOLO
from tests.world import World

FILES_OF_A_PAPER = 2


def assert_sound(world: World) -> None:
    """One capture, number, file and mail for each paid due item; books, agenda and queues clean."""
    dues = list(world.ports.store.every_due_item())
    assert dues, "nobody ordered anything"
    for due in dues:
        assert_settled(world, due)
    for subscription_id in {due.subscription_id for due in dues}:
        assert_served(world, subscription_id)
    paid = [due for due in dues if due.state is DueState.PAID]
    contracts = {due.subscription_id for due in dues}
    versions = sum(dispute.version for dispute in world.ports.store.every_dispute())
    papers = [name for name in world.fakes.files.contents if not name.startswith("settlements/")]
    assert len(papers) == FILES_OF_A_PAPER * (len(paid) + len(contracts) + versions)
    assert_books_close(world)
    assert_refunded(world)
    assert_at_rest(world)


def assert_settled(world: World, due: DueItem) -> None:
    """Paid due items have one capture and every paper; the others have no capture."""
    captures = world.fakes.gateway.captured(due.key)
    if due.state is not DueState.PAID:
        assert captures == (), f"money for {due.key.reference(0)}, which is {due.state}"
        return
    (capture,) = captures
    assert due.paying_attempt is not None
    assert capture.provider_reference == due.paying_attempt.provider_reference
    assert capture.amount == due.gross
    assert due.open_attempt is None
    assert due.number is not None
    assert due.mailed_at is not None
    pdf = world.fakes.files.contents[invoice_file(due)]
    assert hashlib.sha256(pdf).hexdigest() == due.sha256


def assert_served(world: World, subscription_id: str) -> None:
    """The contract is kept and confirmed, the account is there, access is what it should be."""
    store, fakes = world.ports.store, world.fakes
    subscription = store.subscription(subscription_id, fresh=True)
    assert store.contract(subscription_id).concluded_at == subscription.concluded_at
    assert store.checkout(subscription_id).stage.value == "paid"
    pdf = fakes.files.contents[confirmation_file(subscription_id)]
    assert hashlib.sha256(pdf).hexdigest() == subscription.confirmation_sha256
    assert subscription.confirmed_at is not None
    assert subscription.invited_at is not None
    assert fakes.accounts.created[subscription.customer_id] == 1
    assert store.customer(subscription.customer_id).subscription_ids == (subscription_id,)
    assert_access(world, subscription)


def assert_access(world: World, subscription: Subscription) -> None:
    """Open while it runs; after its end the plan is free again and the method forgotten."""
    held = world.ports.store.unique("live", f"{subscription.plan}#{subscription.customer_id}")
    opened = entitlements(subscription.customer_id, ports=world.ports)
    told = [event["event"] for event in world.fakes.bus.published]
    assert "EntitlementChanged" in told
    if subscription.status is Status.ENDED:
        assert (opened, held, subscription.method) == ((), None, None)
        assert world.fakes.gateway.stored_methods(subscription.id) == ()
        return
    assert opened == SOLO
    assert held is not None
    assert held.holder == subscription.id
    assert subscription.method is not None


def books(world: World) -> Proof:
    """The daily proof, as of now."""
    return prove(world.ports.store.every_book_entry(), now=world.now)


def assert_books_close(world: World) -> None:
    """The proof is green, the journal sums to zero, and the provider counted what we counted."""
    proof, gateway = books(world), world.fakes.gateway
    assert (proof.findings, proof.parked, proof.journal_minor) == ((), (), 0)
    came = [each for each in gateway.captures if each.provider_reference not in gateway.uncaptured]
    captured = [capture.amount.minor for capture in came]
    assert sum(captured) == proof.captured_minor + proof.returned_minor
    assert len(captured) == proof.captures + len(gateway.returns)
    assert len(gateway._give_backs) == len(gateway.returns), "one key for each payment given back"


def assert_refunded(world: World) -> None:
    """What was promised back is gone from the provider, once, under a key for each order."""
    gateway, store = world.fakes.gateway, world.ports.store
    orders = 0
    for refund in store.every_refund():
        assert (refund.latest.state, refund.parked, refund.agenda_at) == ("sent", None, None)
        assert gateway.gone_minor(refund.payment_reference) == refund.gross_minor
        assert store.due_item(refund.due_key, fresh=True).refunded_minor == refund.gross_minor
        assert balances(refund.postings)[Account.CLEARING] == -refund.gross_minor
        orders += len(refund.tries)
    assert len(gateway.refunds) == orders
    for dispute in store.every_dispute():
        assert dispute.taken_minor == gateway.taken[dispute.payment_reference or ""]
        held = store.subscription(dispute.subscription_id, fresh=True).held
        assert held == ("disputed" if dispute.holds else None)


def assert_at_rest(world: World) -> None:
    """Nothing waits anywhere, nothing was given up, nothing due is left."""
    waiting = {queue: list(left) for queue, left in world.fakes.queues.waiting.items() if left}
    assert (waiting, world.late, world.dead, world.stream, world.post_office) == (
        {},
        [],
        [],
        [],
        [],
    )
    assert world.agenda(world.now) == []


def letters(world: World) -> Counter[tuple[str, str]]:
    """How many mails of each template went to each mailbox."""
    return Counter((letter.to, letter.tags["template"]) for letter in world.fakes.post.letters)


def assert_mailed(
    world: World, expected: Mapping[tuple[str, str], int], *, repeats_max: int = 0
) -> None:
    """Every mail went out; with a crash between sending and recording, one of them once more."""
    sent = letters(world)
    assert not Counter(expected) - sent, "a mail is missing"
    extra = sent - Counter(expected)
    assert extra.total() <= repeats_max, f"sent again: {extra}"


def due_key(subscription_id: str, period: int) -> DueKey:
    """The identity of one period's money."""
    return DueKey(subscription_id=subscription_id, period=period)
