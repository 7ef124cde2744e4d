"""Double entry, reversals, numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.journal import Account, Posting
from chalicelib.domain.billing.numbering import assign_numbers
from chalicelib.domain.billing.reversal import Reversal, asked
from chalicelib.domain.kernel.change import NOTHING, Replace, Stamp
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from tests.fakes_things import SUBSCRIPTION_ID, a_reversal, a_series

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)


class TestVat1:
    """VAT-1: what was paid is net plus VAT; VAT becomes due when the money comes."""

    def test_a_month_owed_and_paid(self) -> None:
        """20.00 are 16.67 of revenue and 3.33 of VAT."""
        sale = journal.sale(net_minor=1667, vat_minor=333)
        assert journal.balances(sale) == {
            Account.RECEIVABLE: 2000, Account.REVENUE: -1667, Account.VAT_PENDING: -333,
        }  # fmt: skip
        paid = (*sale, *journal.payment(gross_minor=2000, vat_minor=333))
        assert journal.balances(paid) == {
            Account.RECEIVABLE: 0, Account.REVENUE: -1667, Account.VAT_PENDING: 0,
            Account.VAT_DUE: -333, Account.CLEARING: 2000,
        }  # fmt: skip

    def test_no_vat_writes_no_line_of_vat(self) -> None:
        """Empty lines are left out."""
        accounts = {line.account for line in journal.sale(net_minor=2000, vat_minor=0)}
        assert accounts == {Account.RECEIVABLE, Account.REVENUE}

    def test_a_movement_that_does_not_balance_is_a_bug(self) -> None:
        """It is never written."""
        with pytest.raises(AssertionError, match="balance"):
            journal.balanced((Account.CLEARING, 1))


class TestReversal:
    """PAY-2: money that was not owed goes back in full, once, with its own postings."""

    def test_it_is_held_for_the_learner_then_returned(self) -> None:
        """Both movements cancel out."""
        reversal = a_reversal()
        assert journal.balances(reversal.postings) == {
            Account.CLEARING: 2000, Account.RETURNS: -2000,
        }  # fmt: skip
        (write,) = asked(reversal, NOW).writes
        assert isinstance(write, Replace)
        assert isinstance(write.entity, Reversal)
        assert write.events == ("MoneyReturned",)
        assert set(journal.balances(write.entity.postings).values()) == {0}
        assert (write.entity.asked_at, write.entity.agenda_at) == (NOW, None)

    def test_asked_for_once_is_enough(self) -> None:
        """A second time changes nothing."""
        assert asked(a_reversal(asked_at=NOW), NOW + timedelta(days=1)) is NOTHING

    def test_it_bears_the_reference_of_the_payment_it_undoes(self) -> None:
        """The provider finds it by that."""
        assert a_reversal().reference == f"{SUBSCRIPTION_ID}.0001.1.2"
        assert a_reversal().gross == Money(minor=2000, currency="EUR")

    def test_a_posting_is_an_account_and_an_amount(self) -> None:
        """Debit is positive."""
        assert Posting(account=Account.CLEARING, minor=5) in journal.surplus(5)


class TestInv2:
    """INV-2: numbers follow each other without gap, taken with their counter."""

    KEYS = tuple(DueKey(subscription_id=SUBSCRIPTION_ID, period=n) for n in range(3))

    def test_a_batch_gets_the_next_numbers_in_order(self) -> None:
        """The counter moves by as many, in the same commit."""
        change = assign_numbers(a_series(following=41), self.KEYS, issued_on=date(2026, 12, 31))
        counter, *stamps = change.writes
        assert isinstance(counter, Replace)
        assert counter.entity == a_series(following=44, version=2)
        numbers = [stamp.facts["number"] for stamp in stamps if isinstance(stamp, Stamp)]
        assert numbers == ["F2026-00000041", "F2026-00000042", "F2026-00000043"]

    def test_only_what_is_paid_and_has_no_number_takes_one(self) -> None:
        """The conditions travel with the write."""
        change = assign_numbers(a_series(), self.KEYS[:1], issued_on=date(2026, 12, 31))
        stamp = change.writes[1]
        assert isinstance(stamp, Stamp)
        assert (stamp.mark, stamp.requires) == ("number", ("paid_at",))

    @pytest.mark.parametrize("count", [0, 11])
    def test_a_batch_holds_one_to_ten(self, count: int) -> None:
        """Anything else is a bug of the caller."""
        keys = tuple(DueKey(subscription_id=SUBSCRIPTION_ID, period=n) for n in range(count))
        with pytest.raises(AssertionError):
            assign_numbers(a_series(), keys, issued_on=date(2026, 12, 31))

    def test_the_date_of_issue_picks_the_year(self) -> None:
        """A number of 2026 is never issued in 2027."""
        with pytest.raises(AssertionError, match="year"):
            assign_numbers(a_series(), self.KEYS, issued_on=date(2027, 1, 1))
