"""A batch from its announcement to its postings."""

from datetime import timedelta

import pytest

from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.books.report import Line, read_report
from chalicelib.domain.billing.books.settlement import (
    STRAYS_KEPT,
    Settlement,
    Stray,
    announced,
    entered,
    is_waiting,
    mark_attempt,
    mark_surplus,
    mark_way_back,
    opened,
    put_off,
    stray,
    whole_batch_stray,
)
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from tests.examples import paris
from tests.fakes_reports import MERCHANT, Told, paid_out, report_name, report_text, settled
from tests.fakes_things import a_due, a_reversal

NOW = paris(2026, 12, 3, 4)
NAME = report_name(7)


def lines_of(*told: Told) -> tuple[Line, ...]:
    text = report_text(7, paid_out(told))
    return read_report(text, merchant_account=MERCHANT, batch=7).lines


def a_batch(*told: Told) -> Settlement:
    """Announced, and opened with the report of these lines."""
    report = read_report(report_text(7, paid_out(told)), merchant_account=MERCHANT, batch=7)
    return opened(just_announced(), report, "a" * 64)


def just_announced() -> Settlement:
    (write,) = announced(7, NAME, NOW).writes
    assert isinstance(write, Insert)
    assert isinstance(write.entity, Settlement)
    return write.entity


def after(change: Change) -> tuple[Settlement, tuple[str, ...]]:
    (write,) = change.writes
    assert isinstance(write, Replace)
    assert isinstance(write.entity, Settlement)
    return write.entity, write.events


class TestLife:
    def test_it_is_read_at_once(self) -> None:
        settlement = just_announced()
        assert is_waiting(settlement, NOW)
        assert not is_waiting(settlement, NOW - timedelta(seconds=1))
        assert not is_waiting(settlement.replace(agenda_at=None), NOW)

    def test_a_report_that_cannot_be_read_is_asked_for_again_then_parked(self) -> None:
        later, events = after(put_off(just_announced(), NOW))
        assert (later.agenda_at, events) == (NOW + timedelta(hours=1), ())
        last = NOW + REPORT_PATIENCE - timedelta(hours=1)
        parked, events = after(put_off(later, last))
        assert (parked.parked, parked.agenda_at, events) == ("settlement_unread", None, ("Parked",))

    def test_it_is_entered_portion_by_portion(self) -> None:
        settlement = a_batch(settled("R-1", "PSP1"), settled("R-2", "PSP2"))
        assert (settlement.rows, settlement.done) == (3, 0)
        half, events = after(entered(settlement, 2, (), NOW))
        assert (half.done, half.agenda_at, half.read_at, events) == (2, NOW, None, ())
        assert half.postings == ()
        read, events = after(entered(half, 1, (), NOW))
        assert (read.read_at, read.agenda_at, read.parked, events) == (NOW, None, None, ())

    def test_what_does_not_fit_is_named_counted_and_parked(self) -> None:
        settlement = a_batch(settled("R-1", "PSP1"))
        strays = [stray(line, "foreign") for line in lines_of(settled("R-1", "PSP1"))[:1]]
        read, events = after(entered(settlement, 2, strays * (STRAYS_KEPT + 5), NOW))
        assert (read.parked, events) == ("settlement_differs", ("Parked",))
        assert (len(read.strays), read.stray_count) == (STRAYS_KEPT, STRAYS_KEPT + 5)
        assert read.strays[0] == Stray(
            why="foreign", row=2, kind="Settled", subject="R-1", minor=2000
        )


