"""Apply a token event: signed as a whole, and believed where the provider's API says the same."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.application.billing.learn_method import (
    learn_method,
    renew_stored_method,
    unlearn_method,
)
from chalicelib.application.billing.notices import Disposition, Handler
from chalicelib.application.ports import Ports
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import is_id

UNKNOWN = "the provider does not know this token"
NOT_OURS = "not the method of the contract"
STILL_THERE = "not the method of the contract, or still stored"


class _Token(NamedTuple):
    """Which stored method of which contract an event speaks of, and the event's own name."""

    shopper: str
    token: str
    cause: str


def _about_a_token(hear: Callable[[_Token, Ports], bool], otherwise: str) -> Handler:
    """A handler of token events; `otherwise` is the reason where the provider's API disagrees."""

    def handle(event: Mapping[str, Any], _: datetime, ports: Ports) -> tuple[Disposition, str]:
        content = event.get("data")
        if not isinstance(content, Mapping):
            return "set_aside", "no token in it"
        if content.get("merchantAccount") != ports.facts.merchant_account:
            return "set_aside", "another merchant"
        shopper = str(content.get("shopperReference", ""))
        if not is_id(shopper):
            return "set_aside", "not one of our shoppers"
        token = str(content.get("storedPaymentMethodId", ""))
        named = _Token(shopper, token, str(event.get("eventId", "")))
        try:
            return ("applied", "") if hear(named, ports) else ("set_aside", otherwise)
        except errors.NotFound as unknown:
            return "set_aside", unknown.code

    return handle


def _token_stored(named: _Token, ports: Ports) -> bool:
    learnt = learn_method(named.shopper, ports=ports, token=named.token, cause=named.cause)
    return learnt is not None


def _token_updated(named: _Token, ports: Ports) -> bool:
    """The account updater brought the card up to date; only the contract's own method counts."""
    subscription = ports.store.subscription(named.shopper, fresh=True)
    if subscription.method is None or subscription.method.token != named.token:
        return False
    renewed = renew_stored_method(named.shopper, ports=ports, token=named.token, cause=named.cause)
    return renewed is not None


def _token_disabled(named: _Token, ports: Ports) -> bool:
    return unlearn_method(named.shopper, named.token, cause=named.cause, ports=ports)


TOKEN_EVENTS: Mapping[str, Handler] = {
    "recurring.token.created": _about_a_token(_token_stored, UNKNOWN),
    "recurring.token.alreadyExisting": _about_a_token(_token_stored, UNKNOWN),
    "recurring.token.updated": _about_a_token(_token_updated, NOT_OURS),
    "recurring.token.disabled": _about_a_token(_token_disabled, STILL_THERE),
}
"""Who enters what a token event says."""
