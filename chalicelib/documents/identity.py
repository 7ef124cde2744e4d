"""The blocks every paper shares: who sells, who buys, as lines ready to be set."""

from chalicelib.documents.formats import NO_BREAK, country, whole_money
from chalicelib.documents.printable import printable
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.papers.seller import Buyer, PostalAddress, Seller

LEGAL = {
    "fr": "{name} au capital de {capital} – SIREN {siren} – RCS {city} – TVA {vat}",
    "en": "{name} with a capital of {capital} – SIREN {siren} – RCS {city} – VAT {vat}",
}


def siren_text(siren: str) -> str:
    """Nine digits in threes: `900 000 019`."""
    return NO_BREAK.join((siren[:3], siren[3:6], siren[6:]))


def registered_name(seller: Seller) -> str:
    """The company's name with its legal form, said once (C. com. R123-238)."""
    name, form = seller.legal_name, seller.legal_form
    return name if name.endswith(f" {form}") else f"{name}, {form}"


def address_lines(address: PostalAddress | None, lang: Language) -> list[str]:
    """Street, town and country; a line that cannot be drawn is left out."""
    if address is None:
        return []
    town = f"{address.postal_code} {address.city}"
    lines = (printable(line, "") for line in (address.street, town))
    return [*(line for line in lines if line), country(address.country, lang)]


def seller_view(seller: Seller, lang: Language) -> dict[str, object]:
    """The seller as printed: names, address, contact, and the line the register asks for."""
    legal = LEGAL[lang].format(
        name=registered_name(seller),
        capital=whole_money(seller.capital, lang),
        siren=siren_text(seller.siren),
        city=seller.register_city,
        vat=seller.vat_number,
    )
    return {
        "trade_name": seller.trade_name,
        "legal_name": seller.legal_name,
        "address": address_lines(seller.address, lang),
        "email": seller.email,
        "phone": seller.phone.replace(" ", NO_BREAK),
        "legal": legal,
    }


def buyer_view(buyer: Buyer, unnamed: str, lang: Language) -> dict[str, object]:
    """The buyer under the nearest name our faces can draw, or under the customer reference."""
    return {
        "name": printable(buyer.name, unnamed.format(customer=buyer.customer_id)),
        "address": address_lines(buyer.address, lang),
        "email": printable(buyer.email, ""),
    }
