"""Whatever is told of money after its payment ends alike, in any order and however often."""

import json
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.domain.billing.due import Attempt, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.returns import refund as refunds
from chalicelib.domain.billing.returns.refund import STATES, Refund, promise, vat_share
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.money import Money
from tests.examples import paris
from tests.fakes import FakePorts
from tests.fakes_gateway import Happening
from tests.fakes_things import SUBSCRIPTION_ID, a_due, a_refund, a_subscription
from tests.world_news import happening_item

pytestmark = pytest.mark.property

AT = paris(2026, 11, 5, 12)
PSP = "WNS7GQ4TG5PFWR50"
PRICE, PART = Money(minor=2000, currency="EUR"), Money(minor=1533, currency="EUR")
OF_THE_PAYMENT = ("AUTHORISATION", "CAPTURE", "CAPTURE_FAILED")
OF_THE_DISPUTE = (
    "REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "CHARGEBACK_REVERSED",
    "SECOND_CHARGEBACK", "PREARBITRATION_WON", "PREARBITRATION_LOST",
    "DISPUTE_DEFENSE_PERIOD_ENDED", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
)  # fmt: skip
OF_THE_REFUND = ("REFUND", "REFUND_FAILED")


def happening(event: str) -> Happening:
    """An event about the one renewal there is."""
    if event in OF_THE_REFUND:
        return Happening(event, "M1", PSP, a_refund().reference, PART)
    name = {"AUTHORISATION": PSP, **dict.fromkeys(OF_THE_DISPUTE, "D1")}.get(event, f"C-{event}")
    return Happening(event, name, PSP, a_due().key.reference(1), PRICE)


def in_flight() -> FakePorts:
    """A renewal whose charge nobody answered, and a refund that was asked of it all the same."""
    ports = FakePorts()
    ports.clock.move_to(AT)
    due = a_due(
        state=DueState.CHARGING,
        attempts=(Attempt(number=1, opened_at=paris(2026, 11, 5, 5)),),
        refunded_minor=PART.minor,
    )
    things = (a_subscription(status=Status.PAST_DUE), due, a_refund())
    ports.store.commit(Change(tuple(Insert(thing) for thing in things)))
    return ports


def tell(ports: FakePorts, event: str) -> None:
    """Apply one notification; the books balance after each."""
    raw = json.dumps(happening_item(happening(event), AT)).encode()
    assert apply_notification(raw, now=AT, ports=ports) == ("applied", "")
    assert sum(posting.minor for posting in postings(ports)) == 0


def postings(ports: FakePorts) -> tuple[Any, ...]:
    """Everything booked."""
    store = ports.store
    things: chain[Any] = chain(
        store.every_due_item(), store.every_refund(), store.every_dispute(), store.every_reversal()
    )
    return tuple(posting for thing in things for posting in thing.postings)


def end(ports: FakePorts) -> dict[str, Any]:
    """Where everything stands, but for the order in which it was learnt."""
    store = ports.store
    dues = store.due_items(SUBSCRIPTION_ID)
    return {
        "dues": [
            (due.period, due.state, due.disputed_minor, due.retry_at, due.parked) for due in dues
        ],
        "attempts": [(attempt.state, attempt.captured) for attempt in dues[0].attempts],
        "held": store.subscription(SUBSCRIPTION_ID).held,
        "disputes": [(dispute.standing, dispute.parked) for dispute in store.every_dispute()],
        "refunds": [(refund.latest.state, refund.parked) for refund in store.every_refund()],
        "books": {account: minor for account, minor in balances(postings(ports)).items() if minor},
        "unplaced": list(store.every_unplaced_money()),
    }


