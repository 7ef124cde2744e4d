"""The checkout (souscription): from the order form to money, one item, one id made by the page.

    review --place--> placed --first charge--> paid
                        |--24 hours--> void

A form sent twice is the same checkout; a refused payment is tried again on the same checkout.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from chalicelib.domain.kernel.calendar import month_end
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.errors import Invalid, Refused
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import Policy
from chalicelib.domain.kernel.value import Entity, Value
from chalicelib.domain.selling.catalogue import PlanKey, PriceRow

ATTEMPTS_MAX = 8
REMINDER_AFTER = timedelta(hours=1)


class Stage(StrEnum):
    """Where a checkout stands."""

    REVIEW = "review"
    PLACED = "placed"
    PAID = "paid"
    VOID = "void"


EmailAddress = Annotated[
    # the mail relay takes neither a list of addresses nor letters beyond ASCII
    str,
    Field(
        max_length=254,
        pattern=r"^[a-zA-Z0-9_.!#$%&'*+/=?^`{|}~-]{1,64}@([a-zA-Z0-9-]{1,63}\.)+[a-zA-Z0-9-]{2,63}$",
    ),
]


def mailbox_address(text: str) -> str:
    """An e-mail address without outer blanks.

    Raises:
        Invalid: `BAD_EMAIL` on the field `email`.
    """
    try:
        return TypeAdapter(EmailAddress).validate_python(text.strip())
    except ValidationError:
        raise Invalid({"email": "BAD_EMAIL"}) from None


class Buyer(Value):
    """What the order form asks about the person who orders (CGS 2.1 b §1)."""

    given_name: str = Field(min_length=1, max_length=80)
    family_name: str = Field(min_length=1, max_length=80)
    email: EmailAddress
    born_on: date
    address_line: str = Field(min_length=1, max_length=120)
    postal_code: str = Field(min_length=1, max_length=10)
    city: str = Field(min_length=1, max_length=80)
    country: str = Field(pattern="^[A-Z]{2}$")


class Consent(Value):
    """One box ticked or one button pressed, with the words that were shown (FRM-1 a)."""

    name: Literal["terms", "immediate_start", "order"]
    words: str
    screen: str
    lang: Language
    given_at: datetime
    terms_version: str | None = None
    terms_sha256: str | None = None


class Evidence(Value):
    """Where a consent came from, kept small on purpose (FRM-1 c)."""

    session_id: str
    address: str
    agent: str


class Session(Value):
    """A payment page for one attempt at the first charge.

    What the provider calls it is not kept: asking again with the same key brings the same page.
    """

    attempt: int = Field(ge=1)
    opened_at: datetime
    state: Literal["open", "refused", "authorised", "returned"] = "open"
    provider_reference: str | None = None
    refusal_code: str | None = None


BRANDS = {
    "amex": "American Express",
    "cartebancaire": "CB",
    "maestro": "Maestro",
    "mc": "Mastercard",
    "paypal": "PayPal",
    "sepadirectdebit": "SEPA",
    "visa": "Visa",
}


class StoredMethod(Value):
    """A payment method the provider keeps for us; never a card number (PAY-5).

    Attributes:
        expires: the card's last month, `03/2030`.
        stored_at: when the provider stored it; the later one is the one to use.
    """

    token: str
    kind: str
    brand: str | None = None
    last_four: str | None = None
    expires: str | None = None
    stored_at: datetime | None = None

    def is_older_than(self, other: "StoredMethod") -> bool:
        """Whether both say when they were stored, and this one was first."""
        return bool(self.stored_at and other.stored_at and self.stored_at < other.stored_at)

    @property
    def expires_on(self) -> date | None:
        """The last day on which a card can be charged; None where nothing expires."""
        if self.expires is None:
            return None
        month, _, year = self.expires.partition("/")
        return month_end(int(year), int(month))

    def label(self) -> str:
        """How documents name it: the brand and the last four digits."""
        return label_of(self.brand or self.kind, self.last_four)


def label_of(code: str, last_four: str | None = None) -> str:
    """How people read what the provider calls `code`, with the last four digits if known.

    The name its bearer knows; the provider's own word when it has no other.
    """
    name = BRANDS.get(code, code.replace("_", " "))
    return f"{name} •••• {last_four}" if last_four else name


class Checkout(Entity):
    """An order on its way; `id` becomes the subscription's id.

    Attributes:
        shown_gross_minor: the total the buyer saw on the review page.
        customer_id: the account that orders, or the one prepared for a new buyer.
        is_new_customer: whether `customer_id` has no account yet.
        address_digest: the seal of the network address it came from, until it is paid or void.
    """

    is_personal: ClassVar[bool] = True

    id: str
    stage: Stage = Stage.REVIEW
    lang: Language
    plan: PlanKey
    price_row: str
    currency: str
    gross_minor: int
    rate_bps: int
    buyer: Buyer
    customer_id: str
    is_new_customer: bool
    mailbox_digest: str
    policy: str
    terms_version: str
    terms_sha256: str
    consents: tuple[Consent, ...]
    evidence: Evidence
    started_at: datetime
    placed_at: datetime | None = None
    sessions: tuple[Session, ...] = ()
    method: StoredMethod | None = None
    reminded_at: datetime | None = None
    address_digest: str | None = None
    agenda_at: datetime | None = None

    @property
    def gross(self) -> Money:
        """The total per month, all taxes included."""
        return Money(minor=self.gross_minor, currency=self.currency)

    @property
    def first_due(self) -> DueKey:
        """The identity of the first charge."""
        return DueKey(subscription_id=self.id, period=0)

    @property
    def session(self) -> Session | None:
        """The latest payment page."""
        return self.sessions[-1] if self.sessions else None

    def starts_at_once(self) -> bool:
        """Whether the buyer asked for access before the withdrawal period ends (WDR-2)."""
        return any(consent.name == "immediate_start" for consent in self.consents)


def start(checkout: Checkout) -> Change:
    """Keep a valid order form, ready for review."""
    assert checkout.stage is Stage.REVIEW
    return Change((Insert(checkout),))


def correct(before: Checkout, after: Checkout) -> Change:
    """Replace the form of an order under review; boxes were ticked anew (FRM-2).

    Raises:
        Refused: `CHECKOUT_ALREADY_PLACED`; nothing can be edited after the order.
    """
    if before.stage is not Stage.REVIEW:
        raise Refused("CHECKOUT_ALREADY_PLACED", before.id)
    return Change((Replace(after.replace(version=before.version + 1)),))


def place(
    checkout: Checkout,
    *,
    order: Consent,
    price: PriceRow,
    terms_version: str,
    shown_minor: int,
    policy: Policy,
    now: datetime,
) -> Change:
    """Turn a reviewed order into a placed one, with its first payment attempt as intent.

    Placing twice is placing once. The policy in force when the order is placed is the contract's.

    Raises:
        Refused: `PRICE_CHANGED_REVIEW_AGAIN` (FRM-2), `TERMS_CHANGED` (FRM-1 d),
            `CHECKOUT_VOID`, `CHECKOUT_ALREADY_PAID`.
    """
    if checkout.stage is Stage.PLACED:
        return NOTHING
    require_unpaid(checkout)
    if terms_version != checkout.terms_version:
        raise Refused("TERMS_CHANGED", checkout.id)
    if (price.id, price.gross_minor) != (checkout.price_row, shown_minor):
        raise Refused("PRICE_CHANGED_REVIEW_AGAIN", checkout.id)
    placed = checkout.next(
        stage=Stage.PLACED,
        placed_at=now,
        policy=policy.name,
        consents=(*checkout.consents, order),
        sessions=(Session(attempt=1, opened_at=now),),
        agenda_at=now + REMINDER_AFTER,
    )
    return Change((Replace(placed),))


def requote(checkout: Checkout, price: PriceRow) -> Change:
    """Take a new price into an order under review, to be looked at and ordered again (FRM-2)."""
    if checkout.stage is not Stage.REVIEW or checkout.price_row == price.id:
        return NOTHING
    quoted = checkout.next(
        price_row=price.id,
        currency=price.currency,
        gross_minor=price.gross_minor,
        rate_bps=price.rate_bps,
    )
    return Change((Replace(quoted),))


def require_unpaid(checkout: Checkout) -> None:
    """Let an order that can still be paid pass.

    Raises:
        Refused: `CHECKOUT_VOID`, `CHECKOUT_ALREADY_PAID`.
    """
    if checkout.stage is Stage.VOID:
        raise Refused("CHECKOUT_VOID", checkout.id)
    if checkout.stage is Stage.PAID:
        raise Refused("CHECKOUT_ALREADY_PAID", checkout.id)


def reopen(checkout: Checkout, now: datetime) -> Change:
    """Intend another attempt on the same checkout, without retyping (PAY-1).

    A payment page still open stays the one to pay on.

    Raises:
        Refused: `CHECKOUT_VOID`, `CHECKOUT_ALREADY_PAID`; `TOO_MANY_TRIES` after eight.
    """
    require_unpaid(checkout)
    if checkout.stage is Stage.REVIEW:
        raise Refused("REVIEW_FIRST", checkout.id)
    if checkout.session is not None and checkout.session.state == "open":
        return NOTHING
    if len(checkout.sessions) >= ATTEMPTS_MAX:
        raise Refused("TOO_MANY_TRIES", checkout.id)
    session = Session(attempt=len(checkout.sessions) + 1, opened_at=now)
    return Change((Replace(checkout.next(sessions=(*checkout.sessions, session))),))


def with_session(checkout: Checkout, session: Session) -> Checkout:
    """The checkout with what is now known of one of its payment pages."""
    sessions = tuple(session if s.attempt == session.attempt else s for s in checkout.sessions)
    return checkout.next(sessions=sessions)


def attempt(checkout: Checkout, number: int) -> Session | None:
    """The payment page of that attempt."""
    return next((s for s in checkout.sessions if s.attempt == number), None)


def void_at(checkout: Checkout, policy: Policy) -> datetime:
    """When a placed order that nobody pays is void (PAY-1)."""
    placed_at = checkout.placed_at
    assert placed_at is not None, "only a placed order waits for money"
    return placed_at + timedelta(hours=policy.checkout_void_hours)


def wait(checkout: Checkout, policy: Policy, now: datetime) -> Change:
    """Remind once of an order that waits for its payment, then close it: nothing is owed."""
    if checkout.stage is not Stage.PLACED:
        return NOTHING
    closes_at = void_at(checkout, policy)
    if now >= closes_at:
        closed = checkout.next(stage=Stage.VOID, agenda_at=None, address_digest=None)
        return Change((Replace(closed, events=("CheckoutVoid",)),))
    if checkout.reminded_at is None and checkout.agenda_at and now >= checkout.agenda_at:
        reminded = checkout.next(reminded_at=now, agenda_at=closes_at)
        return Change((Replace(reminded, events=("CheckoutWaiting",)),))
    return NOTHING
