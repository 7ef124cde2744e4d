"""What operators look at: what waits for a person, and one amount owed with all its tries."""

from datetime import date, datetime

from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import Attempt
from chalicelib.domain.billing.journal import balances
from chalicelib.domain.billing.operating.proposal import Proposal
from chalicelib.domain.billing.operating.waiting import Waiting, waiting
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Value

PROPOSALS_LOOKED_THROUGH = 1_000


class Item(Value):
    """One amount owed, without anything that names a person.

    Attributes:
        accounts: the balance of each account of its postings, in minor units.
        held: why the contract is not charged by itself, else None.
        proposals: what operators proposed about it, newest first, among the latest thousand.
    """

    item: str
    state: str
    parked: str | None
    version: int
    due_on: date
    gross_minor: int
    currency: str
    agenda_at: datetime | None
    retry_at: datetime | None
    paid_at: datetime | None
    number: str | None
    is_filed: bool
    mailed_at: datetime | None
    contract: str
    held: str | None
    attempts: tuple[Attempt, ...]
    accounts: dict[str, int]
    proposals: tuple[str, ...]


def parked(reason: str | None, limit: int, *, ports: Ports) -> tuple[Waiting, ...]:
    """What waits for a person, by reason and then oldest first."""
    return tuple(waiting(entity) for entity in ports.store.parked(reason, limit))


def item(key: DueKey, *, ports: Ports) -> Item:
    """One amount owed as it stands now.

    Raises:
        NotFound.
    """
    due = ports.store.due_item(key, fresh=True)
    subscription = ports.store.subscription(key.subscription_id, fresh=True)
    proposals = ports.store.proposals(PROPOSALS_LOOKED_THROUGH)
    return Item(
        item=due.key.name,
        state=due.state.value,
        parked=due.parked,
        version=due.version,
        due_on=due.from_on,
        gross_minor=due.gross_minor,
        currency=due.currency,
        agenda_at=due.agenda_at,
        retry_at=due.retry_at,
        paid_at=due.paid_at,
        number=due.number,
        is_filed=due.sha256 is not None,
        mailed_at=due.mailed_at,
        contract=subscription.status.value,
        held=subscription.held,
        attempts=due.attempts,
        accounts={account.value: minor for account, minor in balances(due.postings).items()},
        proposals=tuple(each.id for each in proposals if _is_about(each, due.key.name)),
    )


def _is_about(proposal: Proposal, name: str) -> bool:
    about = proposal.arguments.get("item", "")
    return about == name or about.startswith(f"{name}.")
