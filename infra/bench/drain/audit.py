"""Counts a day from outside: the provider's payments, the raw table, the files and the mails."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.adapters.dynamodb import keys
from chalicelib.domain.papers.numbering import number_text
from infra.bench.drain.cloud import Cloud
from infra.bench.drain.population import HARD_ON, PERIOD, Renewal, due_at
from infra.bench.drain.provider import Provider
from infra.bench.drain.worker import Site

INITIATED_BY_US: Final = "ContAuth"


@dataclass(frozen=True)
class Count:
    """What was found, in numbers of renewals unless said otherwise.

    Attributes:
        paid: with one capture kept and everything that follows from it.
        parked: by why a person must look, such as `unpaid`.
        captures: at the provider; `returned` of them were given back in full.
        twice: paid more than once and not given back.
        missing: captured but not paid in the table, paid but not captured, or in no final state.
        gaps: numbers that nobody has, below the counter.
        unfiled: paid without number, file or mail.
        repeated_mails: invoices mailed again after a death between the relay and its record.
        lags: from due to paid, seconds.
    """

    due: int
    paid: int
    parked: dict[str, int]
    captures: int
    returned: int
    twice: int
    missing: int
    gaps: int
    unfiled: int
    repeated_mails: int
    lags: tuple[float, ...]

    @property
    def is_exact(self) -> bool:
        """Whether every renewal ended as it should, once."""
        wrong = self.twice + self.missing + self.gaps + self.unfiled
        return not wrong and self.paid + sum(self.parked.values()) == self.due

    def lag(self, share: float) -> timedelta:
        """The lag that `share` of the paid stayed within."""
        ordered = sorted(self.lags)
        return timedelta(seconds=ordered[min(int(share * len(ordered)), len(ordered) - 1)])


def count(
    due: Sequence[Renewal],
    earlier: Sequence[Renewal],
    *,
    site: Site,
    table: Any,
    provider: Provider,
    cloud: Cloud,
) -> Count:
    """Count the renewals of `due`; the numbers of `earlier` ones come before theirs."""
    items = {each: _item(table, site.settings.table_name, each) for each in due}
    kept, returned = _captures(provider, {each.subscription_id for each in due})
    paid = {each: item for each, item in items.items() if item.get("state", {}).get("S") == "paid"}
    parked = Counter(item["parked"]["S"] for item in items.values() if "parked" in item)
    before = [_item(table, site.settings.table_name, each) for each in earlier]
    numbers = {each["number"]["S"] for each in (*before, *paid.values()) if "number" in each}
    files = cloud.files.contents
    letters = Counter(
        letter.tags["subscription"]
        for letter in cloud.post.letters
        if letter.tags["template"] == "invoice_ready"
    )
    return Count(
        due=len(items),
        paid=len(paid),
        parked=dict(parked),
        captures=sum(kept.values()) + returned,
        returned=returned,
        twice=sum(taken > 1 for taken in kept.values()),
        missing=sum(
            kept[each.subscription_id] != (each in paid)
            or (each not in paid and "parked" not in item)
            for each, item in items.items()
            if kept[each.subscription_id] <= 1
        ),
        gaps=_gaps(numbers),
        unfiled=sum(
            not {"number", "sha256", "mailed_at"} <= item.keys()
            or f"invoices/{HARD_ON.year}/{item['number']['S']}.pdf" not in files
            or not letters[each.subscription_id]
            for each, item in paid.items()
        ),
        repeated_mails=sum(sent - 1 for sent in letters.values()),
        lags=tuple(
            (datetime.fromisoformat(item["paid_at"]["S"]) - due_at(each.due_on)).total_seconds()
            for each, item in paid.items()
        ),
    )


def _item(table: Any, name: str, renewal: Renewal) -> dict[str, Any]:
    key = keys.due(renewal.key)
    named = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    found: dict[str, Any] = table.get_item(TableName=name, Key=named, ConsistentRead=True)["Item"]
    return found


def _captures(provider: Provider, owners: set[str]) -> tuple[Counter[str], int]:
    """Captures that were kept, by subscription, and how many were given back in full."""
    kept: Counter[str] = Counter()
    returned = 0
    for payment in provider.simulator.payments():
        owner = payment["shopper_reference"]
        if owner not in owners or payment["interaction"] != INITIATED_BY_US:
            continue
        assert int(str(payment["reference"]).split(".")[1]) == PERIOD, "another month was charged"
        if payment["capture_count"] and payment["refunded_minor"] == payment["captured_minor"]:
            returned += 1
        else:
            kept[owner] += payment["capture_count"]
    return kept, returned


def _gaps(numbers: set[str]) -> int:
    expected = {number_text(HARD_ON.year, rank) for rank in range(1, len(numbers) + 1)}
    return len(expected - numbers)
