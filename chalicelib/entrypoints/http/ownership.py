"""Whose order is it? The browser that began it, its account, or the holder of a mailed link."""

from chalicelib.domain.kernel.errors import Forbidden, NotFound
from chalicelib.domain.kernel.ids import is_id
from chalicelib.domain.kernel.seals import holds, seal
from chalicelib.domain.selling.checkout import Checkout
from chalicelib.entrypoints.http.visit import VISITOR, VISITOR_SECONDS, Visit

RESUME = "resume"


def resume_key(link_key: str, checkout_id: str) -> str:
    """What a mailed link carries to prove that it is ours."""
    return seal(link_key, RESUME, checkout_id)


def own_checkout(visit: Visit, checkout_id: str) -> Checkout:
    """The order, for somebody whose order it is.

    Raises:
        NotFound: there is no such order.
        Forbidden: `NOT_YOURS`.
    """
    if not is_id(checkout_id):
        raise NotFound
    # fresh: the page before has just written it, and sent its reader here
    checkout = visit.ports.store.checkout(checkout_id, fresh=True)
    if checkout.evidence.session_id == visit.cookies.get(VISITOR):
        return checkout
    given = visit.query.get("k") or visit.cookies.get(RESUME, "")
    if holds(visit.ports.keys.link, given, RESUME, checkout_id):
        return checkout
    if visit.customer is not None and visit.customer.id == checkout.customer_id:
        return checkout
    raise Forbidden("NOT_YOURS", checkout_id)


def keep_ownership(visit: Visit, checkout: Checkout) -> None:
    """Let the browser that followed a mailed link go on without it."""
    given = visit.query.get("k")
    if given and holds(visit.ports.keys.link, given, RESUME, checkout.id):
        visit.set_cookie(RESUME, given, VISITOR_SECONDS)
