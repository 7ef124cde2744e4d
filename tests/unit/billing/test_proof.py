"""The daily proof finds what is wrong, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.books import findings as named
from chalicelib.domain.billing.books.absence import Absent, close_absent
from chalicelib.domain.billing.books.batches import LINES, SETTLED_WITHIN
from chalicelib.domain.billing.books.proof import LatestProof, Proof, prove, read_books
from chalicelib.domain.billing.books.settlement import KindSum, Stray
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Account, balanced
from chalicelib.domain.kernel.change import NOTHING, Insert, Replace
from chalicelib.domain.kernel.value import Entity
from tests.examples import paris
from tests.fakes_things import a_due, a_reversal, a_series, a_settlement, a_subscription

NOW = paris(2026, 11, 6, 3)
LONG_AGO = NOW - SETTLED_WITHIN - timedelta(seconds=1)
PAYING = Attempt(number=1, state="authorised", opened_at=NOW, provider_reference="PSP1")
OPEN = Attempt(number=2, opened_at=NOW - timedelta(days=2))
BALANCED = (
    *journal.sale(net_minor=1667, vat_minor=333),
    *journal.payment(gross_minor=2000, vat_minor=333),
)


def a_paid_due(period: int = 1, **changes: Any) -> DueItem:
    facts: dict[str, Any] = {
        "state": DueState.PAID,
        "attempts": (PAYING,),
        "postings": BALANCED,
        "paid_at": NOW,
        "number": f"F2026-{period:08}",
        "mailed_at": NOW,
        "agenda_at": None,
    }
    return a_due(period, **(facts | changes))


def a_batch(number: int, **changes: Any) -> Entity:
    """Read a moment ago, about nothing."""
    nothing: dict[str, Any] = {
        "batch": number,
        "sums": (),
        "postings": (),
        "announced_at": NOW - timedelta(hours=2),
        "read_at": NOW - timedelta(hours=1),
    }
    return a_settlement(**(nothing | changes))


def proof_of(*entries: Entity, following: int | None = None) -> Proof:
    given = sum(isinstance(entry, DueItem) and entry.number is not None for entry in entries)
    series = a_series(following=1 + given if following is None else following)
    return prove((*entries, series), now=NOW)


def found(proof: Proof) -> list[str]:
    return [str(finding) for finding in proof.findings]


class TestInv2:
    """INV-2: the books of a day: numbers without gap, journal at zero, nothing forgotten."""

    def test_sound_books_are_green(self) -> None:
        """And counted."""
        lapsed = a_due(3, state=DueState.LAPSED, agenda_at=None)
        returned = a_reversal(
            asked_at=NOW,
            agenda_at=None,
            postings=(*journal.surplus(2000), *journal.returned(2000)),
        )
        proof = proof_of(a_paid_due(1), a_paid_due(2), a_due(4), lapsed, returned)
        assert proof.is_green, proof
        assert proof.due_count == {"paid": 2, "scheduled": 1, "lapsed": 1}
        assert (proof.captures, proof.captured_minor, proof.returned_minor) == (2, 4000, 2000)
        assert (proof.numbers, proof.journal_minor, proof.batches) == (2, 0, 0)
        assert proof.unsettled_minor == 6000
        assert proof.returning_minor == 2000
        assert proof.balances["clearing"] == 4000

    @pytest.mark.parametrize(
        ("due", "code"),
        [
            (a_paid_due(attempts=(PAYING, PAYING.replace(number=2))), "paid_twice"),
            (a_paid_due(attempts=()), "state_disagrees"),
            (a_due(attempts=(PAYING,)), "state_disagrees"),
            (a_paid_due(postings=BALANCED[:3]), "state_disagrees"),
            (a_due(agenda_at=None), "forgotten"),
            (a_due(agenda_at=NOW - timedelta(days=1, seconds=1)), "late"),
            (a_paid_due(attempts=(PAYING, OPEN)), "outcome_missing"),
        ],
    )
    def test_a_due_item_that_is_wrong_is_named(self, due: DueItem, code: str) -> None:
        """By its reference, with what is wrong."""
        proof = proof_of(due)
        assert not proof.is_green
        assert any(f.code == code and "0001.1" in f.subject for f in proof.findings), proof

    def test_an_agenda_one_day_old_is_not_late_yet(self) -> None:
        """Nor an attempt opened a moment ago."""
        on_time = a_due(agenda_at=NOW - timedelta(days=1))
        asked = a_paid_due(2, attempts=(PAYING, Attempt(number=2, opened_at=NOW)))
        assert found(proof_of(on_time, asked, following=2)) == [
            "number_missing F2026-00000001",
            "number_unknown F2026-00000002",
        ]

    def test_gaps_strangers_and_doubles_are_told_apart(self) -> None:
        """Four numbers given: one missing, one twice, one nobody counted, some that are none."""
        dues = (
            a_paid_due(1), a_paid_due(2, number="F2026-00000001"),
            a_paid_due(3), a_paid_due(4, number="F2026-00000009"),
            a_paid_due(5, number="F2026-99999999"), a_paid_due(6, number="nonsense"),
        )  # fmt: skip
        assert found(proof_of(*dues, following=4)) == [
            "number_twice F2026-00000001",
            "number_unknown F2026-99999999",
            "number_unknown nonsense",
            "number_missing F2026-00000002",
            "number_unknown F2026-00000009",
        ]

    def test_a_series_without_a_counter_has_given_no_number(self) -> None:
        """And one without numbers has no gap."""
        proof = prove([a_paid_due(1)], now=NOW)
        assert found(proof) == ["number_unknown F2026-00000001"]
        assert prove([a_series(following=1)], now=NOW).is_green

    def test_a_journal_that_does_not_sum_to_zero_is_found(self) -> None:
        """To the cent, with the thing that is open."""
        proof = proof_of(a_paid_due(postings=BALANCED[1:]))
        assert "journal_open journal -2000" in found(proof)
        assert any(text.startswith("unbalanced ") for text in found(proof))

    def test_what_is_parked_is_not_wrong_but_needs_a_person(self) -> None:
        """So the day is not green."""
        proof = proof_of(a_due(state=DueState.UNPAID, agenda_at=None, parked="unpaid"))
        assert (proof.finding_count, proof.parked_count, proof.is_green) == (0, 1, False)
        assert str(proof.parked[0]).startswith("unpaid 01JD")

    def test_money_that_waits_a_day_to_go_back_is_found(self) -> None:
        """Its reference says which; so is money of which no report tells that it went."""
        waiting = a_reversal(agenda_at=NOW - timedelta(days=2))
        asleep = a_reversal(
            attempt=3, asked_at=LONG_AGO, settled_in=12, agenda_at=None,
            postings=(*journal.surplus(2000), *journal.returned(2000)),
        )  # fmt: skip
        proof = proof_of(waiting, a_reversal(agenda_at=NOW), asleep)
        assert found(proof)[:2] == [
            f"not_given_back {waiting.reference}",
            f"not_gone {asleep.reference} 2000",
        ]

    def test_a_kind_without_a_check_of_its_own_still_has_its_postings_counted(self) -> None:
        """Whatever is stored with postings must balance."""

        class Odd(Entity):
            postings: tuple[journal.Posting, ...] = ()
            parked: str | None = None

        odd = Odd(postings=(journal.Posting(account=Account.LOSSES, minor=5),), parked="odd")
        proof = proof_of(odd, a_subscription())
        assert found(proof) == ["unbalanced Odd", "journal_open journal 5"]
        assert proof.parked[0].subject == "Odd"

    def test_only_the_first_of_very_many_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All are counted."""
        monkeypatch.setattr(named, "KEPT", 2)
        monkeypatch.setattr("chalicelib.domain.billing.books.proof.KEPT", 2)
        dues = [a_due(n, agenda_at=None) for n in range(5)]
        parked = [a_due(n, agenda_at=None, parked="unpaid") for n in range(6, 10)]
        proof = proof_of(*dues, *parked)
        assert (len(proof.findings), proof.finding_count) == (2, 5)
        assert (len(proof.parked), proof.parked_count) == (2, 4)


