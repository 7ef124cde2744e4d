"""Money promised back: counted, asked, sent, lost, owed again; and payments given back whole."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import reversal as reversals
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.returns import refund as refunds
from chalicelib.domain.billing.returns.refund import Refund, promise
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.ids import RefundKey, parse_reference, parse_refund_reference
from tests.examples import paris
from tests.fakes_things import SUBSCRIPTION_ID, a_due, a_refund, a_reversal

AT = paris(2026, 11, 6, 12)
PSP = "WNS7GQ4TG5PFWR50"


def paid(**changes: Any) -> DueItem:
    """A renewal of 20.00, of which 3.33 is VAT, paid at its first attempt."""
    attempt = Attempt(number=1, state="authorised", opened_at=AT, provider_reference=PSP)
    return a_due(state=DueState.PAID, attempts=(attempt,)).replace(**changes)


def promised(due: DueItem, *parts: int) -> tuple[DueItem, list[Refund]]:
    """The due item and its refunds once each part was promised for a cause of its own."""
    known: list[Refund] = []
    for part in parts:
        change = promise(due, known, part, cause=f"cause {len(known)}", now=AT)
        (counted,) = [w.entity for w in change.writes if isinstance(w, Replace)]
        (refund,) = [w.entity for w in change.writes if isinstance(w, Insert)]
        assert isinstance(counted, DueItem)
        assert isinstance(refund, Refund)
        due = counted
        known.append(refund)
    return due, known


def after(change: Change) -> Any:
    """The one thing that a change writes."""
    (write,) = change.writes
    assert isinstance(write, Replace)
    return write.entity


def events_of(change: Change) -> tuple[str, ...]:
    writes = [write for write in change.writes if isinstance(write, Replace | Insert)]
    return tuple(event for write in writes for event in write.events)


class TestFailure28:
    """Failure 28: integer cents; net and VAT make the total, and the parts make the whole."""

    @pytest.mark.parametrize("parts", [(2000,), (1, 1999), (667, 667, 666), (1,) * 40])
    def test_the_parts_of_a_refund_take_back_exactly_the_vat_of_the_sale(
        self, parts: tuple[int, ...]
    ) -> None:
        """Whatever the parts are; the promise is an exact part of sale and VAT."""
        due, known = promised(paid(), *parts)
        share = sum(parts)
        assert due.refunded_minor == share
        assert sum(refund.vat_minor for refund in known) == round(333 * share / 2000)
        for refund in known:
            assert balances(refund.postings)[Account.REFUNDS] == -refund.gross_minor
            assert sum(posting.minor for posting in refund.postings) == 0


class TestFailure31:
    """Failure 31: a refund has a key of its own, from its identity; never a second path."""

    def test_a_reference_names_the_refund_and_its_try(self) -> None:
        """It holds neither `:` nor `-`, and is not mistaken for a payment's."""
        refund = a_refund(refund=7)
        assert refund.reference == f"{SUBSCRIPTION_ID}.0001.1.R7.1"
        assert parse_refund_reference(refund.reference) == (refund.key, 1)
        assert parse_reference(refund.reference) is None
        assert parse_refund_reference(refund.due_key.reference(1)) is None
        assert refund.key == RefundKey(due=refund.due_key, number=7)

    def test_the_next_try_exists_only_after_the_final_failure_of_the_last(self) -> None:
        """While it may still succeed, asking anew could pay twice."""
        refund = a_refund()
        with pytest.raises(Refused, match="REFUND_NOT_FAILED"):
            refunds.ask_again(refund, AT)
        asked = after(refunds.asked(refund, 1, "R1", AT))
        with pytest.raises(Refused, match="REFUND_NOT_FAILED"):
            refunds.ask_again(asked, AT)
        failed = after(refunds.failed(asked, 1, "R1", "came_back", AT))
        again = after(refunds.ask_again(failed, AT))
        assert (again.reference, again.agenda_at) == (f"{SUBSCRIPTION_ID}.0001.1.R1.2", AT)
        assert again.parked is None

    def test_no_order_is_sent_again_once_its_key_may_be_forgotten(self) -> None:
        """After a day without an answer a person looks."""
        refund = a_refund()
        opened_at = refund.latest.opened_at
        assert refunds.may_be_asked(refund, opened_at + timedelta(hours=23, minutes=59))
        late = opened_at + timedelta(hours=24)
        assert not refunds.may_be_asked(refund, late)
        change = refunds.overdue(refund, late)
        assert after(change).parked == "refund_unanswered"
        assert (after(change).agenda_at, events_of(change)) == (None, ("Parked",))

    def test_an_order_without_an_outcome_is_shown_to_a_person_after_the_report(self) -> None:
        """The settlement report had its time."""
        asked = after(refunds.asked(a_refund(), 1, "R1", AT))
        assert refunds.overdue(asked, AT) is NOTHING
        assert not refunds.may_be_asked(asked, AT)
        change = refunds.overdue(asked, AT + timedelta(days=5))
        assert after(change).parked == "refund_unconfirmed"
        assert refunds.overdue(after(change), AT + timedelta(days=9)) is NOTHING


