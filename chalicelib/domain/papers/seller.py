"""Who sells, and who to turn to: the identity every paper must show (L111-1, L221-5 1°)."""

from pydantic import Field

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value


class PostalAddress(Value):
    """A postal address; `country` is an ISO 3166-1 code of two letters."""

    street: str
    postal_code: str
    city: str
    country: str = Field(pattern="^[A-Z]{2}$")


class Mediator(Value):
    """The consumer mediator the seller belongs to (MED-1)."""

    name: str
    url: str
    address: PostalAddress | None = None


class Seller(Value):
    """The company that sells, as its register and its tax office know it."""

    legal_name: str
    trade_name: str
    legal_form: str = Field(description="As the register writes it: SAS, SA, SARL.")
    capital: Money
    address: PostalAddress
    siren: str = Field(pattern=r"^\d{9}$")
    register_city: str = Field(description="Seat of the trade register (RCS).")
    vat_number: str
    email: str
    phone: str
    mediator: Mediator


class Buyer(Value):
    """Who the paper is for, under the true name: what a font cannot draw is lost in print only."""

    customer_id: str
    name: str
    email: str = ""
    address: PostalAddress | None = None
