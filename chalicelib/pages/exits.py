"""Leaving: the cancellation, its confirmation, its undoing (CGS 2.1 d, REN-2 and REN-3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.chrome import Chrome
from chalicelib.pages.period_line import PeriodLine
from chalicelib.pages.rendering import render


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelView:
    """What a cancellation does, before it is confirmed.

    `period` is the line as it will be, with its end. `owed` is what stays due for a month already
    begun and not paid. `hidden` goes back with the button, which posts to `/account/cancel`.
    """

    offer_name: str
    period: PeriodLine
    ends_on: date
    owed: Money | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelledView:
    """A cancellation that was taken, with its date and time.

    While `can_undo`, a button posts to `/account/resume`.
    """

    offer_name: str
    period: PeriodLine
    ends_on: date
    received_at: datetime
    email: str
    owed: Money | None = None
    can_undo: bool = True


def render_cancel(view: CancelView, chrome: Chrome) -> str:
    """The second step of the online termination: effects, then the confirming button."""
    return render("cancel.html", chrome, view=view)


def render_cancelled(view: CancelledView, chrome: Chrome) -> str:
    """The acknowledgement on screen; the one that lasts goes by mail."""
    return render("cancelled.html", chrome, view=view)
