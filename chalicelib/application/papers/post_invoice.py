"""Tell the customer that the invoice is there; its due item then has nothing more to do."""

from collections.abc import Callable

from chalicelib.application.letters import Written, send
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.kernel.change import AlreadyStamped, Change, Stamp
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.people.customer import Customer


def post_invoice(
    key: DueKey, event_id: str, write: Callable[[DueItem, Customer], Written], *, ports: Ports
) -> None:
    """Mail a filed invoice once.

    Raises:
        NotFound: no such due item.
    """
    due = ports.store.due_item(key)
    if due.sha256 is None or due.mailed_at is not None:
        return
    customer = ports.store.customer(due.customer_id)
    proof = send(write(due, customer), due.subscription_id, event_id, ports=ports)
    stamp = Stamp(
        key=key,
        mark="mailed_at",
        facts={"mailed_at": proof.sent_at},
        requires=("sha256",),
        leaves_agenda=True,
    )
    try:
        ports.store.commit(Change((stamp,)))
    except AlreadyStamped:
        return
