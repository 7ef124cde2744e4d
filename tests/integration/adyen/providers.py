"""One provider twice: in memory, and the simulator behind the real gateway and library."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from chalicelib.adapters.adyen.gateway import AdyenGateway
from chalicelib.application.ports import Gateway
from chalicelib.domain.billing.outcomes import Authorised, Refused
from infra.local.adyen import Simulator
from tests.fakes import FACTS, FakeClock, FakeGateway, LostReply, NoAnswer

EVERY_CALL = 1_000


class Provider(Protocol):
    """A gateway, and what its provider can be told and asked behind its back."""

    @property
    def gateway(self) -> Gateway:
        """What the use cases see."""
        ...

    def pay(self, session_id: str, *, accepted: bool = True) -> str:
        """The shopper pays; what the browser brings home."""
        ...

    def refuse_next(self, token: str, code: str) -> None:
        """The next charge of a stored method is refused."""
        ...

    def lose_next_reply(self, token: str) -> None:
        """The next charge takes place, and its answer is lost."""
        ...

    def miss_next_call(self, token: str) -> None:
        """The next charge does not arrive."""
        ...

    def go_down(self) -> None:
        """No call is answered from now on."""
        ...

    def close_batch(self) -> str:
        """Settle everything that moved; the name of the report."""
        ...

    def return_refund(self, order: str, reference: str) -> None:
        """The money of a refund comes back: the provider's name of its order, and our reference."""
        ...

    def told(self, event: str) -> list[tuple[str, str, int]]:
        """What was notified of an event: the order's name, our reference, the amount."""
        ...

    def captured_minor(self, reference: str) -> list[int]:
        """Every capture under a reference."""
        ...

    def returned_minor(self, reference: str) -> int:
        """What of it went back."""
        ...


@dataclass
class InMemory:
    """The gateway of the other tests."""

    gateway: FakeGateway

    def pay(self, session_id: str, *, accepted: bool = True) -> str:
        refused = Refused(provider_reference="R000000000000001", code="2")
        return self.gateway.pay(session_id, None if accepted else refused)

    def refuse_next(self, token: str, code: str) -> None:
        refused = Refused(provider_reference="R000000000000002", code=code)
        self.gateway.script(token, refused)

    def lose_next_reply(self, token: str) -> None:
        self.gateway.script(token, LostReply(Authorised(provider_reference="L000000000000001")))

    def miss_next_call(self, token: str) -> None:
        self.gateway.script(token, NoAnswer())

    def go_down(self) -> None:
        self.gateway.is_down = True

    def close_batch(self) -> str:
        name = self.gateway.close_batch()
        assert name is not None
        return name

    def return_refund(self, order: str, reference: str) -> None:
        self.gateway.fail_order("REFUND_FAILED", reference)
        assert order in self.gateway.failed_orders

    def told(self, event: str) -> list[tuple[str, str, int]]:
        return [
            (each.provider_reference, each.reference, each.amount.minor)
            for each in self.gateway.happenings
            if each.event == event
        ]

    def captured_minor(self, reference: str) -> list[int]:
        found = [c for c in self.gateway.captures if c.reference == reference]
        return [capture.amount.minor for capture in found]

    def returned_minor(self, reference: str) -> int:
        back = self.gateway.returns
        paid = [c for c in self.gateway.captures if c.reference == reference]
        whole = sum(c.amount.minor for c in paid if c.provider_reference in back)
        names = {c.provider_reference for c in paid}
        gone = [
            asked
            for key, asked in self.gateway.refunds.items()
            if self.gateway.orders[key] not in self.gateway.failed_orders
        ]
        return whole + sum(part.minor for name, part in gone if name in names)


@dataclass
class Simulated:
    """The simulator on a port of its own, behind the adapter that is deployed."""

    gateway: AdyenGateway
    simulator: Simulator

    def pay(self, session_id: str, *, accepted: bool = True) -> str:
        name = "Camille Exemple" if accepted else "DECLINED"
        return str(self.simulator.pay(session_id, holder_name=name)["sessionResult"])

    def refuse_next(self, token: str, code: str) -> None:
        self.simulator.admin("PUT", f"/scripts/token/{token}", {"outcomes": [code]})

    def lose_next_reply(self, token: str) -> None:
        self._arm(kind="timeout_after", operation="payments")

    def miss_next_call(self, token: str) -> None:
        self._arm(kind="timeout_before", operation="payments")

    def go_down(self) -> None:
        self._arm(kind="error", status=500, times=EVERY_CALL)

    def close_batch(self) -> str:
        (batch,) = self.simulator.admin("POST", "/settlements")["batches"]
        return str(batch["report"])

    def return_refund(self, order: str, reference: str) -> None:
        done = self.simulator.world.state.modifications[order]
        event = {
            "event": "REFUND_FAILED",
            "psp_reference": order,
            "amount_minor": done.amount_minor,
        }
        assert done.reference == reference
        self.simulator.admin("POST", f"/payments/{done.payment_psp}/events", event)

    def told(self, event: str) -> list[tuple[str, str, int]]:
        parcels = self.simulator.world.state.mailbag.parcels
        items = [
            json.loads(parcel.body)["notificationItems"][0]["NotificationRequestItem"]
            for parcel in parcels
            if parcel.event == event
        ]
        return [(i["pspReference"], i["merchantReference"], i["amount"]["value"]) for i in items]

    def captured_minor(self, reference: str) -> list[int]:
        payments = self._payments(reference)
        return [p["captured_minor"] for p in payments for _ in range(p["capture_count"])]

    def returned_minor(self, reference: str) -> int:
        return sum(payment["refunded_minor"] for payment in self._payments(reference))

    def arm(self, **fault: Any) -> None:
        """Arm a fault of the simulator."""
        self._arm(**fault)

    def _arm(self, **fault: Any) -> None:
        self.simulator.admin("POST", "/faults/api", fault)

    def _payments(self, reference: str) -> list[dict[str, Any]]:
        self.simulator.world.clock.advance(timedelta(minutes=1).total_seconds())
        self.simulator.deliver_pending()
        found = self.simulator.admin("GET", f"/payments?reference={reference}")
        payments: list[dict[str, Any]] = found["payments"]
        return payments


def in_memory(now: FakeClock) -> InMemory:
    """A provider in memory."""
    return InMemory(FakeGateway(now))


def simulated(simulator: Simulator, facade: Callable[[], Any]) -> Simulated:
    """A simulator that has forgotten everything."""
    simulator.world.reset()
    return Simulated(AdyenGateway(facade, FACTS.merchant_account), simulator)
