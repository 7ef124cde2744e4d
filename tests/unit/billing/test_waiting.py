"""Whatever waits for a person has a name, an amount, an age and a word on what happened."""

from typing import Any

import pytest

from chalicelib.domain.billing.due import Attempt
from chalicelib.domain.billing.operating.waiting import Waiting, parked_since, waiting
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.value import Entity
from tests.fakes_things import (
    CONCLUDED_AT,
    SUBSCRIPTION_ID,
    a_customer,
    a_dispute,
    a_due,
    a_refund,
    a_reversal,
    a_settlement,
    unplaced_money,
)

NAME = f"{SUBSCRIPTION_ID}.0001.1"
TRIED = Attempt(number=1, state="refused", opened_at=CONCLUDED_AT, code="12")


@pytest.mark.parametrize(
    ("entity", "item", "detail"),
    [
        (a_due(parked="unpaid", attempts=(TRIED,)), NAME, "due 2026-11-05, 1 refusals, last 12"),
        (a_refund(parked="refund_failed"), f"{NAME}.R1", "refund, try 1 open"),
        (a_reversal(parked="reversal_failed"), f"{NAME}.2.back", "paid_twice, 0 orders failed"),
        (a_dispute(), f"{NAME} QFQTPCQ8HXSKGK82", "dispute, taken"),
        (
            unplaced_money(),
            "QFQTPCQ8HXSKGK82:CHARGEBACK:true",
            "not one of our references: order-7",
        ),
        (
            a_settlement(parked="settlement_differs"), "12", "batch, 3 of 3 lines, 0 do not fit"
        ),
    ],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
def test_each_kind_says_what_it_is(entity: Any, item: str, detail: str) -> None:
    told = waiting(entity)
    assert (told.item, told.detail, told.reason) == (item, detail, entity.parked)
    assert told.currency == "EUR"


def test_since_when_is_told_where_anything_tells() -> None:
    assert parked_since(a_due()) == start_of_day(a_due().from_on)
    assert parked_since(a_due(attempts=(TRIED,))) == CONCLUDED_AT
    assert parked_since(a_reversal()) is None
    assert {parked_since(each) for each in (a_refund(), a_dispute(), unplaced_money())} == {
        CONCLUDED_AT
    }


def test_what_was_never_tried_says_so() -> None:
    assert waiting(a_due(parked="disputed")).detail == "due 2026-11-05, never tried"


@pytest.mark.parametrize("entity", [a_customer(), a_due()])
def test_nothing_else_waits(entity: Entity) -> None:
    with pytest.raises(AssertionError):
        waiting(entity)
    assert Waiting.model_fields
