"""Defects to plant: each is a small change of the product, as somebody might make it by mistake."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.application.billing import charge_due, number_invoices, settle_due
from chalicelib.application.billing.charging import Gate
from chalicelib.application.billing.returns import refund_due
from chalicelib.application.ports import AgendaEntry, Ports
from chalicelib.domain.billing import agenda, renewal
from chalicelib.domain.billing import settle as settling
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.numbering import assign_numbers
from chalicelib.domain.billing.outcomes import Outcome, Refused, Unknown
from chalicelib.domain.billing.returns import dispute
from chalicelib.domain.contract import subscription as contracts
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.calendar import due_date, paris_date, period_index
from chalicelib.domain.kernel.change import AlreadyStamped, Change, Stamp
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.seals import seal
from chalicelib.entrypoints import queues
from chalicelib.entrypoints.http import webhooks
from tests.simulation.world.swaps import swapped
from tests.simulation.world.table import Table

Defect = Callable[[], AbstractContextManager[None]]


@contextmanager
def key_with_time() -> Iterator[None]:
    """The idempotency key of a charge is another one each time it is sent."""
    moments = count()

    def key(secret: str, reference: str) -> str:
        return seal(secret, "charge", reference, str(next(moments)))

    with swapped(charge_due, "idempotency_key", key):
        yield


@contextmanager
def retry_after_unknown() -> Iterator[None]:
    """No answer is taken for a refusal."""
    honest = settling.settle

    def settle(
        due: DueItem, subscription: Subscription, number: int, outcome: Outcome, **more: Any
    ) -> Change:
        heard = Refused(code="2") if isinstance(outcome, Unknown) else outcome
        return honest(due, subscription, number, heard, **more)

    with swapped(settle_due, "settle", settle):
        yield


@contextmanager
def chained_months() -> Iterator[None]:
    """Each due date is counted from the one before, which a short month has clamped."""

    def chained(anchor: date, months: int) -> date:
        on = anchor
        for _ in range(months):
            on = due_date(on, 1)
        return on

    with swapped(contracts, "due_date", chained):
        yield


@contextmanager
def failure_beats_success() -> Iterator[None]:
    """A refusal that comes late takes back what was paid."""
    honest = settling.settle

    def settle(
        due: DueItem, subscription: Subscription, number: int, outcome: Outcome, **more: Any
    ) -> Change:
        attempt = due.attempt(number)
        if isinstance(outcome, Refused) and attempt is not None and attempt.state == "authorised":
            reopened = attempt.replace(state="open")
            due = due.replace(state=DueState.CHARGING, attempts=due.with_attempt(reopened))
        return honest(due, subscription, number, outcome, **more)

    with swapped(settle_due, "settle", settle):
        yield


@contextmanager
def number_read_then_written() -> Iterator[None]:
    """Numbers are stamped first, and the counter is moved afterwards."""

    def number(keys: tuple[DueKey, ...], *, ports: Ports) -> tuple[DueKey, ...]:
        issued_on = paris_date(ports.clock())
        series = number_invoices._series(issued_on.year, ports)
        assert series is not None
        counter, *stamps = assign_numbers(
            series, tuple(dict.fromkeys(keys)), issued_on=issued_on
        ).writes
        for stamp in stamps:
            assert isinstance(stamp, Stamp)
            try:
                ports.store.commit(Change((stamp,)))
            except AlreadyStamped:
                continue
        ports.store.commit(Change((counter,)))
        return keys

    with swapped(queues, "number_invoices", number):
        yield


@contextmanager
def second_success_kept() -> Iterator[None]:
    """A second payment of the same month is noted, and stays."""
    honest = settling._second_success

    def second(due: DueItem, *more: Any) -> Change:
        return Change(honest(due, *more).writes[:1])

    with swapped(settling, "_second_success", second):
        yield


@contextmanager
def return_without_key() -> Iterator[None]:
    """Money is sent back under a new key each time."""
    moments = count()

    def key(secret: str, reference: str) -> str:
        return seal(secret, "charge", reference, str(next(moments)))

    with swapped(refund_due, "idempotency_key", key):
        yield


@contextmanager
def forgery_accepted() -> Iterator[None]:
    """The signature of a notification is not looked at."""
    with swapped(webhooks, "item_is_genuine", lambda item, keys: True):
        yield


@contextmanager
def midnight_of_greenwich() -> Iterator[None]:
    """The month in which a cancellation comes is read from the wrong calendar."""

    def period_at(self: Subscription, instant: datetime) -> int:
        return max(0, period_index(self.anchor_on, instant.astimezone(UTC).date()))

    with swapped(Subscription, "period_at", period_at):
        yield


@contextmanager
def retry_after_stop() -> Iterator[None]:
    """Every refusal is tried again."""
    honest = agenda.next_retry

    def next_retry(refused: Any, *more: Any, **named: Any) -> datetime | None:
        return honest(tuple(one.replace(kind="soft") for one in refused), *more, **named)

    with swapped(settling, "next_retry", next_retry):
        yield


@contextmanager
def dark_months_billed() -> Iterator[None]:
    """A contract that pays again owes the months it had no service in."""

    def following(paid: DueItem, subscription: Subscription, now: datetime) -> DueItem | None:
        upcoming = renewal.due_item(subscription, paid.period + 1)
        return upcoming if subscription.runs_past(upcoming.from_on) else None

    with swapped(settling, "following", following):
        yield


@contextmanager
def today_only() -> Iterator[None]:
    """The sweep looks at what became due today."""
    honest = Table.due_entries

    def due_entries(
        self: Table, shard: int, until: datetime, limit: int
    ) -> tuple[AgendaEntry, ...]:
        found = honest(self, shard, until, limit)
        return tuple(entry for entry in found if entry.at > until - timedelta(hours=24))

    with swapped(Table, "due_entries", due_entries):
        yield


@contextmanager
def claim_without_condition() -> Iterator[None]:
    """Who loses the claim of a due item charges it nonetheless, as an attempt of their own."""
    honest = renewal.claim

    def claim(due: DueItem, subscription: Subscription, **more: Any) -> Change:
        stale = due.replace(state=DueState.SCHEDULED) if due.open_attempt else due
        return honest(stale, subscription, **more)

    with swapped(charge_due, "claim", claim):
        yield


@contextmanager
def brake_ignored() -> Iterator[None]:
    """Charges are made without a permit."""
    with swapped(Gate, "permits", lambda self: True):
        yield


@contextmanager
def last_word_wins() -> Iterator[None]:
    """A dispute stands where the latest notification puts it, however late that one is."""

    def standing(events: Iterable[str]) -> str:
        heard = [dispute.LADDER[event] for event in events if event in dispute.LADDER]
        return heard[-1] if heard else "asked"

    with swapped(dispute, "standing", standing):
        yield


@contextmanager
def fence_absent() -> Iterator[None]:
    """A restored table takes itself for the one it was copied from."""
    with swapped(Table, "identity", lambda self: "table-1"):
        yield


DEFECTS: tuple[Defect, ...] = (
    key_with_time,
    retry_after_unknown,
    chained_months,
    failure_beats_success,
    number_read_then_written,
    second_success_kept,
    return_without_key,
    forgery_accepted,
    midnight_of_greenwich,
    retry_after_stop,
    dark_months_billed,
    today_only,
    claim_without_condition,
    brake_ignored,
    last_word_wins,
    fence_absent,
)
