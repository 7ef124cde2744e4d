"""The customer (client): the person behind the contracts and the account."""

from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.value import Entity


class BillingIdentity(Entity):
    """Name and address as invoices show them; never edited, a change is the next `number`."""

    is_personal: ClassVar[bool] = True

    customer_id: str
    number: int = Field(ge=1)
    given_name: str
    family_name: str
    address_line: str
    postal_code: str
    city: str
    country: str

    @property
    def full_name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


class Customer(Entity):
    """A person with an account; personal data lives here and on the checkout, nowhere else.

    Attributes:
        mailbox_digest: keyed digest of `email`, the account's unique name.
        identity_number: the current billing identity.
        credential_edition: raised by every password set; a link of an older edition is dead.
        session_edition: raised by signing out everywhere.
    """

    is_personal: ClassVar[bool] = True

    id: str
    lang: Language
    given_name: str
    family_name: str
    email: str
    born_on: date
    mailbox_digest: str
    identity_number: int = 1
    credential_edition: int = 0
    session_edition: int = 0
    subscription_ids: tuple[str, ...] = ()
    created_at: datetime
    link_asked_at: datetime | None = None

    def has_password(self) -> bool:
        """Whether a password was ever set."""
        return self.credential_edition > 0
