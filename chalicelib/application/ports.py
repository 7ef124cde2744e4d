"""What the use cases need from the world; each port's adapter has the port's name.

Every port has a fake in `tests/fakes.py`; one contract suite runs on fake and real alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from chalicelib.domain.billing.books.proof import LatestProof
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import LIMITS, Ask, Charging, Limits
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.operating.proposal import Proposal
from chalicelib.domain.billing.outcomes import Outcome
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.contract.terms import TermsArchive
from chalicelib.domain.kernel.beat import Beat, BeatName
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import Policy
from chalicelib.domain.kernel.unique import Unique
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.papers.seller import Seller
from chalicelib.domain.people.correspondence import SentLetter
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.catalogue import Catalogue
from chalicelib.domain.selling.checkout import Checkout, StoredMethod
from chalicelib.domain.selling.throttle import Tries

# `clock` is the business clock, which a sandbox may move; `wall_clock` never moves and serves
# security alone (sessions, leases).
Clock = Callable[[], datetime]
Ids = Callable[[], str]

QueueName = Literal["agenda", "numbering", "documents", "mail"]


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """Something that is due: the kind of thing, the key of its partition, its sort key.

    `subscription_id` is the order's own id for a checkout, and the batch's number for a settlement.
    """

    kind: Literal["checkout", "subscription", "due", "reversal", "settlement", "refund"]
    subscription_id: str
    due: DueKey | None
    at: datetime
    attempt: int | None = None
    refund: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification of the provider, kept exactly as it came.

    Attributes:
        provider_reference: the provider's reference of the thing it speaks of.
        event: `AUTHORISATION`, `recurring.token.created`, ...
        success: `true` or `false` as sent; part of the identity.
        raw: the signed item as JSON text.
    """

    provider_reference: str
    event: str
    success: str
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """The brake after an ask, or as it stood when it did not admit it; None when there is none."""

    brake: Charging | None
    is_counted: bool