class TestWdr5:
    """WDR-5: what is promised back is owed until it has arrived, and never more than came."""

    def test_a_promise_counts_on_the_due_item_in_the_same_commit(self) -> None:
        """And is on the agenda at once."""
        due, (refund,) = promised(paid(), 1533)
        assert (due.refunded_minor, due.version) == (1533, 2)
        assert (refund.gross_minor, refund.vat_minor, refund.agenda_at) == (1533, 255, AT)
        assert refund.payment_reference == PSP
        assert balances(refund.postings) == {
            Account.REVENUE: 1278, Account.VAT_DUE: 255, Account.REFUNDS: -1533,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("due", "part"),
        [
            (paid(), 2001),
            (paid(refunded_minor=1), 2000),
            (paid(disputed_minor=1), 2000),
            (paid(refunded_minor=1000, disputed_minor=600), 401),
            (paid(refunded_minor=2000, disputed_minor=2000), 1),
        ],
    )
    def test_never_more_than_came_less_what_left(self, due: DueItem, part: int) -> None:
        """Money that a bank took back is not refunded as well."""
        with pytest.raises(Refused, match="MORE_THAN_CAPTURED"):
            promise(due, (), part, cause="withdrawal", now=AT)

    def test_all_that_is_left_may_go(self) -> None:
        """To the last cent."""
        due, known = promised(paid(disputed_minor=500), 1500)
        assert due.refundable_minor == 0
        assert [refund.refund for refund in known] == [1]

    @pytest.mark.parametrize(
        "due", [a_due(), paid(attempts=(Attempt(number=1, state="authorised", opened_at=AT),))]
    )
    def test_what_was_not_paid_is_not_refunded(self, due: DueItem) -> None:
        """Nor what the provider has no name for."""
        with pytest.raises(Refused, match="NOT_PAID"):
            promise(due, (), 1, cause="withdrawal", now=AT)

    def test_one_cause_promises_once(self) -> None:
        """Asked again it changes nothing; for another amount it is a mistake."""
        due, known = promised(paid(), 500)
        assert promise(due, known, 500, cause="cause 0", now=AT) is NOTHING
        with pytest.raises(Refused, match="REFUND_DIFFERS"):
            promise(due, known, 501, cause="cause 0", now=AT)

    def test_sent_is_out_of_the_clearing_and_told(self) -> None:
        """Nothing is left to do."""
        asked = after(refunds.asked(a_refund(), 1, "R1", AT))
        assert (asked.agenda_at, asked.latest.provider_reference) == (AT + timedelta(days=5), "R1")
        change = refunds.sent(asked, 1, "R1", AT)
        sent = after(change)
        assert (sent.sent_at, sent.agenda_at, sent.parked) == (AT, None, None)
        assert balances(sent.postings)[Account.CLEARING] == -1533
        assert Account.REFUNDS not in {a for a, minor in balances(sent.postings).items() if minor}
        assert events_of(change) == ("RefundSent",)

    def test_money_that_came_back_is_owed_again_and_a_person_decides(self) -> None:
        """It is in the clearing, owed, parked, told to the learner."""
        sent = after(refunds.sent(a_refund(), 1, "R1", AT))
        change = refunds.failed(sent, 1, "R1", "came_back", AT)
        owed = after(change)
        assert (owed.parked, owed.sent_at, owed.latest.code) == ("refund_failed", None, "came_back")
        assert balances(owed.postings)[Account.CLEARING] == 0
        assert balances(owed.postings)[Account.REFUNDS] == -1533
        assert events_of(change) == ("RefundFailed", "Parked")

    @pytest.mark.parametrize(
        ("news", "later"),
        [("sent", "asked"), ("failed", "asked"), ("failed", "sent"), ("sent", "sent")],
    )
    def test_older_news_never_undoes_newer(self, news: str, later: str) -> None:
        """Failure 18: in whatever order it comes, and however often."""
        learnt = {
            "asked": lambda refund: refunds.asked(refund, 1, "R1", AT),
            "sent": lambda refund: refunds.sent(refund, 1, "R1", AT),
            "failed": lambda refund: refunds.failed(refund, 1, "R1", "came_back", AT),
        }
        first = after(learnt[news](a_refund()))
        assert learnt[later](first) is NOTHING

    def test_a_late_word_on_an_earlier_try_moves_no_date(self) -> None:
        """The later try decides; each word is kept."""
        failed = after(refunds.failed(a_refund(), 1, None, "137", AT))
        assert failed.try_number("R9") == 1
        again = after(refunds.ask_again(failed, AT))
        two = after(refunds.asked(again, 2, "R2", AT))
        assert (two.bears("R2"), two.bears("R1"), two.try_number("R2")) == (True, False, 2)
        early = two.replace(tries=(two.tries[0].replace(state="asked"), two.tries[1]))
        change = refunds.failed(early, 1, "R1", "came_back", AT)
        assert after(change).tries[0].state == "failed"
        assert (after(change).parked, after(change).agenda_at) == (None, two.agenda_at)
        assert events_of(change) == ()

    def test_an_outcome_without_a_try_is_a_bug(self) -> None:
        """Intent always comes first."""
        with pytest.raises(AssertionError, match="try"):
            refunds.sent(a_refund(), 2, "R2", AT)


