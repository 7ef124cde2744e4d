"""Schema 1 of messages, word for word: whoever reads them relies on it."""

import json
from pathlib import Path

import pytest

from chalicelib.application.messages import SCHEMA, event_id, identity, message
from chalicelib.domain.kernel.value import Entity
from tests.fakes_things import (
    a_checkout,
    a_customer,
    a_due,
    a_reversal,
    a_subscription,
    one_of_each,
)

GOLDEN = Path(__file__).parents[2] / "data" / "messages-schema-1.json"
SENT: dict[str, Entity] = {
    "PeriodPaid": a_due(version=3, method_label="visa •••• 1111"),
    "SubscriptionConcluded": a_subscription(),
    "MoneyReturned": a_reversal(version=2),
    "CheckoutWaiting": a_checkout(version=2),
    "PasswordLinkAsked": a_customer(version=5),
}


class TestSchema1:
    """Messages are self-contained, name their schema, and bear an id that repeats with them.

    When the golden file differs, readers that are deployed already would read another thing: raise
    the schema, keep reading the one before, and keep this file as evidence of it.
    """

    @pytest.mark.parametrize("event", sorted(SENT))
    def test_a_message_is_the_one_that_was_published(self, event: str) -> None:
        """Field by field."""
        golden = json.loads(GOLDEN.read_text())
        assert message(event, SENT[event]) == golden[event]
        assert golden[event]["schema"] == SCHEMA

    def test_what_is_read_back_is_what_was_sent(self) -> None:
        """The record inside is the thing itself."""
        sent = a_due(version=3)
        record = message("PeriodPaid", sent)["record"]
        assert type(sent).model_validate_json(json.dumps(record)) == sent

    @pytest.mark.parametrize("thing", [t for t in one_of_each() if t.is_personal])
    def test_of_a_person_only_the_identity_travels(self, thing: Entity) -> None:
        """No name, no mailbox, no address in any message (GDP-1)."""
        record = message("Any", thing)["record"]
        assert set(record) <= {"id", "version"}

    def test_an_event_has_one_name_at_every_delivery(self) -> None:
        """The thing, its version, the event."""
        due = a_due(version=3)
        assert identity(due) == f"{due.subscription_id}.1.1"
        assert event_id(due, "PeriodPaid") == f"{due.subscription_id}.1.1.3.PeriodPaid"
        assert event_id(due.next(), "PeriodPaid") != event_id(due, "PeriodPaid")