class TestFailure18:
    """Failure 18: out of order and repeated, events never bring anything to an earlier state."""

    @given(
        events=st.sets(
            st.sampled_from(OF_THE_PAYMENT + OF_THE_DISPUTE + OF_THE_REFUND), min_size=1
        ),
        data=st.data(),
    )
    def test_any_order_ends_alike(self, events: set[str], data: st.DataObject) -> None:
        """Told in order, or shuffled with repetitions."""
        ordered = sorted(events)
        again = data.draw(st.lists(st.sampled_from(ordered), max_size=4))
        shuffled = data.draw(st.permutations(ordered + again))
        one, other = in_flight(), in_flight()
        for event in ordered:
            tell(one, event)
        for event in shuffled:
            tell(other, event)
        assert end(one) == end(other)
        came = "CAPTURE" in events or {"AUTHORISATION", "CAPTURE_FAILED"} & events == {
            "AUTHORISATION"
        }
        assert (other.store.due_items(SUBSCRIPTION_ID)[0].state is DueState.PAID) == came

    @given(
        events=st.lists(
            st.sampled_from(OF_THE_PAYMENT + OF_THE_DISPUTE + OF_THE_REFUND), min_size=1
        )
    )
    def test_told_again_nothing_is_written(self, events: list[str]) -> None:
        """A duplicate is success (failure 19)."""
        ports = in_flight()
        for event in events:
            tell(ports, event)
        before = len(ports.store.committed)
        for event in events:
            tell(ports, event)
        assert len(ports.store.committed) == before


class TestFailure28:
    """Failure 28: the parts of a refund are exact, however a payment is cut."""

    @given(
        gross=st.integers(1, 10**7),
        vat_bps=st.integers(0, 2700),
        cuts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
    )
    def test_the_vat_of_the_parts_is_that_of_the_whole(
        self, gross: int, vat_bps: int, cuts: list[int]
    ) -> None:
        """Never negative, never above its part, in sum the VAT of the sale."""
        net = gross * 10_000 // (10_000 + vat_bps)
        due = a_due(gross_minor=gross, net_minor=net)
        total = 0
        for cut in [*cuts, gross]:
            part = min(cut, gross - due.refunded_minor)
            if part == 0:
                continue
            share = vat_share(due, part)
            assert 0 <= share <= part
            total += share
            due = due.replace(refunded_minor=due.refunded_minor + part)
        assert (due.refunded_minor, total) == (gross, due.vat_minor)


def learnt(refund: Refund, step: str) -> Change:
    """What one word about the latest try, or the wish for another, changes."""
    number = refund.latest.number
    match step:
        case "asked":
            return refunds.asked(refund, number, f"R{number}", AT)
        case "sent":
            return refunds.sent(refund, number, f"R{number}", AT)
        case "failed":
            return refunds.failed(refund, number, f"R{number}", "came_back", AT)
        case _:
            has_failed = refund.latest.state == "failed"
            return refunds.ask_again(refund, AT) if has_failed else Change()


class TestWdr5:
    """WDR-5: promises never exceed what came; a try that failed is the only way to another."""

    @given(st.lists(st.tuples(st.integers(1, 2500), st.integers(0, 2000)), max_size=8))
    def test_what_is_promised_and_what_banks_took_fit_into_what_came(
        self, asks: list[tuple[int, int]]
    ) -> None:
        """Whoever asks for whatever."""
        paying = Attempt(number=1, state="authorised", opened_at=AT, provider_reference=PSP)
        due = a_due(state=DueState.PAID, attempts=(paying,))
        known: list[Refund] = []
        for number, (part, taken) in enumerate(asks):
            due = due.replace(disputed_minor=min(taken, 2000 - due.refunded_minor))
            if part > due.refundable_minor:
                continue
            change = promise(due, known, part, cause=str(number), now=AT)
            due = next(w.entity for w in change.writes if isinstance(w, Replace))  # type: ignore[assignment]
            known += [w.entity for w in change.writes if isinstance(w, Insert)]  # type: ignore[misc]
            assert due.refunded_minor + due.disputed_minor <= 2000
        assert due.refunded_minor == sum(refund.gross_minor for refund in known)

    @given(st.lists(st.sampled_from(["asked", "sent", "failed", "again"]), max_size=12))
    def test_at_most_one_try_has_the_money(self, steps: list[str]) -> None:
        """Whatever is told and asked, in whatever order."""
        refund = a_refund()
        for step in steps:
            before = refund
            change = learnt(refund, step)
            for write in change.writes:
                refund = write.entity  # type: ignore[union-attr, assignment]
            assert len(refund.tries) >= len(before.tries)
            away = [one for one in refund.tries if one.state == "sent"]
            assert len(away) <= 1
            assert balances(refund.postings).get(Account.CLEARING, 0) == -1533 * len(away)
            states = [STATES.index(one.state) for one in before.tries]
            assert all(
                STATES.index(now.state) >= then
                for now, then in zip(refund.tries, states, strict=False)
            )
