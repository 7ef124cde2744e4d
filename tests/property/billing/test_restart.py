"""A process that dies anywhere and is started again leaves the world it would have left."""

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.application.exits.cancel_renewal import cancel_renewal, resume_renewal
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.kernel.errors import BillingError
from tests.crash import How, Killed, Saboteur
from tests.examples import Shop
from tests.fakes import VISA, LostReply, NoAnswer

if TYPE_CHECKING:
    from tests.fakes_gateway import Step

pytestmark = pytest.mark.property

ACTS = st.sampled_from(["wait", "cancel", "undo"])
ANSWERS = st.sampled_from(["pay", "pay_unheard", "refuse", "refuse_unheard", "lose"])
WEEK = timedelta(days=7)


def script(shop: Shop, answers: list[str]) -> None:
    """What the coming charges come to; payments have names of their own."""
    for n, answer in enumerate(answers):
        paid, refused = Authorised(provider_reference=f"PSP{n}LATE"), Refused(code="2")
        steps: dict[str, Step] = {
            "pay": paid,
            "pay_unheard": LostReply(paid),
            "refuse": refused,
            "refuse_unheard": LostReply(refused),
            "lose": NoAnswer(),
        }
        shop.ports.gateway.script(VISA.token, steps[answer])


def act(shop: Shop, what: str) -> None:
    """The learner's request; sent again when no answer came."""
    use_case = {"cancel": cancel_renewal, "undo": resume_renewal}.get(what)
    if use_case is not None:
        with suppress(BillingError):
            use_case(shop.subscription_id, shop.subscription().customer_id, ports=shop.world)


def live(shop: Shop, acts: list[str], saboteur: Saboteur | None) -> None:
    """A week for every act, then a quiet month; death strikes once, at any effect."""
    with shop.through(saboteur or shop.ports):
        for what in (*acts, *["wait"] * 5):
            until = shop.ports.clock() + WEEK
            try:
                act(shop, what)
                shop.run_until(until)
            except Killed:
                shop.restart()
                act(shop, what)
                shop.run_until(max(until, shop.ports.clock()))
    shop.run_until(shop.ports.clock() + timedelta(days=1))


def outcome(shop: Shop) -> object:
    """Everything that matters to anybody, without instants."""
    subscription = shop.subscription()
    dues = [
        (due.period, due.state, due.refusals, due.parked, due.number is not None,
         due.mailed_at is not None, len(shop.ports.gateway.captured(due.key)))
        for due in shop.dues()
    ]  # fmt: skip
    return subscription.status, subscription.ends_on, subscription.method, dues


class TestRen1:
    """REN-1: any prefix of a life, a crash, a restart: the same end, and nothing taken twice."""

    @given(
        st.lists(ACTS, min_size=4, max_size=10),
        st.lists(ANSWERS, max_size=5),
        st.integers(0, 40),
        st.sampled_from(["kill", "lose_reply"]),
    )
    def test_death_at_any_effect_changes_nothing_in_the_end(
        self, acts: list[str], answers: list[str], at: int, how: How
    ) -> None:
        """Money, states, numbers and mails are those of the life without it."""
        calm, struck = Shop(), Shop()
        for shop in (calm, struck):
            shop.subscribe()
            script(shop, answers)
        live(calm, acts, None)
        live(struck, acts, Saboteur(struck.ports, at=at, how=how))
        assert outcome(struck) == outcome(calm)
