"""The payment page of a placed order, opened with the provider; asked again, it is the same."""

from chalicelib.application.pause import require_open
from chalicelib.application.ports import PaymentSession, Ports, SessionRequest
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.kernel.seals import idempotency_key
from chalicelib.domain.selling.checkout import Checkout, Stage, reopen, require_unpaid, void_at
from chalicelib.domain.selling.throttle import require_calm, subjects


def open_payment(checkout: Checkout, *, return_url: str, ports: Ports) -> PaymentSession:
    """Open the page of the order's latest attempt.

    Raises:
        Refused: `REVIEW_FIRST`, `CHECKOUT_VOID`, `CHECKOUT_ALREADY_PAID`; `PAYMENT_REFUSED` when
            the latest attempt is over and another must be asked for.
        Throttled: `TOO_MANY_REFUSALS` from this address or for this mailbox; `PAYMENTS_PAUSED`
            while somebody stopped every charge, or the table is a restored copy.
        GatewayUnavailable: the provider does not answer; nothing was charged.
    """
    require_unpaid(checkout)
    _require_calm(checkout, ports)
    session = checkout.session
    if checkout.stage is Stage.REVIEW or session is None or checkout.placed_at is None:
        raise Refused("REVIEW_FIRST", checkout.id)
    if session.state == "refused":
        raise Refused("PAYMENT_REFUSED", checkout.id)
    reference = checkout.first_due.reference(session.attempt)
    return ports.gateway.open_session(
        SessionRequest(
            reference=reference,
            amount=checkout.gross,
            shopper_reference=checkout.id,
            shopper_email=checkout.buyer.email,
            shopper_address=None,
            country=checkout.buyer.country,
            lang=checkout.lang,
            return_url=return_url,
            expires_at=void_at(checkout, policy_named(checkout.policy)),
            idempotency_key=idempotency_key(ports.keys.identity, reference),
        )
    )


def try_again(checkout_id: str, *, ports: Ports) -> None:
    """Ask for another attempt on the same order, without retyping (PAY-1).

    Raises:
        NotFound; Refused `CHECKOUT_VOID`, `CHECKOUT_ALREADY_PAID`, `TOO_MANY_TRIES`.
        Throttled: as `open_payment`.
    """
    checkout = ports.store.checkout(checkout_id, fresh=True)
    change = reopen(checkout, ports.clock())
    _require_calm(checkout, ports)
    ports.store.commit(change)


def _require_calm(checkout: Checkout, ports: Ports) -> None:
    """Let an order pass to its payment page unless something holds payments back."""
    now, limits = ports.clock(), ports.facts.limits
    brake, tries = ports.store.before_payment(subjects(checkout), now)
    require_open(brake, ports)
    require_calm(
        tries,
        per_mailbox=limits.refused_per_mailbox,
        per_address=limits.refused_per_address,
        now=now,
    )
