"""Amounts, dates and instants as people read them, in French and in English."""

from datetime import date, datetime
from decimal import Decimal

from chalicelib.domain.kernel.calendar import PARIS
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money, exponent
from chalicelib.domain.papers.seller import Seller

WHOLE = {"fr": "#,##0 ¤", "en": "¤#,##0"}
IDENTITY = {
    "fr": "{form} au capital de {capital}, RCS {city} {siren}, TVA {vat}",
    "en": "{form} with a share capital of {capital}, RCS {city} {siren}, VAT {vat}",
}
INSTANT = {"fr": "{day} à {clock} (heure de Paris)", "en": "{day} at {clock} (Paris time)"}


def money(amount: Money, lang: Language) -> str:
    """`20,00 €` or `€20.00`: the decimals are those of the currency (PAY-1)."""
    from babel.numbers import format_currency  # noqa: PLC0415  # heavy, needed by one function

    value = Decimal(amount.minor).scaleb(-exponent(amount.currency))
    return format_currency(value, amount.currency, locale=lang)


def day(on: date, lang: Language) -> str:
    """`1er décembre 2026` or `1 December 2026`."""
    from babel.dates import format_date  # noqa: PLC0415  # heavy, needed by one function

    text = format_date(on, "d MMMM y", locale=lang)
    return text.replace("1 ", "1er ", 1) if lang == "fr" and on.day == 1 else text


def instant(at: datetime, lang: Language) -> str:
    """The Paris date and clock at `at`, with the name of the zone."""
    from babel.dates import format_time  # noqa: PLC0415  # heavy, needed by one function

    local = at.astimezone(PARIS)
    clock = format_time(local.time(), "HH:mm", locale=lang)
    return INSTANT[lang].format(day=day(local.date(), lang), clock=clock)


def identity(seller: Seller, lang: Language) -> list[str]:
    """Who writes, one printed line each: name, address, registration (C. com. R123-237)."""
    from babel.numbers import format_currency  # noqa: PLC0415  # heavy, needed by one function

    capital = seller.capital.minor // 10 ** exponent(seller.capital.currency)
    at = seller.address
    siren = "\N{NO-BREAK SPACE}".join((seller.siren[:3], seller.siren[3:6], seller.siren[6:]))
    registration = IDENTITY[lang].format(
        form=seller.legal_form,
        capital=format_currency(
            capital, seller.capital.currency, WHOLE[lang], locale=lang, currency_digits=False
        ),
        city=seller.register_city,
        siren=siren,
        vat=seller.vat_number,
    )
    return [seller.legal_name, f"{at.street}, {at.postal_code} {at.city}", registration]
