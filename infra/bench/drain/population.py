"""Who lives in the table: those whose month is due today, and all the others."""

import gzip
import json
import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from chalicelib.adapters.dynamodb import codec, keys
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.renewal import due_item
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.ids import DueKey, sortable_id
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.selling.checkout import StoredMethod
from infra.local.engine import BINARY
from tests.fakes_things import a_billing_identity, a_customer, a_subscription
from tests.table import DEFINITION

Item = Mapping[str, Any]

POLICY: Final = current_policy("recommended")
CONCLUDED_AT: Final = datetime(2027, 2, 9, 9, 30, tzinfo=UTC)
CALM_ON: Final = date(2027, 3, 9)
HARD_ON: Final = date(2027, 3, 10)
OTHERS_ON: Final = tuple(date(2027, 3, 27) + timedelta(days=days) for days in range(10))
"""When the others are due: not before the last loose end of the hard day is settled."""
PERIOD: Final = 1


@dataclass(frozen=True)
class Renewal:
    """One month that falls due; `token` is the stored method at the provider."""

    subscription_id: str
    customer_id: str
    due_on: date
    token: str = ""

    @property
    def key(self) -> DueKey:
        """The identity of the money that is due."""
        return DueKey(subscription_id=self.subscription_id, period=PERIOD)


def due_at(day: date) -> datetime:
    """When what is due on a day is charged."""
    return start_of_day(day, POLICY.charge_hour)


def renewals(
    count: int, day: date, seed: int, shards: Iterable[int] | None = None
) -> list[Renewal]:
    """The months due on a day, ids drawn from the seed, in some of the agenda's shards or all."""
    source, wanted = random.Random(f"{seed} {day}"), set(shards or ())
    found: list[Renewal] = []
    while len(found) < count:
        subscription_id = sortable_id(CONCLUDED_AT, source.getrandbits(80))
        if not wanted or shard(subscription_id) in wanted:
            customer_id = sortable_id(CONCLUDED_AT, source.getrandbits(80))
            found.append(Renewal(subscription_id, customer_id, day))
    return found


def due_items(due: Iterable[Renewal]) -> Iterator[Item]:
    """What the table holds of those who are due, and that a renewal reads or writes."""
    for each in due:
        owner = _subscription(each)
        digest = each.customer_id.lower()
        person = a_customer(
            id=each.customer_id,
            subscription_ids=(each.subscription_id,),
            mailbox_digest=digest,
            email=f"{digest}@example.org",
        )
        address = a_billing_identity(customer_id=each.customer_id)
        for thing in (owner, due_item(owner, PERIOD), person, address):
            yield codec.encode(thing, commit="bench")


def other_items(count: int) -> Iterator[Item]:
    """`count` other subscriptions, each with its next due item, on other days."""
    models = [_model(day) for day in OTHERS_ON]
    source = random.Random(count)
    for number in range(count):
        subscription_id = sortable_id(CONCLUDED_AT, source.getrandbits(80))
        agenda = {"gpk": {"S": keys.agenda_partition(shard(subscription_id))}}
        subscription, due = models[number % len(models)]
        yield _renamed(subscription, subscription_id)
        yield _renamed(due, subscription_id) | agenda


def _subscription(renewal: Renewal) -> Subscription:
    """A subscription in its first month, with nothing left to do but to be renewed."""
    return a_subscription(
        id=renewal.subscription_id,
        customer_id=renewal.customer_id,
        policy=POLICY.name,
        anchor_on=renewal.due_on - timedelta(days=28),  # a February
        concluded_at=CONCLUDED_AT,
        confirmation_sha256="c" * 64,
        confirmed_at=CONCLUDED_AT,
        invited_at=CONCLUDED_AT,
        method=StoredMethod(
            token=renewal.token or "M5N7TQ4TG5PFWR50",
            kind="scheme",
            brand="visa",
            last_four="1111",
            expires="03/2031",
        ),
    )


MODEL_ID: Final = sortable_id(CONCLUDED_AT, 0)


def _model(day: date) -> tuple[Item, Item]:
    owner = _subscription(Renewal(MODEL_ID, sortable_id(CONCLUDED_AT, 1), day))
    upcoming = due_item(owner, PERIOD)
    return codec.encode(owner, commit="bench"), codec.encode(upcoming, commit="bench")


def _renamed(item: Item, subscription_id: str) -> dict[str, Any]:
    """The same item of another subscription; encoding each anew would take most of the time."""
    named = ("pk", "id", "gsk")
    changed = {
        name: {"S": item[name]["S"].replace(MODEL_ID, subscription_id)}
        for name in named
        if name in item
    }
    return {**item, **changed}


def load(database: Path, tables: Mapping[str, Iterable[Item]]) -> None:
    """Write tables into a file of the embedded database, through its import of exports.

    Nothing of it enters the tables' streams, as nothing of it has just happened.
    """
    folder = database.with_suffix(".export")
    for name, items in tables.items():
        target = folder / name / "data"
        target.mkdir(parents=True)
        with gzip.open(target / "items.json.gz", "wt", compresslevel=1) as lines:
            lines.writelines(json.dumps({"Item": item}) + "\n" for item in items)
    schema = folder.with_suffix(".schema.json")
    described = [{"Table": {"TableName": name, **DEFINITION}} for name in tables]
    schema.write_text(json.dumps(described))
    subprocess.run(
        [
            *(str(BINARY), "import", "--source", str(folder), "--schema", str(schema)),
            *("--output", str(database), "--force"),
        ],
        check=True,
        capture_output=True,
    )
    shutil.rmtree(folder)
