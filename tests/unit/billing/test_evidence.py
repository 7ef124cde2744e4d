"""What the provider's reports prove about an attempt whose outcome nobody knows."""

from datetime import datetime, timedelta

import pytest

from chalicelib.domain.billing.books import evidence
from chalicelib.domain.billing.books.report import Report, read_report
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.operating.repair import read_batch
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.outcomes import Refused as RefusedOutcome
from chalicelib.domain.billing.refusals import kind_of
from chalicelib.domain.kernel.change import Insert, Replace
from chalicelib.domain.kernel.errors import Refused
from tests.examples import paris
from tests.fakes_reports import MERCHANT, Told, paid_out, report_text, settled
from tests.fakes_things import SUBSCRIPTION_ID, a_due, a_settlement

OPENED_AT = paris(2026, 11, 5, 5)
ATTEMPT = Attempt(number=1, opened_at=OPENED_AT)
REFERENCE = f"{SUBSCRIPTION_ID}.0001.1.1"
PAYMENT = "WNS7GQ4TG5PFWR50"
OTHER = settled("01JDAAAAAAAAAAAAAAAAAAAAAA.0001.1.1", "WNS7GQ4TG5PFWR59")


def charging(**changes: object) -> DueItem:
    return a_due(state=DueState.CHARGING, parked="outcome_unknown", attempts=(ATTEMPT,)).replace(
        **changes
    )


def report(batch: int, *lines: Told, day: str = "2026-11-12") -> Report:
    text = report_text(batch, paid_out(lines), **{"Creation Date": f"{day} 09:00:00"})
    return read_report(text, merchant_account=MERCHANT, batch=batch)


def batch(number: int, announced_at: datetime, **changes: object) -> Settlement:
    return a_settlement(batch=number, announced_at=announced_at, **changes)


def reads(
    *days: int, lines: tuple[Told, ...] = (OTHER,), last: str = "2026-11-10"
) -> list[evidence.Read]:
    """Consecutive batches announced on those days of November; the last one tells until `last`."""
    return [
        (batch(40 + n, paris(2026, 11, day)), report(40 + n, *lines, day=last))
        for n, day in enumerate(days)
    ]


class TestPresence:
    def test_a_line_of_a_report_proves_a_payment(self) -> None:
        found = evidence.payment_in(
            report(40, OTHER, settled(REFERENCE, PAYMENT)), charging(), 1, PAYMENT
        )
        assert found == Authorised(provider_reference=PAYMENT, captured=True)

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (OTHER, "NOT_IN_REPORT"),
            (settled(REFERENCE, "WNS7GQ4TG5PFWR51"), "NOT_IN_REPORT"),
            (settled(REFERENCE, PAYMENT, gross=1999), "ANOTHER_AMOUNT"),
            (Told("Chargeback", -2000, -2000, PAYMENT, REFERENCE), "NOT_IN_REPORT"),
        ],
    )
    def test_another_line_proves_nothing(self, line: Told, code: str) -> None:
        with pytest.raises(Refused) as refusal:
            evidence.payment_in(report(40, line), charging(), 1, PAYMENT)
        assert refusal.value.code == code

    def test_only_an_attempt_that_nobody_knows_is_settled(self) -> None:
        assert evidence.unknown_attempt(charging(), 1) == ATTEMPT
        with pytest.raises(Refused) as refusal:
            evidence.unknown_attempt(charging(), 2)
        assert refusal.value.code == "UNKNOWN_ATTEMPT"
        known = ATTEMPT.replace(state="refused")
        with pytest.raises(Refused) as refusal:
            evidence.unknown_attempt(charging(attempts=(known,)), 1)
        assert refusal.value.code == "OUTCOME_KNOWN"


class TestFailure13:
    """Unknown is never tried blindly: a next attempt needs proof that the last took nothing."""

    def test_reports_without_a_gap_prove_absence(self) -> None:
        found = evidence.absence(reads(4, 6, 8, 11), charging(), ATTEMPT)
        assert found == RefusedOutcome(code="absent")
        assert kind_of(found.code) == "soft"

    @pytest.mark.parametrize(
        ("found", "code"),
        [
            (reads(4, 6, 8, lines=(settled(REFERENCE, PAYMENT),)), "IN_REPORT"),
            (reads(6, 8, 11), "EVIDENCE_TOO_SHORT"),
            (reads(4, 6, 30, last="2026-11-09"), "EVIDENCE_TOO_SHORT"),
            (reads(4, 6, 30, last=""), "EVIDENCE_TOO_SHORT"),
            ([*reads(4, 6, 8, 11)[:1], *reads(4, 6, 8, 11)[2:]], "BATCH_MISSING"),
        ],
        ids=["told", "begins late", "ends early", "says no date", "gap"],
    )
    def test_less_proves_nothing(self, found: list[evidence.Read], code: str) -> None:
        with pytest.raises(Refused) as refusal:
            evidence.absence(found, charging(), ATTEMPT)
        assert refusal.value.code == code

    def test_a_late_announcement_of_an_old_batch_proves_nothing_more(self) -> None:
        """When a batch was closed is told by its lines, not by the notice that came."""
        late = [(batch(40, paris(2026, 11, 4)), report(40, OTHER, day="2026-11-03")),
                (batch(41, paris(2026, 12, 24)), report(41, OTHER, day="2026-11-06"))]  # fmt: skip
        with pytest.raises(Refused) as refusal:
            evidence.absence(late, charging(), ATTEMPT)
        assert refusal.value.code == "EVIDENCE_TOO_SHORT"


class TestReadBatch:
    AT = OPENED_AT + timedelta(days=9)

    def test_a_batch_nobody_announced_is_read_under_the_usual_name(self) -> None:
        (write,) = read_batch(None, 41, now=self.AT).writes
        assert isinstance(write, Insert)
        assert isinstance(write.entity, Settlement)
        assert write.entity.report == "settlement_detail_report_batch_41.csv"
        assert write.entity.agenda_at == self.AT

    def test_what_could_not_be_read_is_tried_again(self) -> None:
        stuck = a_settlement(read_at=None, parked="settlement_unread", agenda_at=None)
        (write,) = read_batch(stuck, 12, now=self.AT).writes
        assert write == Replace(stuck.next(announced_at=self.AT, parked=None, agenda_at=self.AT))

    @pytest.mark.parametrize("known", [a_settlement(), a_settlement(read_at=None, agenda_at=AT)])
    def test_what_is_read_or_will_be_is_left_alone(self, known: Settlement) -> None:
        with pytest.raises(Refused) as refusal:
            read_batch(known, 12, now=self.AT)
        assert refusal.value.code == "NOTHING_TO_DRIVE"
