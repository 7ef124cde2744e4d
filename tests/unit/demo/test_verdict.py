"""Every promise is checked: a world without a fault keeps them, and each fault is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from infra.local.demo.audit import Findings
from infra.local.demo.verdict import broken, count
from tests.unit.demo import perfect


def told(found: Findings) -> str:
    return "\n".join(broken(found, count(found)))


@pytest.mark.parametrize("profile", ["recommended", "as_written"])
def test_a_world_without_a_fault_keeps_every_promise(profile: str) -> None:
    found = perfect.findings(profile)
    figures = count(found)
    assert list(broken(found, figures)) == []
    assert figures.periods_due == figures.captures == figures.invoices == figures.periods_paid > 100
    assert figures.refusals == 1


def test_money_taken_twice_is_told() -> None:
    found = perfect.findings()
    twice = replace(found.charges[5], captures=2, minor=2 * found.charges[5].minor)
    spoilt = replace(found, charges=(*found.charges[:5], twice, *found.charges[6:]))
    assert count(spoilt).duplicate_captures == 1
    assert "duplicate_captures is 1" in told(spoilt)


def test_a_second_payment_of_a_month_is_told() -> None:
    found = perfect.findings()
    spoilt = replace(found, charges=(*found.charges, found.charges[5]))
    assert count(spoilt).duplicate_captures == 1


def test_a_month_never_charged_is_missing() -> None:
    found = perfect.findings()
    assert count(replace(found, charges=found.charges[:-1])).missing_periods == 1


def test_a_month_charged_on_another_day_is_missing() -> None:
    found = perfect.findings()
    late = replace(found.charges[5], at=found.charges[5].at + timedelta(days=1))
    spoilt = replace(found, charges=(*found.charges[:5], late, *found.charges[6:]))
    assert "missing_periods is 1" in told(spoilt)


def test_money_that_nobody_owes_is_told() -> None:
    found = perfect.findings()
    stray = replace(found.charges[0], key="margaux.petit", period=0)
    spoilt = replace(found, charges=(*found.charges, stray))
    assert count(spoilt).unowed_captures == 1
    assert "Margaux Petit paid 2000" in told(spoilt)


def test_a_number_skipped_or_used_twice_is_a_gap() -> None:
    found = perfect.findings()
    invoices = found.invoices
    assert count(replace(found, invoices=invoices[1:])).numbering_gaps == 1
    again = replace(invoices[1], number=invoices[0].number)
    assert count(replace(found, invoices=(invoices[0], again, *invoices[2:]))).numbering_gaps == 2


def test_an_invoice_of_other_dates_is_told() -> None:
    found = perfect.findings()
    moved = replace(found.invoices[0], to_on=found.invoices[0].to_on + timedelta(days=1))
    assert "Inès Morel: the invoices" in told(replace(found, invoices=(moved, *found.invoices[1:])))


def test_books_that_do_not_balance_are_told() -> None:
    found = perfect.findings()
    postings = {**found.posting_minor, "revenue": found.posting_minor["revenue"] + 1}
    assert "journal_sum_minor is 1" in told(replace(found, posting_minor=postings))


def test_money_at_the_provider_that_the_journal_does_not_know_is_told() -> None:
    found = perfect.findings()
    postings = {
        **found.posting_minor,
        "clearing": found.posting_minor["clearing"] - 2000,
        "revenue": found.posting_minor["revenue"] + 2000,
    }
    assert "the journal holds" in told(replace(found, posting_minor=postings))


def test_a_day_of_access_too_few_is_told() -> None:
    found = perfect.findings()
    days = {**found.access_days, "emma.clarke": found.access_days["emma.clarke"] - 1}
    assert "Emma Clarke had" in told(replace(found, access_days=days))


def test_an_invoice_that_an_account_does_not_show_is_told() -> None:
    found = perfect.findings()
    shown = {**found.shown, "emma.clarke": frozenset[str]()}
    assert "Emma Clarke: the account shows 0 of" in told(replace(found, shown=shown))


def test_an_order_left_open_is_told() -> None:
    found = perfect.findings()
    stages = {**found.stages, "margaux.petit": "placed"}
    assert "Margaux Petit: the order is placed instead of void" in told(
        replace(found, stages=stages)
    )


def test_what_the_auditor_saw_go_wrong_is_told() -> None:
    found = replace(perfect.findings(), faults=("2 messages in MailDeadLetters",))
    assert told(found) == "2 messages in MailDeadLetters"