class Store(Protocol):
    """The one table. Reads are eventually consistent unless `fresh`; writes are conditional."""

    def checkout(self, checkout_id: str, *, fresh: bool = False) -> Checkout:
        """Raises NotFound."""
        ...

    def subscription(self, subscription_id: str, *, fresh: bool = False) -> Subscription:
        """Raises NotFound."""
        ...

    def contract(self, subscription_id: str) -> Contract:
        """Raises NotFound."""
        ...

    def due_item(self, key: DueKey, *, fresh: bool = False) -> DueItem:
        """Raises NotFound."""
        ...

    def due_items(self, subscription_id: str) -> tuple[DueItem, ...]:
        """Every due item of a contract, oldest first; consistent."""
        ...

    def customer(self, customer_id: str, *, fresh: bool = False) -> Customer:
        """Raises NotFound."""
        ...

    def billing_identity(self, customer_id: str, number: int) -> BillingIdentity:
        """Raises NotFound."""
        ...

    def unique(self, kind: Literal["mailbox", "live"], value: str) -> Unique | None:
        """Who holds a name, if anybody; consistent."""
        ...

    def reversal(self, key: DueKey, attempt: int) -> Reversal:
        """Raises NotFound."""
        ...

    def settlement(self, batch: int) -> Settlement:
        """The provider's batch of that number; consistent. Raises NotFound."""
        ...

    def refund(self, key: RefundKey, *, fresh: bool = False) -> Refund:
        """Raises NotFound."""
        ...

    def refunds(self, subscription_id: str) -> tuple[Refund, ...]:
        """Everything promised back of a contract, in order of period and number; consistent."""
        ...

    def disputes(self, subscription_id: str) -> tuple[Dispute, ...]:
        """Every dispute about a contract, in order of period; consistent."""
        ...

    def letters(self, subscription_id: str) -> tuple[SentLetter, ...]:
        """Every mail on record for a contract, in no order that matters; consistent."""
        ...

    def unplaced_money(self, provider_reference: str, event: str, success: str) -> UnplacedMoney:
        """Raises NotFound."""
        ...

    def series(self, legal_entity: str, series: str, year: int) -> Series | None:
        """The counter of a series, None before its first number; consistent."""
        ...

    def due_entries(self, shard: int, until: datetime, limit: int) -> tuple[AgendaEntry, ...]:
        """What is due in a shard up to `until`, however old, oldest first, at most `limit`."""
        ...

    def every_due_item(self) -> Iterator[DueItem]:
        """The whole table's due items, in no order; a scan, for the daily proof alone."""
        ...

    def every_reversal(self) -> Iterator[Reversal]:
        """The whole table's reversals; a scan, for the daily proof alone."""
        ...

    def every_refund(self) -> Iterator[Refund]:
        """The whole table's refunds; a scan, for the daily proof alone."""
        ...

    def every_dispute(self) -> Iterator[Dispute]:
        """The whole table's disputes; a scan, for the daily proof alone."""
        ...

    def every_unplaced_money(self) -> Iterator[UnplacedMoney]:
        """Whatever nobody answers for; a scan, for the proof and for a restored table."""
        ...

    def every_book_entry(self) -> Iterator[Entity]:
        """Whatever bears postings, numbers or batches, in no order; one scan, for the daily proof.

        It holds a page at a time.
        """
        ...

    def latest_proof(self) -> LatestProof | None:
        """Where the last daily proof is filed, None before the first; consistent."""
        ...

    def every_series(self) -> Iterator[Series]:
        """Every counter of numbers; a scan, for the daily proof alone."""
        ...

    def every_subscription(self) -> Iterator[Subscription]:
        """Every contract; a scan, asked for by an operator alone."""
        ...

    def due_items_at(self, wanted: Iterable[DueKey]) -> dict[DueKey, DueItem]:
        """Those of these due items that exist, a hundred a call."""
        ...

    def subscriptions(self, ids: Iterable[str]) -> dict[str, Subscription]:
        """Those of these subscriptions that exist, a hundred a call."""
        ...

    def contracts(self, ids: Iterable[str]) -> dict[str, Contract]:
        """What was concluded for those of these subscriptions that exist, a hundred a call."""
        ...

    def parked(self, reason: str | None, limit: int) -> tuple[Entity, ...]:
        """What waits for a person, by reason and then oldest first, at most `limit`.

        What is parked and still has something to do by itself is on the agenda instead.
        """
        ...

    def proposal(self, proposal_id: str) -> Proposal:
        """What an operator proposed; consistent. Raises NotFound."""
        ...

    def proposals(self, limit: int) -> tuple[Proposal, ...]:
        """What operators proposed, newest first, at most `limit`."""
        ...

    def letter_was_sent(self, subscription_id: str, event_id: str) -> bool:
        """Whether the mail that an event asked for is on record; consistent."""
        ...

    def commit(self, change: Change) -> None:
        """Write everything or nothing; an empty change is no call.

        Raises:
            Conflict: a condition failed and the stored thing is not our own write;
                `AlreadyStamped` when only stamps failed.
        """
        ...

    def keep_notification(self, notification: Notification) -> bool:
        """One conditional put; False when this very notification is kept already."""
        ...

    def notification(self, provider_reference: str, event: str, success: str) -> Notification:
        """One as it was kept; consistent. Raises NotFound."""
        ...

    def identity(self) -> str:
        """Which table this is: a restored copy has another, whatever its name."""
        ...

    def charging(self) -> Charging | None:
        """The brake on charges, None before the first; consistent."""
        ...

    def note_try(self, subject: str, at: datetime, *, refused: int = 0, paid: int = 0) -> None:
        """Count a first payment in its hour; the count is forgotten after some days."""
        ...

    def tries(self, subject: str, at: datetime) -> Tries | None:
        """The first payments of an hour, None when there were none to count."""
        ...

    def before_payment(
        self, subjects: tuple[str, ...], at: datetime
    ) -> tuple[Charging | None, tuple[Tries, ...]]:
        """The brake, and the tries of this hour, in one read."""
        ...

    def beat(self, name: BeatName, at: datetime) -> None:
        """Note that something was alive."""
        ...

    def last_beat(self, name: BeatName) -> Beat | None:
        """When it was last known to be alive."""
        ...

    def count(self, ask: Ask) -> Counted:
        """Count an ask in one write if the brake admits it.

        Never lost to another writer. A reply that is lost may count twice: a ceiling is then
        reached too early, never too late.
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What the provider needs to open a payment page for a first charge.

    An amount of zero verifies a payment method and stores it; nothing is charged.
    """

    reference: str
    amount: Money
    shopper_reference: str
    shopper_email: str
    shopper_address: str | None
    country: str
    lang: str
    return_url: str
    expires_at: datetime
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PaymentSession:
    """A payment page the provider opened."""

    session_id: str
    session_secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionNews:
    """What the provider says of a payment page; `reference` and `amount` must match the order."""

    reference: str
    amount: Money | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """A renewal charged on a stored method, without the learner (ContAuth)."""

    reference: str
    cycle: str
    amount: Money
    method: StoredMethod
    shopper_reference: str
    return_url: str
    attempt: int
    idempotency_key: str


