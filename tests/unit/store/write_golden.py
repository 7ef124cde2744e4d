"""Write the golden items of the current schema: `python -m tests.unit.store.write_golden`.

For a schema that no table holds yet. Once items of it are out there, the files are evidence: what
changes then is the schema, in a folder of its own, with a step from the one before.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chalicelib.adapters.dynamodb import codec
from chalicelib.domain.billing import journal
from chalicelib.domain.billing.books.settlement import Settlement, Stray
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.selling.checkout import Checkout, Session, Stage
from tests.fakes_things import a_checkout, a_due, a_settlement, a_subscription, one_of_each

FOLDER = Path(__file__).parent / "golden" / f"schema-{codec.SCHEMA}"
COMMIT = "01JDABCDEFGH"
AT = datetime(2026, 11, 5, 4, 0, 1, 123456, tzinfo=UTC)
REFUSED = "WNS7GQ4TG5PFWR50"


def a_paid_due() -> DueItem:
    """Refused once, paid, numbered, filed and mailed."""
    return a_due().next(
        state=DueState.PAID,
        attempts=(
            Attempt(
                number=1,
                state="refused",
                opened_at=AT,
                provider_reference=REFUSED,
                code="2",
                kind="soft",
            ),
            Attempt(
                number=2,
                state="authorised",
                opened_at=AT + timedelta(days=1),
                provider_reference="WNS7GQ4TG5PFWR51",
            ),
        ),
        postings=(
            *journal.sale(net_minor=1667, vat_minor=333),
            *journal.payment(gross_minor=2000, vat_minor=333),
        ),
        paid_at=AT + timedelta(days=1),
        number="F2026-00000042",
        issued_on=date(2026, 11, 6),
        sha256="a" * 64,
        mailed_at=AT + timedelta(days=1, minutes=2),
        agenda_at=None,
    )


def a_placed_checkout() -> Checkout:
    """Tried twice, the first time refused."""
    return a_checkout().next(
        stage=Stage.PLACED,
        placed_at=AT,
        sessions=(
            Session(
                attempt=1,
                opened_at=AT,
                state="refused",
                provider_reference=REFUSED,
                refusal_code="2",
            ),
            Session(attempt=2, opened_at=AT),
        ),
        agenda_at=AT + timedelta(days=1),
    )


def an_ending_subscription() -> Subscription:
    """Confirmed, then cancelled for the end of its second period."""
    return a_subscription().next(
        ends_on=date(2026, 12, 5),
        cancelled_at=AT,
        confirmation_sha256="c" * 64,
        confirmed_at=AT,
        invited_at=AT,
        agenda_at=datetime(2026, 12, 4, 23, tzinfo=UTC),
    )


def a_batch_in_reading() -> Settlement:
    """Half entered, with a line that does not fit."""
    strange = Stray(why="foreign", row=2, kind="Settled", subject="ORDER-1", minor=1200)
    return a_settlement().next(
        done=1,
        unexplained_minor=1200,
        strays=(strange,),
        stray_count=1,
        postings=(),
        read_at=None,
        agenda_at=AT,
    )


def write(name: str, entity: Entity, *events: str) -> None:
    """One item, and what was meant by it."""
    item = codec.encode(entity, events=events, commit=COMMIT)
    content = {"item": item, "meant": entity.model_dump(mode="json")}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for thing in one_of_each():
        write(type(thing).__name__.lower(), thing)
    parked = a_due(2).next(parked="unpaid", state=DueState.UNPAID, agenda_at=None)
    write("dueitem-parked", parked, "PaymentRefused", "Parked")
    write("dueitem-paid", a_paid_due())
    write("checkout-placed", a_placed_checkout())
    write("settlement-reading", a_batch_in_reading())
    write("subscription-ending", an_ending_subscription(), "CancellationScheduled")
