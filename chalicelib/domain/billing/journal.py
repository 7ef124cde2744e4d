"""Balanced postings: every movement of money, in double entry, summing to zero."""

from enum import StrEnum
from itertools import groupby

from chalicelib.domain.kernel.value import Value


class Account(StrEnum):
    """Accounts of the journal; short codes keep the items small.

    `returns` is surplus money on its way back, `refunds` what is promised back of money that was
    owed; `disputes` is what banks took back for now, `losses` what is given up for good; `clearing`
    is what the provider holds, `bank` what it paid out, `fees` what it kept, `suspense` what its
    reports tell and nobody explains yet.
    """

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    VAT_PENDING = "vat_pending"
    VAT_DUE = "vat_due"
    CLEARING = "clearing"
    RETURNS = "returns"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    FEES = "fees"
    BANK = "bank"
    LOSSES = "losses"
    SUSPENSE = "suspense"


class Posting(Value):
    """One line: positive is debit, negative is credit, in minor units of the item's currency."""

    account: Account
    minor: int


def balanced(*lines: tuple[Account, int]) -> tuple[Posting, ...]:
    """Postings of one movement, without empty lines; they sum to zero or it is a bug."""
    assert sum(minor for _, minor in lines) == 0, "a movement that does not balance"
    return tuple(Posting(account=account, minor=minor) for account, minor in lines if minor)


def sale(*, net_minor: int, vat_minor: int) -> tuple[Posting, ...]:
    """A period is owed: the learner owes the gross, VAT waits for the payment."""
    gross = net_minor + vat_minor
    return balanced(
        (Account.RECEIVABLE, gross),
        (Account.REVENUE, -net_minor),
        (Account.VAT_PENDING, -vat_minor),
    )


def payment(*, gross_minor: int, vat_minor: int) -> tuple[Posting, ...]:
    """The provider holds the money: the debt is gone and VAT on collections becomes due."""
    return balanced(
        (Account.CLEARING, gross_minor),
        (Account.RECEIVABLE, -gross_minor),
        (Account.VAT_PENDING, vat_minor),
        (Account.VAT_DUE, -vat_minor),
    )


def write_off(*, net_minor: int, vat_minor: int) -> tuple[Posting, ...]:
    """An unpaid period is given up: its price is lost, its VAT was never due."""
    return balanced(
        (Account.LOSSES, net_minor),
        (Account.VAT_PENDING, vat_minor),
        (Account.RECEIVABLE, -net_minor - vat_minor),
    )


def undone(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """The contrary movement."""
    return tuple(posting.replace(minor=-posting.minor) for posting in postings)


def surplus(gross_minor: int) -> tuple[Posting, ...]:
    """Money came twice: the provider holds it, and it is the learner's."""
    return balanced((Account.CLEARING, gross_minor), (Account.RETURNS, -gross_minor))


def returned(gross_minor: int) -> tuple[Posting, ...]:
    """Surplus money went back."""
    return balanced((Account.RETURNS, gross_minor), (Account.CLEARING, -gross_minor))


def refund_owed(*, net_minor: int, vat_minor: int) -> tuple[Posting, ...]:
    """Part of a paid period is promised back: the sale and its VAT shrink by exactly that part."""
    return balanced(
        (Account.REVENUE, net_minor),
        (Account.VAT_DUE, vat_minor),
        (Account.REFUNDS, -net_minor - vat_minor),
    )


def refund_sent(gross_minor: int) -> tuple[Posting, ...]:
    """Promised money has left the provider."""
    return balanced((Account.REFUNDS, gross_minor), (Account.CLEARING, -gross_minor))


def taken_back(gross_minor: int) -> tuple[Posting, ...]:
    """A bank took a payment back for as long as its dispute lasts."""
    return balanced((Account.DISPUTES, gross_minor), (Account.CLEARING, -gross_minor))


def lost(gross_minor: int) -> tuple[Posting, ...]:
    """A bank took a payment back for good."""
    return balanced((Account.LOSSES, gross_minor), (Account.CLEARING, -gross_minor))


def moved(before: tuple[Posting, ...], after: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """The movement that leads from one position to another."""
    return balanced(*balances((*after, *undone(before))).items())


def balances(postings: tuple[Posting, ...]) -> dict[Account, int]:
    """The balance of each account."""
    ordered = sorted(postings, key=lambda posting: posting.account)
    return {
        account: sum(posting.minor for posting in lines)
        for account, lines in groupby(ordered, key=lambda posting: posting.account)
    }
