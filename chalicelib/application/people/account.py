"""Passwords, sessions and the mailbox of an account."""

from contextlib import suppress
from datetime import timedelta

from chalicelib.application.ports import Ports
from chalicelib.domain.kernel import seals, unique
from chalicelib.domain.kernel.change import Change, Insert, Remove, Replace, Write
from chalicelib.domain.kernel.errors import Forbidden, NotFound, Refused
from chalicelib.domain.people.customer import Customer
from chalicelib.domain.selling.checkout import mailbox_address

PASSWORD_PURPOSE = "password"  # noqa: S105 - the name of a kind of link
SESSION_PURPOSE = "session"
SESSION_HOURS = 12
ASK_AGAIN_AFTER = timedelta(minutes=1)
LINK_DAYS = 2
DUMMY_ID = "0" * 26


def sign_in(email: str, password: str, *, ports: Ports) -> tuple[Customer, str]:
    """The account and a session token, when the password opens it.

    An unknown mailbox costs the same reads, and the same question to the identity service.

    Raises:
        Forbidden: `BAD_CREDENTIALS`, without telling which of the two was wrong.
    """
    customer = _by_mailbox(email, ports)
    if customer is None:
        _read_nobody(ports)
    opens = ports.accounts.check_password(customer.id if customer else DUMMY_ID, password)
    if customer is None or not opens:
        raise Forbidden("BAD_CREDENTIALS")
    return customer, session_token(customer, ports=ports)


def session_token(customer: Customer, *, ports: Ports) -> str:
    """A session that dies with its hour, or when the person signs out everywhere."""
    expires_at = ports.wall_clock() + timedelta(hours=SESSION_HOURS)
    link = seals.Link(
        purpose=SESSION_PURPOSE,
        subject=customer.id,
        edition=customer.session_edition,
        expires_at=expires_at,
    )
    return seals.link_token(ports.keys.link, link)


def customer_of_session(token: str, *, ports: Ports) -> Customer | None:
    """The person a session token speaks for, or None."""
    read = seals.read_link(ports.keys.link, SESSION_PURPOSE, token, ports.wall_clock())
    if read is None:
        return None
    # a session that is younger than what was read is looked up where the writes are
    return _of_edition(read, ports, fresh=False) or _of_edition(read, ports, fresh=True)


def _of_edition(read: tuple[str, int], ports: Ports, *, fresh: bool) -> Customer | None:
    try:
        customer = ports.store.customer(read[0], fresh=fresh)
    except NotFound:
        return None
    return customer if customer.session_edition == read[1] else None


def sign_out_everywhere(customer: Customer, *, ports: Ports) -> None:
    """End every session of the account (SEC-1)."""
    current = ports.store.customer(customer.id, fresh=True)
    ended = current.next(session_edition=current.session_edition + 1)
    ports.store.commit(Change((Replace(ended),)))


def customer_of_link(token: str, *, ports: Ports) -> Customer:
    """The person a set-password link was made for.

    Raises:
        Refused: `LINK_EXPIRED`; it is old, was used, or is not ours.
    """
    read = seals.read_link(ports.keys.link, PASSWORD_PURPOSE, token, ports.clock())
    if read is None:
        raise Refused("LINK_EXPIRED")
    try:
        customer = ports.store.customer(read[0], fresh=True)
    except NotFound:
        raise Refused("LINK_EXPIRED") from None
    if customer.credential_edition != read[1]:
        raise Refused("LINK_EXPIRED")
    return customer


def set_password(token: str, password: str, *, ports: Ports) -> tuple[Customer, str]:
    """Set a password by a link that works once; answers a session, every older one is over.

    Raises:
        Refused: `LINK_EXPIRED`.
        Invalid: `WEAK_PASSWORD`.
    """
    customer = customer_of_link(token, ports=ports)
    ports.accounts.ensure(customer.id, customer.email)
    ports.accounts.set_password(customer.id, password)
    set_now = customer.next(
        credential_edition=customer.credential_edition + 1,
        session_edition=customer.session_edition + 1,
    )
    ports.store.commit(Change((Replace(set_now),)))
    return set_now, session_token(set_now, ports=ports)


def ask_password_link(email: str, *, ports: Ports) -> None:
    """Have a link sent if the mailbox has an account; nothing tells whether it has."""
    customer = _by_mailbox(email, ports)
    now = ports.clock()
    if customer is None:
        return
    if customer.link_asked_at is not None and now < customer.link_asked_at + ASK_AGAIN_AFTER:
        return
    asked = customer.next(link_asked_at=now)
    ports.store.commit(Change((Replace(asked, events=("PasswordLinkAsked",)),)))


def password_link(customer: Customer, *, ports: Ports) -> seals.Link:
    """A fresh link for somebody who asked; older unused ones die with the first use."""
    return seals.Link(
        purpose=PASSWORD_PURPOSE,
        subject=customer.id,
        edition=customer.credential_edition,
        expires_at=ports.clock() + timedelta(days=LINK_DAYS),
    )


def correct_mailbox(subscription_id: str, email: str, *, ports: Ports) -> None:
    """Mend a mistyped address after payment: confirmation and access go out again (CGS 2.1 b §2).

    Only while the account was never opened; afterwards it is the account's owner who decides.

    Raises:
        NotFound, Invalid `BAD_EMAIL`; Refused `ACCOUNT_EXISTS` or `ACCOUNT_OPENED`.
    """
    subscription = ports.store.subscription(subscription_id, fresh=True)
    customer = ports.store.customer(subscription.customer_id, fresh=True)
    address = mailbox_address(email)
    digest = seals.mailbox_digest(ports.keys.identity, address)
    if customer.has_password():
        raise Refused("ACCOUNT_OPENED")
    if digest == customer.mailbox_digest:
        return
    if ports.store.unique("mailbox", digest) is not None:
        raise Refused("ACCOUNT_EXISTS")
    unsent = subscription.next(confirmed_at=None, invited_at=None)
    writes: list[Write] = [
        Replace(customer.next(email=address, mailbox_digest=digest)),
        Insert(unique.mailbox(digest, customer.id)),
        Replace(unsent.replace(agenda_at=ports.clock()), events=("ConfirmationFiled",)),
    ]
    old = ports.store.unique("mailbox", customer.mailbox_digest)
    if old is not None:
        writes.append(Remove(old))
    ports.store.commit(Change(tuple(writes)))


def _read_nobody(ports: Ports) -> None:
    """Read the account that nobody has, as somebody's would have been read."""
    with suppress(NotFound):
        ports.store.customer(DUMMY_ID)


def _by_mailbox(email: str, ports: Ports) -> Customer | None:
    digest = seals.mailbox_digest(ports.keys.identity, email)
    held = ports.store.unique("mailbox", digest)
    return ports.store.customer(held.holder) if held else None
