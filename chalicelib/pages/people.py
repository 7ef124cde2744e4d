"""The person and the account: sign-in, password, account page, contact, language."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.chrome import Chrome, Form
from chalicelib.pages.period_line import PeriodLine
from chalicelib.pages.rendering import render


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInView:
    """The sign-in form: posts `email`, `password` and the hidden `next` (a path of this site).

    The page never shows a password again. An error of both fields together goes under "".
    """

    form: Form
    next_path: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordLinkView:
    """Asking for a link that sets a password: posts `email`.

    When `sent`, the page says the same whether an account exists or not.
    """

    form: Form
    sent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SetPasswordView:
    """Choosing a password: posts `new_password` to `/password/<token>`."""

    token: str
    email: str
    form: Form


SubscriptionState = Literal["waiting", "active", "ending", "past_due", "suspended", "ended"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A subscription as the account shows it.

    States: `waiting` (paid, access opens on `period.paid_from`), `active`, `ending` (cancelled,
    `period.ends_on` known), `past_due` (a payment failed, access still open until
    `suspends_on`), `suspended` (access closed), `ended` (no period line; `ended_on` known).
    `owed` is what is due now, `pay` the page that pays it, after the language, and `retry_on` when
    we charge again by ourselves, if at all. The price is a month, all taxes included.
    """

    offer_name: str
    state: SubscriptionState
    price: Money
    period: PeriodLine | None
    owed: Money | None = None
    pay: str | None = None
    retry_on: date | None = None
    suspends_on: date | None = None
    ended_on: date | None = None
    withdrawal_until: date | None = None
    can_resume: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountView:
    """The account (CGS 2.1 d §2): without a subscription it leads to the offers.

    `notice` tells what just happened: the cancellation was undone, the confirmation mail came back.
    """

    given_name: str
    email: str
    subscription: Subscription | None
    notice: Literal["resumed", "confirmation_bounced", "coming_of_age"] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactView:
    """How to reach the seller, and the questions asked most often."""

    answer_days: int
    mediator_name: str
    mediator_url: str


def render_sign_in(view: SignInView, chrome: Chrome) -> str:
    """The sign-in page."""
    return render("sign_in.html", chrome, view=view, form=view.form)


def render_password_link(view: PasswordLinkView, chrome: Chrome) -> str:
    """The page that sends a link to set a password."""
    return render("password_link.html", chrome, view=view, form=view.form)


def render_set_password(view: SetPasswordView, chrome: Chrome) -> str:
    """The page that sets a password."""
    return render("set_password.html", chrome, view=view, form=view.form)


def render_account(view: AccountView, chrome: Chrome) -> str:
    """The settings page under its four names in the terms."""
    return render("account.html", chrome, view=view)


def render_contact(view: ContactView, chrome: Chrome) -> str:
    """The page of contact and frequent questions."""
    return render("contact.html", chrome, view=view)


def render_language_choice(chrome: Chrome) -> str:
    """The page that asks for a language, written in both."""
    return render("language.html", chrome)
