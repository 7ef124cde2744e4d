"""What a person is told who wants to pay while payments are paused."""

from datetime import timedelta

from chalicelib.application.ports import Ports
from chalicelib.domain.billing.guards import Charging, held_by
from chalicelib.domain.kernel.errors import Throttled

AGAIN_AFTER = timedelta(minutes=5)


def require_open(brake: Charging | None, ports: Ports) -> None:
    """Let a payment page open unless somebody stopped every charge, or the table is a copy.

    Raises:
        Throttled: `PAYMENTS_PAUSED`.
    """
    if _holds(brake, ports):
        raise Throttled("PAYMENTS_PAUSED", AGAIN_AFTER)


def are_paused(ports: Ports) -> bool:
    """Whether a page that is open already must let nobody pay either."""
    return _holds(ports.store.charging(), ports)


def _holds(brake: Charging | None, ports: Ports) -> bool:
    return brake is not None and held_by(brake, ports.store.identity()) in ("stopped", "fenced")
