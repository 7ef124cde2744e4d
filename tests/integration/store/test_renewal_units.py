"""What a renewal costs in write units, step by step, as the database itself counts them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.application.ports import Ids
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.numbering import BATCH_MAX, assign_numbers
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.billing.renewal import claim, due_item
from chalicelib.domain.billing.settle import settle
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import Change, Insert, Stamp
from chalicelib.domain.kernel.ids import DueKey, sortable_id
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes_things import a_due, a_notification, a_series, a_subscription

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAMPLES = sorted((Path(__file__).parents[2] / "data/adyen/webhooks").glob("*.json"))
BUDGET = 14
ITEM_BYTES_MAX = 1024
WRITES = ("put_item", "update_item", "transact_write_items")
CHARGED_AT = datetime(2026, 11, 5, 4, 0, 1, 123456, tzinfo=UTC)
POLICY = policy_named("as_written@1")
LONGEST_METHOD = StoredMethod(
    token="M5N7TQ4TG5PFWR50",
    kind="scheme",
    brand="visa_debit_googlepay",
    last_four="1111",
    expires="03/2030",
)


@dataclass
class Units:
    """A meter that is read and set back."""

    consumed: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, operation: str, units: float) -> None:
        self.consumed.append((operation, units))

    def written(self) -> float:
        """Write units since the last reading."""
        total = sum(units for operation, units in self.consumed if operation in WRITES)
        self.consumed.clear()
        return total

    def read(self) -> float:
        """Read units since the last reading."""
        total = sum(units for operation, units in self.consumed if operation not in WRITES)
        self.consumed.clear()
        return total


@pytest.fixture
def units() -> Units:
    return Units()


@pytest.fixture
def store(dynamodb: "DynamoDBClient", table: str, commit_ids: Ids, units: Units) -> DynamoStore:
    return DynamoStore(dynamodb, table, commit_ids, meter=units)


@pytest.fixture
def stored_bytes(dynamodb: "DynamoDBClient", table: str) -> Callable[[DueKey], int]:
    """The size of a due item as the table bills it."""

    def measure(key: DueKey) -> int:
        pk, sk = keys.due(key)
        found = dynamodb.get_item(
            TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        return sum(len(name.encode()) + size(value) for name, value in found["Item"].items())

    return measure


def size(value: Any) -> int:
    """Bytes of an attribute: text as UTF-8, two digits a byte, three for a list or a map."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content) // 2 + 2
        case "L":
            return 3 + sum(1 + size(part) for part in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + size(part) for name, part in content.items())
        case _:
            return 1


def subscriptions(count: int) -> list[Subscription]:
    return [
        a_subscription(
            id=sortable_id(CHARGED_AT, number),
            plan="plus",
            price_row="plus-web-development-eur-12",
            policy=POLICY.name,
            gross_minor=1_234_567,
            rate_bps=2000,
            method=LONGEST_METHOD,
            identity_number=12,
        )
        for number in range(count)
    ]


def claimed(store: DynamoStore, subscription: Subscription, now: datetime) -> DueItem:
    key = DueKey(subscription_id=subscription.id, period=1)
    due = store.due_item(key)
    store.commit(claim(due, subscription, policy=POLICY, now=now))
    return store.due_item(key, fresh=True)


def paid(store: DynamoStore, due: DueItem, subscription: Subscription, now: datetime) -> None:
    outcome = Authorised(provider_reference="WNS7GQ4TG5PFWR50", method_label=LONGEST_METHOD.label())
    number = due.attempts[-1].number
    store.commit(settle(due, subscription, number, outcome, policy=POLICY, now=now))


def filed(key: DueKey) -> Change:
    facts = {"sha256": "a" * 64}
    return Change((Stamp(key, "sha256", facts, ("number",), events=("InvoiceFiled",)),))


def mailed(key: DueKey, at: datetime) -> Change:
    return Change((Stamp(key, "mailed_at", {"mailed_at": at}, ("sha256",), leaves_agenda=True),))


