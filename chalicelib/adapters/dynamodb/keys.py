"""Where everything lives in the one table.

| Question                  | Index  | Partition                     | Sort                      |
|---------------------------|--------|-------------------------------|---------------------------|
| an order on its way       | table  | CHK#<id>                      | CHK                       |
| a subscription            | table  | SUB#<id>                      | SUB                       |
| what was concluded        | table  | SUB#<id>                      | CONTRACT                  |
| one amount owed           | table  | SUB#<id>                      | DUE#<n>#<part>            |
| all amounts of a contract | table  | SUB#<id>                      | begins with DUE#          |
| money that goes back      | table  | SUB#<id>                      | REVERSAL#<n>#<part>#<try> |
| money promised back       | table  | SUB#<id>                      | PROMISED#<n>#<part>#<no>  |
| all of it of a contract   | table  | SUB#<id>                      | begins with PROMISED#     |
| a dispute                 | table  | SUB#<id>                      | DISPUTE#<n>#<part>#<name> |
| all disputes              | table  | SUB#<id>                      | begins with DISPUTE#      |
| a letter on record        | table  | SUB#<id>                      | LETTER#<event id>         |
| a customer                | table  | CUS#<id>                      | CUS                       |
| a billing identity        | table  | CUS#<id>                      | IDENTITY#<number>         |
| all letters of a contract | table  | SUB#<id>                      | begins with LETTER#       |
| who holds a name          | table  | UNIQ#<kind>#<value>           | UNIQ                      |
| the counter of a series   | table  | SERIES#<entity>#<name>#<year> | COUNTER                   |
| a batch that was settled  | table  | BATCH#<number>                | BATCH                     |
| the brake on charges      | table  | BRAKE                         | BRAKE                     |
| first payments of an hour | table  | TRY#<whose>                   | HOUR#<instant>            |
| a sign of life            | table  | BEAT#<name>                   | BEAT                      |
| the last daily proof      | table  | PROOF#LATEST                  | PROOF                     |
| a notification received   | table  | HOOK#<reference>              | <event>#<success>         |
| money nobody answers for  | table  | UNPLACED#<reference>          | MONEY#<event>#<success>   |
| what operators proposed   | table  | REPAIR                        | PROPOSAL#<id>             |
| what is due at an instant | agenda | AGENDA#<shard>                | <instant>#<kind>#<id>     |
| what waits for a person   | agenda | PARKED                        | <reason>#<instant>#<id>   |

Here n is the number of a period, part that of an instalment, try that of an attempt, no that of a
refund; reference and name are the provider's. Numbers in sort keys have a fixed width, so that
text order is their order. The agenda is sparse: only what still has something to do, or is parked,
bears its two attributes, `gpk` and `gsk`.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, TypedDict

from chalicelib.application.ports import AgendaEntry
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.books.proof import LatestProof
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.operating.proposal import Proposal
from chalicelib.domain.billing.operating.waiting import parked_since
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.beat import Beat
from chalicelib.domain.kernel.ids import EPOCH, DueKey, RefundKey
from chalicelib.domain.kernel.unique import Unique
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.correspondence import SentLetter
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Checkout
from chalicelib.domain.selling.throttle import Tries

Kind = Literal["checkout", "subscription", "due", "reversal", "settlement", "refund"]

AGENDA_INDEX = "agenda"
DUE_PREFIX = "DUE#"
REVERSAL_PREFIX = "REVERSAL#"
REFUND_PREFIX = "PROMISED#"  # notifications sort by their event, and one is called REFUND
DISPUTE_PREFIX = "DISPUTE#"
LETTER_PREFIX = "LETTER#"
UNPLACED_PREFIX = "UNPLACED#"
SERIES_PREFIX = "SERIES#"
REPAIRS = "REPAIR"
PROPOSAL_PREFIX = "PROPOSAL#"
PARKED = "PARKED"
BATCH_PREFIX = "BATCH#"
BOOK_PARTITIONS = (SERIES_PREFIX, BATCH_PREFIX, UNPLACED_PREFIX)
BOOK_SORTS = (DUE_PREFIX, REVERSAL_PREFIX, REFUND_PREFIX, DISPUTE_PREFIX)
"""What the daily proof reads: things whose partition, or whose sort key, begins so."""

INSTANT = "%Y-%m-%dT%H:%M:%SZ"
INSTANT_LENGTH = len("2027-02-27T23:00:00Z")
AFTER_EVERY_KIND = "~"


class Key(NamedTuple):
    """The primary key of one item."""

    pk: str
    sk: str


class AgendaKey(TypedDict):
    """The two attributes that put an item on the agenda."""

    gpk: str
    gsk: str


def checkout(checkout_id: str) -> Key:
    """An order on its way."""
    return Key(f"CHK#{checkout_id}", "CHK")


def subscription(subscription_id: str) -> Key:
    """A subscription."""
    return Key(f"SUB#{subscription_id}", "SUB")


def contract(subscription_id: str) -> Key:
    """What was concluded."""
    return Key(f"SUB#{subscription_id}", "CONTRACT")


def due(key: DueKey) -> Key:
    """One amount of money owed."""
    return Key(f"SUB#{key.subscription_id}", f"{DUE_PREFIX}{key.period:04}#{key.instalment}")


def reversal(key: DueKey, attempt: int) -> Key:
    """Money that came without being owed, on its way back."""
    return Key(f"SUB#{key.subscription_id}", f"REVERSAL#{key.period:04}#{key.instalment}#{attempt}")


def refund(key: RefundKey) -> Key:
    """Part of a payment promised back."""
    due = key.due
    sort = f"{REFUND_PREFIX}{due.period:04}#{due.instalment}#{key.number:02}"
    return Key(f"SUB#{due.subscription_id}", sort)


def dispute(key: DueKey, name: str) -> Key:
    """A dispute about a payment, by the provider's name for it."""
    sort = f"{DISPUTE_PREFIX}{key.period:04}#{key.instalment}#{name}"
    return Key(f"SUB#{key.subscription_id}", sort)


