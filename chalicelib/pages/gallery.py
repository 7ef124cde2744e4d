"""The gallery: every component on one page, to look at and to test."""

from dataclasses import dataclass
from datetime import date

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.catalogues import N_, translate
from chalicelib.pages.chrome import Chrome, Form
from chalicelib.pages.period_line import PeriodLine
from chalicelib.pages.rendering import render

_PRICE = Money(minor=2000, currency="EUR")
_FROM, _UNTIL = date(2026, 11, 15), date(2026, 12, 15)

_LINES = (
    (
        N_("A month under way"),
        PeriodLine(
            paid_from=_FROM,
            paid_until=_UNTIL,
            today=date(2026, 11, 23),
            next_due_on=_UNTIL,
            amount=_PRICE,
        ),
    ),
    (
        N_("A contract that ends"),
        PeriodLine(paid_from=_FROM, paid_until=_UNTIL, today=date(2026, 12, 1), ends_on=_UNTIL),
    ),
    (
        N_("A month not paid"),
        PeriodLine(
            paid_from=_FROM,
            paid_until=_UNTIL,
            today=date(2026, 12, 20),
            next_due_on=_UNTIL,
            amount=_PRICE,
        ),
    ),
    (
        N_("An order that starts later"),
        PeriodLine(
            paid_from=_FROM,
            paid_until=_UNTIL,
            today=date(2026, 10, 31),
            next_due_on=_UNTIL,
            amount=_PRICE,
            is_paid=False,
        ),
    ),
)
_FORM = Form(
    values={"given_name": "Zoé", "country": "EG"},
    errors={
        "email": "BAD_EMAIL",
        "birth_date": "BAD_BIRTH_DATE",
        "terms": "CGS_NOT_ACCEPTED",
    },
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Gallery:
    lines: tuple[tuple[str, PeriodLine], ...]
    amount: Money


def render_gallery(chrome: Chrome) -> str:
    """The components with sample facts, for the sandbox and the tests."""
    lines = tuple((translate(title, chrome.lang), line) for title, line in _LINES)
    return render("gallery.html", chrome, view=_Gallery(lines=lines, amount=_PRICE), form=_FORM)