class Gateway(Protocol):
    """The payment provider."""

    def open_session(self, request: SessionRequest) -> PaymentSession:
        """Raises GatewayUnavailable; the same key opens the same page."""
        ...

    def session_news(self, session_id: str, session_result: str) -> SessionNews:
        """Raises GatewayUnavailable, and Refused `BAD_SESSION_RESULT`."""
        ...

    def charge(self, request: ChargeRequest) -> Outcome:
        """Never raises for a lost answer: that is `Unknown`. The same key is one charge."""
        ...

    def give_back(self, provider_reference: str, *, reference: str, idempotency_key: str) -> None:
        """Undo a payment in full; the outcome comes by notification. Raises GatewayUnavailable."""
        ...

    def refund(
        self, provider_reference: str, amount: Money, *, reference: str, idempotency_key: str
    ) -> str:
        """Send part of a captured payment back; answers the provider's name of the order.

        The outcome comes by notification. Raises GatewayUnavailable, and Refused
        `PROVIDER_REFUSED` when the order itself was turned down. The same key is one refund.
        """
        ...

    def stored_methods(self, shopper_reference: str) -> tuple[StoredMethod, ...]:
        """Raises GatewayUnavailable."""
        ...

    def report(self, name: str) -> str:
        """The text of a settlement report, from the provider's own address for it.

        Raises NotFound, GatewayUnavailable, and Refused `PROVIDER_REFUSED`.
        """
        ...

    def forget_method(self, shopper_reference: str, token: str) -> None:
        """Forgetting twice is forgetting once. Raises GatewayUnavailable."""
        ...

    def clock_offset(self) -> timedelta | None:
        """How far the provider's clock is ahead of ours, by its latest answer; None before one."""
        ...


class Files(Protocol):
    """Papers, written once."""

    def put_once(self, name: str, content: bytes, content_type: str) -> bool:
        """False when the name is taken; the content stays as it was."""
        ...

    def get(self, name: str) -> bytes:
        """Raises NotFound."""
        ...

    def names(self, folder: str, *, after: str = "") -> Iterator[str]:
        """Every name in a folder that sorts after another, in order."""
        ...

    def link(self, name: str, *, file_name: str, seconds: int = 300) -> str:
        """An address from which the file can be downloaded for a while."""
        ...


class Queues(Protocol):
    """Work for later, at least once, in any order but `numbering`."""

    def send(self, queue: QueueName, messages: tuple[Mapping[str, object], ...]) -> None:
        """Send each message; `numbering` keeps order and drops repeats by its `id`."""
        ...


class EventBus(Protocol):
    """News for the learning platform."""

    def publish(self, events: tuple[Mapping[str, object], ...]) -> None:
        """Tell the platform; at least once."""
        ...


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    file_name: str
    content: bytes
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be handed to the relay."""

    to: str
    subject: str
    html: str
    text: str
    tags: Mapping[str, str]
    attachments: tuple[Attachment, ...] = ()


class Post(Protocol):
    """The mail relay."""

    def send(self, letter: Letter) -> str:
        """The relay's id of the accepted mail."""
        ...


class Accounts(Protocol):
    """Passwords, kept by the identity service and never by us (SEC-1)."""

    def ensure(self, customer_id: str, email: str) -> None:
        """Create the account if there is none; sends no mail of its own."""
        ...

    def set_password(self, customer_id: str, password: str) -> None:
        """Raises Invalid `WEAK_PASSWORD`."""
        ...

    def check_password(self, customer_id: str, password: str) -> bool:
        """Whether the password opens the account."""
        ...


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets of the application."""

    link: str
    identity: str
    platform: str
    webhook_user: str
    webhook_password: str
    standard_hmac: tuple[str, ...]
    token_hmac: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true for this deployment: prices, terms, seller, policy for new contracts."""

    catalogue: Catalogue
    terms: TermsArchive
    seller: Seller
    policy: Policy
    public_url: str
    merchant_account: str
    limits: Limits = LIMITS


class Ports(Protocol):
    """Everything at once; adapters are built on first use."""

    @property
    def clock(self) -> Clock: ...
    @property
    def wall_clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def store(self) -> Store: ...
    @property
    def gateway(self) -> Gateway: ...
    @property
    def files(self) -> Files: ...
    @property
    def queues(self) -> Queues: ...
    @property
    def bus(self) -> EventBus: ...
    @property
    def post(self) -> Post: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def facts(self) -> Facts: ...