class TestSettlement:
    """Each payment is in a settled batch, each line has its payment, what is held is explained."""

    def test_a_payment_that_reports_left_out_is_named(self) -> None:
        """Reports went on after its days were over, and none told it."""
        left_out = a_paid_due(1, paid_at=LONG_AGO)
        told = a_paid_due(2, paid_at=LONG_AGO, attempts=(PAYING.replace(settled_in=1),))
        young = a_paid_due(3, paid_at=LONG_AGO + timedelta(minutes=1))
        batch = a_batch(
            1,
            sums=(
                KindSum(kind="Settled", count=1, gross_minor=2000, net_minor=2000),
                KindSum(kind="MerchantPayout", count=1, gross_minor=0, net_minor=-2000),
            ),
            postings=balanced((Account.BANK, 2000), (Account.CLEARING, -2000)),
            announced_at=NOW,
        )
        proof = proof_of(left_out, told, young, batch)
        assert found(proof) == [f"unsettled {left_out.key.reference(0)} 2000"]
        assert proof.unsettled_minor == 4000

    def test_reports_that_stopped_are_one_finding_however_many_payments_wait(self) -> None:
        """Or that never came."""
        waiting = [a_paid_due(n, paid_at=LONG_AGO) for n in (1, 2, 3)]
        assert found(proof_of(*waiting)) == ["reports_stopped never 6000"]
        old = a_batch(1, announced_at=LONG_AGO, read_at=LONG_AGO)
        (finding,) = proof_of(*waiting, old).findings
        assert (finding.code, finding.subject) == (
            "reports_stopped",
            LONG_AGO.isoformat(timespec="seconds"),
        )

    def test_a_batch_that_nobody_announced_is_missing(self) -> None:
        """Numbers follow each other; the one before the first too, when an older payment waits."""
        batches = [a_batch(number) for number in (4, 7)]
        books = read_books(batches, now=NOW)
        assert books.missing_batches() == (5, 6)
        assert found(books.proof()) == ["batch_missing batch 5", "batch_missing batch 6"]
        older = a_paid_due(paid_at=LONG_AGO)
        assert read_books([*batches, older], now=NOW).missing_batches() == (3, 5, 6)
        assert read_books([a_batch(1), older], now=NOW).missing_batches() == ()

    def test_a_batch_that_cannot_be_read_is_named(self) -> None:
        """Parked, or simply not read in time; not while it is being read."""
        unread: dict[str, Any] = {"read_at": None}
        proof = proof_of(
            a_batch(1, parked="settlement_unread", agenda_at=None, **unread),
            a_batch(2, announced_at=NOW - REPORT_PATIENCE - timedelta(seconds=1), **unread),
            a_batch(3, agenda_at=NOW, **unread),
        )
        assert found(proof) == ["batch_unread batch 1", "batch_unread batch 2"]

    @pytest.mark.parametrize("why", LINES)
    def test_every_line_that_does_not_fit_is_named_until_a_person_has_dealt_with_it(
        self, why: Any
    ) -> None:
        """With its batch and row."""
        stray = Stray(why=why, row=5, kind="Settled", subject="ORDER-1", minor=1200)
        facts: dict[str, Any] = {
            "strays": (stray,),
            "stray_count": 1,
            "unexplained_minor": 1200,
            "sums": (
                KindSum(kind="Settled", count=1, gross_minor=1200, net_minor=1200),
                KindSum(kind="MerchantPayout", count=1, gross_minor=0, net_minor=-1200),
            ),
            "postings": balanced((Account.BANK, 1200), (Account.SUSPENSE, -1200)),
        }
        proof = proof_of(a_batch(7, parked="settlement_differs", **facts))
        assert found(proof) == [f"{LINES[why]} batch 7 row 5 ORDER-1 1200"]
        assert proof_of(a_batch(7, parked=None, **facts)).is_green

    def test_what_the_provider_holds_is_explained_to_the_cent(self) -> None:
        """A deposit it keeps counts; a payout that its postings do not know is off."""
        sums = (
            KindSum(kind="DepositCorrection", count=1, gross_minor=0, net_minor=-300),
            KindSum(kind="MerchantPayout", count=1, gross_minor=0, net_minor=-1700),
            KindSum(kind="Settled", count=1, gross_minor=2000, net_minor=2000),
        )
        told = a_paid_due(1, attempts=(PAYING.replace(settled_in=1),))
        postings = balanced((Account.BANK, 1700), (Account.CLEARING, -1700))
        proof = proof_of(told, a_batch(1, sums=sums, postings=postings))
        assert proof.is_green, proof
        assert (proof.held_minor, proof.balances["clearing"]) == (300, 300)
        wrong = proof_of(told, a_batch(1, sums=sums, postings=()))
        assert found(wrong) == ["clearing_open clearing 1700"]

    def test_half_a_batch_is_no_reason_to_cry(self) -> None:
        """Nor one that was read while the pass went by."""
        told = a_paid_due(1, attempts=(PAYING.replace(settled_in=1),))
        assert proof_of(told, a_batch(1, read_at=None, agenda_at=NOW)).is_green
        assert proof_of(told, a_batch(1, read_at=NOW + timedelta(seconds=1))).is_green