class TestPostings:
    """Fees, payouts and the unexplained leave what the provider holds; all balances."""

    def test_fees_of_lines_and_of_the_batch_and_the_payout(self) -> None:
        settlement = a_batch(
            settled("R-1", "PSP1", 2000, 20),
            Told("Chargeback", -2000, -2750, "PSP2", "R-2", "DSP1"),
            settled("R-3", "PSP3", 9000, 90),
            Told("Fee", net=-33),
            Told("DepositCorrection", net=-100),
        )
        read, _ = after(entered(settlement, settlement.rows, (), NOW))
        paid = 2000 - 20 - 2750 + 9000 - 90 - 33 - 100
        assert balances(read.postings) == {
            Account.FEES: 20 + 750 + 90 + 33,
            Account.BANK: paid,
            Account.CLEARING: -(20 + 750 + 90 + 33) - paid,
        }
        assert settlement.gross_of("Settled") == 11_000
        assert settlement.net_of("MerchantPayout", "Fee") == -paid - 33

    def test_money_that_nobody_explains_is_held_in_suspense(self) -> None:
        settlement = a_batch(settled("R-1", "PSP1", 2000, 20))
        line = lines_of(settled("R-1", "PSP1", 2000, 20))[0]
        read, _ = after(entered(settlement, 2, [stray(line, "foreign")], NOW))
        assert balances(read.postings) == {
            Account.FEES: 20,
            Account.BANK: 1980,
            Account.SUSPENSE: -2000,
            Account.CLEARING: 0,
        } or balances(read.postings) == {
            Account.FEES: 20,
            Account.BANK: 1980,
            Account.SUSPENSE: -2000,
        }


class TestStrays:
    @pytest.mark.parametrize(
        ("told", "subject", "minor"),
        [
            (Told("Settled", 10, 9, "PSP1", "R-1", "CAP1"), "R-1", 10),
            (Told("Refunded", -10, -10, "PSP1", "", "REF1", "back-1"), "back-1", -10),
            (Told("Settled", 10, 9, "PSP1", "", "CAP1"), "PSP1", 10),
            (Told("LunarTax", 0, -9, "", "", "moon"), "moon", -9),
        ],
    )
    def test_it_is_called_by_the_name_a_person_can_search(
        self, told: Told, subject: str, minor: int
    ) -> None:
        named = stray(lines_of(told)[0], "foreign")
        assert (named.subject, named.minor) == (subject, minor)

    @pytest.mark.parametrize("kind", ["Fee", "MerchantPayout", "Balancetransfer", "MiscCosts"])
    def test_lines_about_the_batch_fit(self, kind: str) -> None:
        assert whole_batch_stray(lines_of(Told(kind, net=-5))[0]) is None

    def test_a_kind_nobody_knows_does_not(self) -> None:
        found = whole_batch_stray(lines_of(Told("LunarTax", net=-5))[0])
        assert found is not None
        assert (found.why, found.kind) == ("kind_unknown", "LunarTax")


class TestMarks:
    ATTEMPT = Attempt(number=1, state="authorised", opened_at=NOW, provider_reference="PSP1")
    LINE = lines_of(settled("R-1", "PSP1"))[0]

    def test_an_attempt_knows_the_batch_of_its_money_once(self) -> None:
        due = a_due(attempts=(self.ATTEMPT,))
        change = mark_attempt(due, self.ATTEMPT, self.LINE, 7)
        assert isinstance(change, Change)
        (write,) = change.writes
        assert isinstance(write, Replace)
        assert isinstance(write.entity, DueItem)
        assert write.entity.attempts[0].settled_in == 7
        again = self.ATTEMPT.replace(settled_in=7)
        assert mark_attempt(due, again, self.LINE, 7) is NOTHING
        assert mark_attempt(due, again, self.LINE, 8) == "settled_twice"

    def test_another_payment_under_the_same_reference_is_no_mark(self) -> None:
        other = self.ATTEMPT.replace(provider_reference="PSP9")
        assert mark_attempt(a_due(), other, self.LINE, 7) == "another_payment"
        assert mark_surplus(a_reversal(), self.LINE, 7) == "another_payment"

    def test_a_surplus_knows_when_it_came_and_when_it_went(self) -> None:
        surplus = a_reversal(provider_reference="PSP1")
        assert isinstance(mark_surplus(surplus, self.LINE, 7), Change)
        came = surplus.replace(settled_in=7)
        assert mark_surplus(came, self.LINE, 7) is NOTHING
        assert mark_surplus(came, self.LINE, 8) == "settled_twice"
        gross = surplus.gross_minor
        back = lines_of(Told("Refunded", -gross, -gross, "PSP1", "R-1"))[0]
        assert isinstance(mark_way_back(surplus, back, 7), Change)
        went = surplus.replace(returned_in=7)
        assert mark_way_back(went, back, 7) is NOTHING
        again = mark_way_back(went, back, 8)
        assert isinstance(again, Change), "one that failed was sent once more"
        assert again
        part = lines_of(Told("Refunded", -5, -5, "PSP1", "R-1"))[0]
        assert mark_way_back(surplus, part, 7) == "another_amount"
