"""Plans and prices as data: what is offered, where, at which price, from when (DEF-1, PRC-3)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value

PlanKey = Literal["solo", "plus"]


class Plan(Value):
    """An offer (Offre); `opening` says from when it can be ordered (AVL-1)."""

    key: PlanKey
    name_fr: str
    name_en: str
    is_open: bool

    def name(self, lang: Language) -> str:
        """The commercial name in a language."""
        return self.name_fr if lang == "fr" else self.name_en


class PriceRow(Value):
    """One displayed price; page, review and charge read the same row (PRC-3).

    Attributes:
        country: ISO 3166 code, or None for every country without a row of its own.
        gross_minor: price per month, all taxes included (CGS 3 §1).
        rate_bps: VAT rate in basis points.
    """

    id: str
    plan: PlanKey
    pathway: str | None = None
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    currency: str = Field(pattern="^[A-Z]{3}$")
    gross_minor: int = Field(gt=0)
    rate_bps: int = Field(ge=0, le=10_000)
    valid_from: datetime

    @property
    def gross(self) -> Money:
        """The price per month, all taxes included."""
        return Money(minor=self.gross_minor, currency=self.currency)


class Catalogue(Value):
    """Everything that is for sale."""

    plans: tuple[Plan, ...]
    prices: tuple[PriceRow, ...]

    def plan(self, key: str) -> Plan:
        """The plan of that key.

        Raises:
            NotFound: `UNKNOWN_PLAN`; nothing of that name is for sale.
        """
        for plan in self.plans:
            if plan.key == key and plan.is_open:
                return plan
        raise NotFound("UNKNOWN_PLAN", key)

    def price(
        self, plan: PlanKey, *, country: str, at: datetime, pathway: str | None = None
    ) -> PriceRow:
        """The price shown at an instant in a country: its own row, else the general one.

        Raises:
            NotFound: `NO_PRICE`; the plan has no price there yet.
        """
        rows = [
            row
            for row in self.prices
            if (row.plan, row.pathway) == (plan, pathway)
            and row.country in (country, None)
            and row.valid_from <= at
        ]
        if not rows:
            raise NotFound("NO_PRICE", f"{plan} {country}")
        return max(rows, key=lambda row: (row.country is not None, row.valid_from))