class TestAbsence:
    """An attempt that every report of its days left out never came."""

    EARLY = Attempt(number=2, opened_at=NOW - REPORT_PATIENCE - timedelta(days=1))

    def test_it_is_absent_once_reports_are_complete_past_its_days(self) -> None:
        due = a_paid_due(attempts=(PAYING, self.EARLY))
        whole = [a_batch(1), a_batch(2)]
        assert read_books([due, *whole], now=NOW).absent() == (Absent(due.key, 2),)
        for incomplete in ([], [a_batch(1), a_batch(3)], [a_batch(1, read_at=None)]):
            assert read_books([due, *incomplete], now=NOW).absent() == ()
        behind = a_batch(1, announced_at=self.EARLY.opened_at + REPORT_PATIENCE)
        assert read_books([due, behind], now=NOW).absent() == ()

    def test_no_more_than_a_thousand_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chalicelib.domain.billing.books.absence.KEPT", 1)
        monkeypatch.setattr("chalicelib.domain.billing.books.batches.EXPECTED_KEPT", 1)
        dues = [a_paid_due(n, attempts=(PAYING, self.EARLY), paid_at=LONG_AGO) for n in (1, 2)]
        books = read_books([*dues, a_batch(1, announced_at=NOW)], now=NOW)
        assert len(books.absent()) == 1
        assert {"unsettled", "reports_stopped"} <= {f.code for f in books.proof().findings}

    def test_it_is_closed_only_while_it_is_open_on_a_paid_month(self) -> None:
        due = a_paid_due(attempts=(PAYING, self.EARLY))
        (write,) = close_absent(due, 2).writes
        assert isinstance(write, Replace)
        assert isinstance(write.entity, DueItem)
        assert write.entity.attempts[1].state == "absent"
        assert close_absent(write.entity, 2) is NOTHING
        assert close_absent(due, 1) is NOTHING
        assert close_absent(due, 3) is NOTHING
        assert close_absent(a_due(attempts=(self.EARLY,)), 2) is NOTHING


class TestLatest:
    def test_the_pointer_moves_forward_only(self) -> None:
        proof = proof_of()
        (write,) = LatestProof.of(proof, "one.json", None).writes
        assert isinstance(write, Insert)
        assert isinstance(write.entity, LatestProof)
        first = write.entity
        assert (first.file, first.made_at, first.finding_count) == ("one.json", NOW, 0)
        assert LatestProof.of(proof, "again.json", first) is NOTHING
        later = proof.replace(made_at=NOW + timedelta(days=1))
        (moved,) = LatestProof.of(later, "two.json", first).writes
        assert isinstance(moved, Replace)
        assert (moved.entity.version, moved.entity.file) == (2, "two.json")  # type: ignore[attr-defined]
