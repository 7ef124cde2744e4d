"""Where an event goes once the item it rides on is written; nothing else sends anything."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.application.messages import message
from chalicelib.application.ports import Ports, QueueName, Queues
from chalicelib.domain.kernel.value import Entity

ROUTES: dict[str, QueueName] = {
    "PeriodPaid": "numbering",
    "InvoiceNumbered": "documents",
    "InvoiceFiled": "mail",
    "SubscriptionConcluded": "documents",
    "ConfirmationFiled": "mail",
    "ConfirmationSent": "mail",
    "PaymentRefused": "mail",
    "PaymentRecovered": "mail",
    "PayLinkAsked": "mail",
    "MethodReplaced": "mail",
    "MethodRemoved": "mail",
    "MethodExpires": "mail",
    "CancellationScheduled": "mail",
    "CancellationUndone": "mail",
    "SubscriptionEnded": "mail",
    "MoneyReturned": "mail",
    "RefundSent": "mail",
    "RefundFailed": "mail",
    "DisputeHeard": "documents",
    "CheckoutWaiting": "mail",
    "CheckoutVoid": "mail",
    "PasswordLinkAsked": "mail",
}
PLATFORM = ("EntitlementChanged",)
ALARMS = ("Parked", "RequestRejected", "ChargingStopped", "ChargingHalted", "ChargingFenced")


@dataclass
class Together:
    """A `Queues` port that holds messages until all of them go, ten in one request."""

    queues: Queues
    _held: dict[QueueName, list[Mapping[str, object]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def send(self, queue: QueueName, messages: tuple[Mapping[str, object], ...]) -> None:
        """Hold them, in their order."""
        self._held[queue] += messages

    def go(self) -> None:
        """Send what is held."""
        for queue, messages in self._held.items():
            self.queues.send(queue, tuple(messages))
        self._held.clear()


def relay(
    entity: Entity, events: tuple[str, ...], *, ports: Ports, queues: Queues | None = None
) -> tuple[str, ...]:
    """Send each event on its way, at least once; answers those that are alarms.

    `queues` takes the messages in place of the deployment's own, to send those of several records
    together.
    """
    outgoing: dict[QueueName, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if event in ROUTES:
            outgoing[ROUTES[event]].append(message(event, entity))
    for queue, messages in outgoing.items():
        (queues or ports.queues).send(queue, tuple(messages))
    news = tuple(message(event, entity) for event in events if event in PLATFORM)
    if news:
        ports.bus.publish(news)
    return tuple(event for event in events if event in ALARMS)
