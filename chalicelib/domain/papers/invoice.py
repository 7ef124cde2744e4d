"""An invoice, frozen at its numbering: everything the paper says, nothing to compute (CGS 3.3).

The record is what is archived, printed and later turned into XML; the three can then never
disagree. The true name of the buyer stays in it, whatever a font can draw.
"""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value
from chalicelib.domain.papers.numbering import NUMBER
from chalicelib.domain.papers.seller import Buyer, Seller
from chalicelib.domain.papers.tax import Taxed, extract_vat


class Discount(Value):
    """A reduction granted on the order: what the buyer saves, VAT included."""

    label: str
    taxed: Taxed


class Exemption(Value):
    """Why no VAT is charged, with its code in the VATEX list and the words of the law."""

    code: str
    mention: str


class InvoiceLine(Value):
    """One service over one period, at list price and as charged.

    `period_to_on` is the first day that is no longer covered. `listed` less the discount is
    `charged`, in each of its three amounts.
    """

    plan_name: str
    description: str = ""
    period_from_on: date
    period_to_on: date
    listed: Taxed
    discount: Discount | None = None
    charged: Taxed

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        off = self.discount.taxed if self.discount else None
        for part in ("net", "vat", "gross"):
            listed, charged = getattr(self.listed, part), getattr(self.charged, part)
            if listed != (charged + getattr(off, part) if off else charged):
                raise ValueError(f"{part}: list price less discount is not what was charged")
        if self.period_from_on >= self.period_to_on:
            raise ValueError("a period has at least one day")
        return self


class InvoiceRecord(Value):
    """One paid due date (INV-1): numbered, dated, complete (CGI ann. II art. 242 nonies A)."""

    schema_version: Literal[1] = 1
    number: str = Field(pattern=f"^{NUMBER.pattern}$")
    issued_on: date
    paid_on: date
    lang: Language
    seller: Seller
    buyer: Buyer
    lines: tuple[InvoiceLine, ...] = Field(min_length=1)
    total: Taxed
    exemption: Exemption | None = None
    method_label: str = Field(description="Brand and last four digits; never more (BT-87).")
    subscription_id: str
    due_reference: str
    provider_reference: str

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for part in ("net", "vat", "gross"):
            amounts: list[Money] = [getattr(line.charged, part) for line in self.lines]
            if sum(amounts[1:], start=amounts[0]) != getattr(self.total, part):
                raise ValueError(f"{part}: the lines do not sum to the total")
        if any(line.charged.rate_bps != self.total.rate_bps for line in self.lines):
            raise ValueError("every line bears the rate of the total")
        if (self.total.rate_bps == 0) != (self.exemption is not None):
            raise ValueError("no VAT needs a reason, and VAT has none")
        return self


def freeze_invoice(
    *,
    number: str,
    issued_on: date,
    paid_on: date,
    period_from_on: date,
    period_to_on: date,
    plan_name: str,
    gross: Money,
    rate_bps: int,
    lang: Language,
    seller: Seller,
    buyer: Buyer,
    method_label: str,
    subscription_id: str,
    due_reference: str,
    provider_reference: str,
    description: str = "",
    discount: Money | None = None,
    discount_label: str = "",
    exemption: Exemption | None = None,
) -> InvoiceRecord:
    """The record of one due date, charged once (CGS 3.3, INV-2, VAT-1).

    `gross` is what was captured, VAT included; `discount` comes on top of it to give the list
    price. `period_to_on` is the first day of the next period.

    Raises:
        ValidationError: an amount, a date or the number does not fit.
    """
    charged = extract_vat(gross, rate_bps)
    line = InvoiceLine(
        plan_name=plan_name,
        description=description,
        period_from_on=period_from_on,
        period_to_on=period_to_on,
        listed=extract_vat(gross + discount, rate_bps) if discount else charged,
        discount=_discount(charged, discount, discount_label) if discount else None,
        charged=charged,
    )
    return InvoiceRecord(
        number=number,
        issued_on=issued_on,
        paid_on=paid_on,
        lang=lang,
        seller=seller,
        buyer=buyer,
        lines=(line,),
        total=charged,
        exemption=exemption,
        method_label=method_label,
        subscription_id=subscription_id,
        due_reference=due_reference,
        provider_reference=provider_reference,
    )


def _discount(charged: Taxed, discount: Money, label: str) -> Discount:
    """Net of the list price less net of the price paid: never a rounding of its own."""
    listed = extract_vat(charged.gross + discount, charged.rate_bps)
    taxed = Taxed(
        net=listed.net - charged.net,
        vat=listed.vat - charged.vat,
        gross=discount,
        rate_bps=charged.rate_bps,
    )
    return Discount(label=label, taxed=taxed)
