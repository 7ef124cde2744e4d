"""What the provider's settlement reports prove about an attempt whose outcome nobody knows.

A report lists every payment of its batch, so a line proves a payment, and reports without a gap,
from the attempt to the end of the provider's patience, prove by their silence that there is none.
"""

from collections.abc import Sequence

from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.books.report import Line, Report
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.outcomes import Refused as RefusedOutcome
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.errors import Refused

ABSENT = "absent"
"""The code of an attempt that the provider never heard of; it is tried again like a soft no."""

Read = tuple[Settlement, Report]


def unknown_attempt(due: DueItem, number: int) -> Attempt:
    """The attempt of that number whose outcome nobody knows.

    Raises:
        Refused: `UNKNOWN_ATTEMPT`; `OUTCOME_KNOWN`.
    """
    attempt = due.attempt(number)
    if attempt is None:
        raise Refused("UNKNOWN_ATTEMPT", due.subscription_id)
    if attempt.state != "open":
        raise Refused("OUTCOME_KNOWN", due.subscription_id)
    return attempt


def payment_in(report: Report, due: DueItem, number: int, payment: str) -> Authorised:
    """The success of that attempt, by the line that settles it.

    Raises:
        Refused: `NOT_IN_REPORT`: no line settles that payment under our reference;
            `ANOTHER_AMOUNT`.
    """
    reference = due.key.reference(number)
    line = next((line for line in _of(report, reference) if line.kind == "Settled"), None)
    if line is None or line.payment != payment:
        raise Refused("NOT_IN_REPORT", reference)
    if (line.gross_minor, line.currency) != (due.gross_minor, due.currency):
        raise Refused("ANOTHER_AMOUNT", reference)
    return Authorised(provider_reference=line.payment, captured=True)


def absence(reads: Sequence[Read], due: DueItem, attempt: Attempt) -> RefusedOutcome:
    """The failure of that attempt, by reports that had to tell it and do not.

    Raises:
        Refused: `BATCH_MISSING`, where their numbers have a gap;
            `EVIDENCE_TOO_SHORT`, where the first was announced after the attempt already, or the
            last tells of nothing that came when the money had to be settled; `IN_REPORT`, where
            one of them does tell it.
    """
    reference = due.key.reference(attempt.number)
    batches = [settlement for settlement, _ in reads]
    numbers = [batch.batch for batch in batches]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise Refused("BATCH_MISSING", reference)
    told_until = max(
        (line.created_on for line in reads[-1][1].lines if line.created_on), default=None
    )
    needed_until = paris_date(attempt.opened_at + REPORT_PATIENCE)
    begins_late = batches[0].announced_at > attempt.opened_at
    if begins_late or told_until is None or told_until < needed_until:
        raise Refused("EVIDENCE_TOO_SHORT", reference)
    if any(_of(report, reference) for _, report in reads):
        raise Refused("IN_REPORT", reference)
    return RefusedOutcome(code=ABSENT)


def _of(report: Report, reference: str) -> list[Line]:
    return [line for line in report.lines if line.reference == reference]
