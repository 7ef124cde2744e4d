"""Amounts, dates and names of countries as a French or an English reader writes them."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
)

from chalicelib.domain.kernel.money import Money

PARIS = ZoneInfo("Europe/Paris")
_INSTANT = {"fr": "d MMMM y 'à' HH:mm", "en": "d MMMM y 'at' HH:mm"}


def amount(money: Money, lang: str) -> str:
    """An amount with its currency: 20,00 EUR sign in French, the sign first in English."""
    exponent = get_currency_precision(money.currency)
    units = Decimal(money.minor).scaleb(-exponent)
    text = str(format_currency(units, money.currency, locale=lang))
    return text.replace("-", "\N{MINUS SIGN}")


def long_date(day: date, lang: str) -> str:
    """A civil date in words: 1er décembre 2026, 1 December 2026."""
    return _first(day, format_date(day, "d MMMM y", locale=lang), lang)


def short_date(day: date, lang: str) -> str:
    """A civil date for a narrow place: 15 nov. 2026."""
    return _first(day, format_date(day, "d MMM y", locale=lang), lang)


def instant(at: datetime, lang: str) -> str:
    """A UTC instant as the Paris date and time of day, with the name of the zone."""
    text = format_datetime(at, _INSTANT[lang], tzinfo=PARIS, locale=lang)
    zone = "heure de Paris" if lang == "fr" else "Paris time"
    return f"{_first(at.astimezone(PARIS).date(), text, lang)} ({zone})"


def currency(code: str, lang: str) -> str:
    """The name of a currency, as in "in euros"."""
    return str(get_currency_name(code, count=2, locale=lang))


def percent(bps: int, lang: str) -> str:
    """A rate in basis points as a percentage: 2000 is 20."""
    return str(format_decimal(Decimal(bps) / 100, locale=lang))


def countries(codes: Iterable[str], lang: str) -> list[tuple[str, str]]:
    """The countries of ISO 3166 `codes` with their names, sorted as a reader expects."""
    names = Locale(lang).territories
    return sorted(((code, str(names[code])) for code in codes), key=lambda pair: _letters(pair[1]))


def country(code: str, lang: str) -> str:
    """The name of one country."""
    return str(Locale(lang).territories[code])


def _first(day: date, text: str, lang: str) -> str:
    """French names the first of the month by its rank."""
    return text.replace("1 ", "1er ", 1) if lang == "fr" and day.day == 1 else text


def _letters(text: str) -> str:
    """`text` without accents, so that Égypte sorts with the E."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
