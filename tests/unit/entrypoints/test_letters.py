"""Mails that an event asks for, when what it is about is no longer what runs now."""

from datetime import timedelta

from chalicelib.domain.billing.outcomes import Authorised, Refused
from tests.fakes import VISA
from tests.world import in_memory
from tests.world_verdicts import letters


class TestDun1:
    """DUN-1: a payment that comes after a suspension opens the service again, and is told."""

    def test_a_debt_paid_in_a_month_that_is_not_owed_is_told(self) -> None:
        world = in_memory()
        subscription_id = world.subscribe()
        world.move_to_next_due(subscription_id)
        world.fakes.gateway.script(VISA.token, *(Refused(code="2") for _ in range(5)))
        world.live(timedelta(days=50))
        owed = world.ports.store.due_items(subscription_id)[-1]
        assert owed.parked is not None
        paid = Authorised(provider_reference="PLATE00000000001")
        world.fakes.gateway._note(owed.key.reference(1), owed.gross, paid)
        world.rest()
        assert letters(world)["zoe@example.org", "payment_recovered"] == 1
        assert world.failures == []
