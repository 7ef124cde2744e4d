"""A month that is owed: the page behind a payment link, and what came of paying it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.chrome import Chrome
from chalicelib.pages.rendering import render

Standing = Literal["owed", "checking", "paid", "exceeded", "closed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalmentView:
    """What the holder of a payment link reads, without signing in (DUN-1).

    Nothing personal but the plan and the end of a card's number.
    Standings: `owed`; `checking` (a charge is under way, its outcome is not known yet); `paid`;
    `exceeded` (no more tries); `closed` (nothing will be asked for this month).
    `just_tried` is what a payment on the page has come to, right after it.
    `retry_on` is the day we charge again by ourselves, none when we do not.
    `access_until_on` is the first day without access, none when access is closed already or when
    no such day is planned; `is_suspended` tells the two apart. `has_access` is whether the contract
    opens paid content now.
    """

    token: str
    standing: Standing
    offer_name: str
    amount: Money
    from_on: date
    last_on: date
    method_label: str | None = None
    retry_on: date | None = None
    access_until_on: date | None = None
    is_suspended: bool = False
    has_access: bool = True
    next_due_on: date | None = None
    just_tried: Literal["paid", "pending", "refused"] | None = None


def render_instalment(view: InstalmentView, chrome: Chrome) -> str:
    """The page of a month that is owed, or was."""
    return render("instalment.html", chrome, view=view)


@dataclass(frozen=True, kw_only=True, slots=True)
class OldLinkView:
    """A payment link that works no more: too old, spent, or not ours.

    The button has a fresh one sent to the mailbox on file; whether it was sent is not told.
    """

    token: str
    is_sent: bool = False


def render_old_link(view: OldLinkView, chrome: Chrome) -> str:
    """The page of a link that works no more."""
    return render("old_link.html", chrome, view=view)
