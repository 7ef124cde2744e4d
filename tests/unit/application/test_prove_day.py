"""The daily proof is filed and found again, and mends what reports alone can tell."""

from datetime import timedelta

import pytest

from chalicelib.application.billing.books.prove_day import latest_proof, prove_day
from chalicelib.application.billing.books.reconcile_report import announce
from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.due import Attempt
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Replace
from tests.crash import Saboteur
from tests.examples import Shop, paris
from tests.fakes_reports import Told, report_name

A_FEE = Told("Fee", net=-1)


def subscribed() -> Shop:
    shop = Shop()
    shop.subscribe()
    return shop


def test_the_last_proof_is_found_again() -> None:
    shop = subscribed()
    assert latest_proof(ports=shop.ports) is None
    first = prove_day(ports=shop.ports)
    assert latest_proof(ports=shop.ports) == first
    shop.run_until(paris(2026, 11, 7))
    second = prove_day(ports=shop.ports)
    assert second.captures == 2
    assert latest_proof(ports=shop.ports) == second
    name = f"proofs/2026-11-07/{shop.ports.clock().isoformat()}.json"
    assert name in shop.ports.files.contents


class TestFailure14:
    """Every way to learn of money leads through one transition; lost news is asked for."""

    def with_an_attempt_never_heard_of(self) -> Shop:
        """A month paid by its second attempt, while a first one was never answered."""
        shop = subscribed()
        shop.settle()
        shop.run_until(paris(2026, 11, 6))
        due = shop.due(1)
        unheard = Attempt(number=2, opened_at=shop.ports.clock())
        after = due.next(attempts=(*due.attempts, unheard))
        shop.ports.store.commit(Change((Replace(after),)))
        return shop

    def test_a_report_that_tells_it_sends_its_money_back(self) -> None:
        shop = self.with_an_attempt_never_heard_of()
        shop.ports.gateway._note(
            shop.key(1).reference(2), shop.due(1).gross, Authorised(provider_reference="PLATE")
        )
        shop.settle()
        assert shop.due(1).attempts[1].state == "returned"

    def test_absent_from_every_report_it_is_closed_and_nothing_was_charged(self) -> None:
        shop = self.with_an_attempt_never_heard_of()
        shop.run_until(shop.ports.clock() + timedelta(days=2))
        assert [f.code for f in prove_day(ports=shop.ports).findings] == ["outcome_missing"]
        assert shop.due(1).attempts[1].state == "open"
        shop.run_until(shop.ports.clock() + REPORT_PATIENCE)
        shop.settle(A_FEE)
        prove_day(ports=shop.ports)
        assert shop.due(1).attempts[1].state == "absent"
        assert prove_day(ports=shop.ports).findings == ()
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1


class TestFailure11:
    """Nothing stops in silence: a batch whose news was lost is read all the same."""

    def test_a_gap_in_the_batches_is_asked_for(self) -> None:
        shop = subscribed()
        shop.ports.gateway.close_batch()
        shop.run_until(paris(2026, 11, 6))
        shop.settle()
        shop.run_until(paris(2026, 11, 20))
        proof = prove_day(ports=shop.ports)
        codes = [finding.code for finding in proof.findings]
        assert "batch_missing" in codes
        shop.sweep()
        assert shop.ports.store.settlement(1).read_at is not None
        assert prove_day(ports=shop.ports).findings == ()

    def test_an_announcement_that_could_not_be_written_comes_again(self) -> None:
        """Traffic is no proof that somebody else was first."""
        shop = subscribed()
        kept_out = Saboteur(shop.ports, at=0, how="conflict")
        with pytest.raises(errors.Conflict):
            announce(1, report_name(1), now=shop.ports.clock(), ports=kept_out)
        announce(1, report_name(1), now=shop.ports.clock(), ports=shop.ports)
        announce(1, report_name(1), now=shop.ports.clock(), ports=shop.ports)
        assert shop.ports.store.settlement(1).version == 1