class TestPay5:
    """PAY-5: a surplus payment goes back whole; when it does not, it is owed and shown."""

    def now_asked(self) -> Reversal:
        """A reversal whose order the provider took."""
        reversal: Reversal = after(reversals.asked(a_reversal(), AT))
        return reversal

    def test_a_confirmation_is_noted_once(self) -> None:
        """It changes no money."""
        done = after(reversals.confirmed(self.now_asked(), AT))
        assert done.confirmed_at == AT
        assert done.postings == self.now_asked().postings
        assert reversals.confirmed(done, AT) is NOTHING

    def test_a_confirmation_before_the_reply_counts_as_the_reply(self) -> None:
        """The mail goes out once."""
        change = reversals.confirmed(a_reversal(), AT)
        done = after(change)
        assert (done.asked_at, done.confirmed_at, done.agenda_at) == (AT, AT, None)
        assert events_of(change) == ("MoneyReturned",)
        assert reversals.asked(done, AT) is NOTHING

    def test_a_failure_owes_the_money_again_under_another_key(self) -> None:
        """Parked; asking again is a person's decision."""
        change = reversals.failed(self.now_asked(), "M1")
        owed = after(change)
        assert (owed.parked, owed.asked_at, events_of(change)) == (
            "reversal_failed", None, ("Parked",),
        )  # fmt: skip
        assert balances(owed.postings)[Account.RETURNS] == -2000
        assert balances(owed.postings)[Account.CLEARING] == 2000
        assert reversals.failed(owed, "M1") is NOTHING
        assert reversals.confirmed(owed, AT) is NOTHING
        assert reversals.asked(owed, AT) is NOTHING
        again = after(reversals.give_back_again(owed, AT))
        assert (again.order, again.agenda_at) == (f"{owed.reference}.back2", AT)
        assert reversals.failed(again, "M1") is NOTHING
        assert balances(after(reversals.asked(again, AT)).postings)[Account.RETURNS] == 0

    def test_a_failure_before_the_reply_leaves_the_money_where_it_is(self) -> None:
        """It never went."""
        owed = after(reversals.failed(a_reversal(), "M1"))
        assert owed.postings == a_reversal().postings
        assert a_reversal().order == f"{owed.reference}.back"

    def test_what_has_not_failed_is_not_asked_again(self) -> None:
        """It may still go."""
        with pytest.raises(Refused, match="REFUND_NOT_FAILED"):
            reversals.give_back_again(self.now_asked(), AT)