def unplaced(provider_reference: str, event: str, success: str) -> Key:
    """Money that no due item answers for, by the notification that told of it."""
    return Key(f"{UNPLACED_PREFIX}{provider_reference}", f"MONEY#{event}#{success}")


def letter(subscription_id: str, event_id: str) -> Key:
    """A mail the relay took, by the event that asked for it."""
    return Key(f"SUB#{subscription_id}", f"{LETTER_PREFIX}{event_id}")


def customer(customer_id: str) -> Key:
    """A customer."""
    return Key(f"CUS#{customer_id}", "CUS")


def billing_identity(customer_id: str, number: int) -> Key:
    """Name and address as invoices show them."""
    return Key(f"CUS#{customer_id}", f"IDENTITY#{number:04}")


def unique(kind: str, value: str) -> Key:
    """A name that may exist only once."""
    return Key(f"UNIQ#{kind}#{value}", "UNIQ")


def series(legal_entity: str, name: str, year: int) -> Key:
    """The counter of a series of invoices."""
    return Key(f"{SERIES_PREFIX}{legal_entity}#{name}#{year:04}", "COUNTER")


def settlement(batch: int) -> Key:
    """A batch that the provider settled."""
    return Key(f"{BATCH_PREFIX}{batch:09}", "BATCH")


def latest_proof() -> Key:
    """Where the last daily proof is filed."""
    return Key("PROOF#LATEST", "PROOF")


def is_book_entry(key: Key) -> bool:
    """Whether the daily proof reads the thing."""
    return key.pk.startswith(BOOK_PARTITIONS) or key.sk.startswith(BOOK_SORTS)


def charging() -> Key:
    """The one brake on charges."""
    return Key("BRAKE", "BRAKE")


def tries(subject: str, hour_at: datetime) -> Key:
    """The first payments of an hour, of a mailbox, an address or everybody."""
    return Key(f"TRY#{subject}", f"HOUR#{hour_at.astimezone(UTC).strftime(INSTANT)}")


def beat(name: str) -> Key:
    """A sign of life."""
    return Key(f"BEAT#{name}", "BEAT")


def notification(provider_reference: str, event: str, success: str) -> Key:
    """One notification of the provider."""
    return Key(f"HOOK#{provider_reference}", f"{event}#{success}")


def proposal(proposal_id: str) -> Key:
    """What an operator proposed; ids sort by time, so the newest are last."""
    return Key(REPAIRS, f"{PROPOSAL_PREFIX}{proposal_id}")


