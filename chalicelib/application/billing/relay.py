"""Where an event goes once the item it rides on is written; nothing else sends anything."""

from collections import defaultdict
from typing import Any

from chalicelib.application.messages import message
from chalicelib.application.ports import Ports, QueueName
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
    "CheckoutWaiting": "mail",
    "CheckoutVoid": "mail",
    "PasswordLinkAsked": "mail",
}
PLATFORM = ("EntitlementChanged",)
ALARMS = ("Parked", "RequestRejected", "ChargingStopped", "ChargingHalted", "ChargingFenced")


def relay(entity: Entity, events: tuple[str, ...], *, ports: Ports) -> tuple[str, ...]:
    """Send each event on its way, at least once; answers those that are alarms."""
    outgoing: dict[QueueName, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if event in ROUTES:
            outgoing[ROUTES[event]].append(message(event, entity))
    for queue, messages in outgoing.items():
        ports.queues.send(queue, tuple(messages))
    news = tuple(message(event, entity) for event in events if event in PLATFORM)
    if news:
        ports.bus.publish(news)
    return tuple(event for event in events if event in ALARMS)
