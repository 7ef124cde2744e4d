"""The means of payment on file: shown, replaced, deleted."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.chrome import Chrome
from chalicelib.pages.rendering import render

Notice = Literal["replaced", "deleted", "waiting", "refused"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentMethod:
    """The means of payment on file: never more than a card's brand, end and expiry."""

    kind: Literal["card", "paypal", "sepa"]
    brand: str | None = None
    last_four: str | None = None
    expires_on: date | None = None
    is_expired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractMethod:
    """What pays one contract; `method` is none when nothing is stored.

    `owed` is what is unpaid, and `pay` the page that pays it, after the language.
    """

    subscription_id: str
    offer_name: str
    method: PaymentMethod | None
    next_due_on: date | None = None
    amount: Money | None = None
    owed: Money | None = None
    pay: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodView:
    """The page of the means of payment, one part a contract; a notice tells what just happened."""

    contracts: tuple[ContractMethod, ...]
    notice: Notice | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteMethodView:
    """The page that asks whether the means of payment is to be deleted."""

    contract: ContractMethod


def render_method(view: MethodView, chrome: Chrome) -> str:
    """The means of payment on file."""
    return render("method.html", chrome, view=view)


def render_delete_method(view: DeleteMethodView, chrome: Chrome) -> str:
    """What deleting the means of payment does, and the button that does it."""
    return render("delete_method.html", chrome, view=view)