def of(entity: Entity) -> Key:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of thing
    """The key of a thing that is stored.

    Raises:
        TypeError: things of this kind have no place in the table.
    """
    match entity:
        case Checkout():
            return checkout(entity.id)
        case Subscription():
            return subscription(entity.id)
        case Contract():
            return contract(entity.subscription_id)
        case DueItem():
            return due(entity.key)
        case Reversal():
            return reversal(money_of(entity), entity.attempt)
        case Refund():
            return refund(entity.key)
        case Dispute():
            return dispute(entity.due_key, entity.dispute)
        case UnplacedMoney():
            return unplaced(entity.provider_reference, entity.event, entity.success)
        case SentLetter():
            return letter(entity.subscription_id, entity.event_id)
        case Customer():
            return customer(entity.id)
        case BillingIdentity():
            return billing_identity(entity.customer_id, entity.number)
        case Unique():
            return unique(entity.kind, entity.value)
        case Series():
            return series(entity.legal_entity, entity.series, entity.year)
        case Settlement():
            return settlement(entity.batch)
        case Charging():
            return charging()
        case Tries():
            return tries(entity.subject, entity.hour_at)
        case Beat():
            return beat(entity.name)
        case Proposal():
            return proposal(entity.id)
        case LatestProof():
            return latest_proof()
        case _:
            raise TypeError(type(entity).__name__)


def agenda_of(entity: Entity) -> AgendaKey | None:
    """The agenda attributes of a thing, None when it has nothing more to do and is not parked."""
    reason, to_do = getattr(entity, "parked", None), _to_do(entity)
    if reason is None or to_do is not None:
        return to_do
    since = parked_since(entity) or EPOCH
    instant = whole_second(since).astimezone(UTC).strftime(INSTANT)
    owner_id = of(entity).pk.partition("#")[2]
    return AgendaKey(gpk=PARKED, gsk=f"{reason}#{instant}#{owner_id}")


def _to_do(entity: Entity) -> AgendaKey | None:  # noqa: PLR0911 - one line for each kind
    match entity:
        case Checkout():
            return _agenda(entity.agenda_at, "checkout", entity.id)
        case Subscription():
            return _agenda(entity.agenda_at, "subscription", entity.id)
        case DueItem():
            return _agenda(entity.agenda_at, "due", entity.subscription_id)
        case Reversal():
            return _agenda(entity.agenda_at, "reversal", entity.subscription_id)
        case Settlement():
            return _agenda(entity.agenda_at, "settlement", str(entity.batch))
        case Refund():
            return _agenda(entity.agenda_at, "refund", entity.subscription_id)
        case _:
            return None


def agenda_partition(number: int) -> str:
    """The partition of a shard of the agenda."""
    return f"AGENDA#{number:02}"


def up_to(until: datetime) -> str:
    """The last sort key of the agenda that is due at `until`."""
    return f"{until.astimezone(UTC).strftime(INSTANT)}{AFTER_EVERY_KIND}"


def whole_second(at: datetime) -> datetime:
    """`at`, or the next whole second: what is on the agenda is never found before its time."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def money_of(reversal: Reversal) -> DueKey:
    """The identity of the money a reversal undoes."""
    return DueKey(
        subscription_id=reversal.subscription_id,
        period=reversal.period,
        instalment=reversal.instalment,
    )


def due_key(key: Key) -> DueKey:
    """The identity of the money that a due item, a reversal or a refund is about."""
    _, period, instalment, *_ = key.sk.split("#")
    return DueKey(
        subscription_id=key.pk.removeprefix("SUB#"), period=int(period), instalment=int(instalment)
    )


def entry(key: Key, gsk: str) -> AgendaEntry:
    """What an entry of the agenda stands for."""
    _, kind, owner_id = gsk.split("#", 2)
    at = datetime.strptime(gsk[:INSTANT_LENGTH], INSTANT).replace(tzinfo=UTC)
    match kind:
        case "checkout" | "subscription" | "settlement":
            return AgendaEntry(kind, owner_id, None, at)
        case "due":
            return AgendaEntry(kind, owner_id, due_key(key), at)
        case "reversal":
            attempt = int(key.sk.rsplit("#", 1)[1])
            return AgendaEntry(kind, owner_id, due_key(key), at, attempt)
        case "refund":
            number = int(key.sk.rsplit("#", 1)[1])
            return AgendaEntry(kind, owner_id, due_key(key), at, refund=number)
        case _:
            raise TypeError(kind)


def _agenda(at: datetime | None, kind: Kind, owner_id: str) -> AgendaKey | None:
    if at is None:
        return None
    instant = whole_second(at).astimezone(UTC).strftime(INSTANT)
    return AgendaKey(gpk=agenda_partition(shard(owner_id)), gsk=f"{instant}#{kind}#{owner_id}")