def test_a_renewal_costs_twelve_units_and_a_fifth(store: DynamoStore, units: Units) -> None:
    owners = subscriptions(BATCH_MAX)
    for owner in owners:
        store.commit(Change((Insert(due_item(owner, 1)),)))
    store.commit(Change((Insert(a_series()),)))
    steps: dict[str, float] = {}

    units.consumed.clear()
    dues = [claimed(store, owner, CHARGED_AT) for owner in owners]
    steps["claim"] = units.written() / BATCH_MAX
    for due, owner in zip(dues, owners, strict=True):
        paid(store, due, owner, CHARGED_AT + timedelta(seconds=1))
    steps["outcome"] = units.written() / BATCH_MAX
    store.keep_notification(a_notification())
    steps["webhook"] = units.written()
    numbered = tuple(due.key for due in dues)
    store.commit(assign_numbers(a_series(), numbered, issued_on=CHARGED_AT.date()))
    steps["number"] = units.written() / BATCH_MAX
    for key in numbered:
        store.commit(filed(key))
    steps["file"] = units.written() / BATCH_MAX
    for key in numbered:
        store.commit(mailed(key, CHARGED_AT + timedelta(minutes=2)))
    steps["mail"] = units.written() / BATCH_MAX

    assert steps == {
        "claim": 1,
        "outcome": 5,
        "webhook": 1,
        "number": 2.2,
        "file": 1,
        "mail": 2,
    }
    assert sum(steps.values()) == pytest.approx(12.2)
    assert sum(steps.values()) <= BUDGET
    assert store.due_entries(shard(owners[0].id), CHARGED_AT, 10) == ()


def test_a_due_item_stays_small_to_the_end_of_the_longest_life(
    store: DynamoStore, stored_bytes: Callable[[DueKey], int]
) -> None:
    """One refused attempt, one paid, every fact at its longest, and an event on each write."""
    (owner,) = subscriptions(1)
    upcoming = due_item(owner, 1)
    key = upcoming.key
    sizes: dict[str, int] = {}
    store.commit(Change((Insert(upcoming), Insert(a_series()), Insert(owner))))

    first = claimed(store, owner, CHARGED_AT)
    sizes["claimed"] = stored_bytes(key)
    refusal = Refused(provider_reference="WNS7GQ4TG5PFWR51", code="Issuer unavailable")
    store.commit(settle(first, owner, 1, refusal, policy=POLICY, now=CHARGED_AT))
    sizes["refused"] = stored_bytes(key)
    behind = store.subscription(owner.id, fresh=True)
    again = claimed(store, behind, CHARGED_AT + timedelta(days=2))
    paid(store, again, behind, CHARGED_AT + timedelta(days=2, seconds=1))
    sizes["paid"] = stored_bytes(key)
    store.commit(assign_numbers(a_series(), (key,), issued_on=CHARGED_AT.date()))
    sizes["numbered"] = stored_bytes(key)
    store.commit(filed(key))
    sizes["filed"] = stored_bytes(key)
    store.commit(mailed(key, CHARGED_AT + timedelta(days=2, minutes=2)))
    sizes["mailed"] = stored_bytes(key)

    assert max(sizes.values()) <= ITEM_BYTES_MAX, sizes
    assert store.due_item(key, fresh=True).refusals == 1


def test_finding_and_reading_what_is_due_costs_under_one_unit(
    store: DynamoStore, units: Units
) -> None:
    (owner,) = subscriptions(1)
    store.commit(Change((Insert(due_item(owner, 1)), Insert(owner))))
    units.consumed.clear()
    (entry,) = store.due_entries(shard(owner.id), CHARGED_AT, 100)
    assert entry.due is not None
    store.due_item(entry.due)
    assert units.read() <= 1


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_every_notification_of_the_provider_is_one_unit(
    store: DynamoStore, units: Units, sample: Path
) -> None:
    store.keep_notification(replace(a_notification(), raw=sample.read_bytes()))
    assert units.written() == 1


def test_a_store_without_a_meter_asks_for_no_count(
    dynamodb: "DynamoDBClient", table: str, commit_ids: Ids
) -> None:
    silent = DynamoStore(dynamodb, table, commit_ids)
    silent.commit(Change((Insert(a_due()),)))
    assert silent.due_item(a_due().key) == a_due()
