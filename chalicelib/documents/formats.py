"""How amounts, rates, dates and sentences are written in each language of the contract."""

import dataclasses
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.domain.kernel.calendar import PARIS
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money, exponent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Words = TypeVar("Words", bound="DataclassInstance")
NO_BREAK, NARROW = "\u00a0", "\u202f"
MINUS = "\u2212"
BEFORE_COLON = re.compile(r" (?=:)")
BEFORE_HIGH_SIGN = re.compile(r" (?=[;?!»%])")
STRAIGHT_QUOTES = re.compile(r'"([^"]*)"')
AFTER_OPENING = re.compile(r"(?<=«) ")


def money(amount: Money, lang: Language) -> str:
    """`1 234,50 €` (narrow and plain no-break spaces) or `€1,234.50`; a true minus sign."""
    from babel.numbers import format_currency  # noqa: PLC0415  heavy, and one function needs it

    value = Decimal(amount.minor).scaleb(-exponent(amount.currency))
    return format_currency(value, amount.currency, locale=lang).replace("-", MINUS)


def whole_money(amount: Money, lang: Language) -> str:
    """Like `money`, without decimals when there are none to tell: `10 000 €`."""
    text = money(amount, lang)
    return re.sub(r"[.,]00(?!\d)", "", text)


def rate(rate_bps: int, lang: Language) -> str:
    """`20 %` or `5,5 %` in French, `20%` in English."""
    from babel.numbers import format_decimal  # noqa: PLC0415  heavy, and one function needs it

    figure = format_decimal(Decimal(rate_bps) / 100, locale=lang)
    return f"{figure}{NARROW}%" if lang == "fr" else f"{figure}%"


def long_date(on: date, lang: Language) -> str:
    """`1er mars 2027`, `1 March 2027`; the day never leaves its month at a line end."""
    return _in_words(on, "d MMMM y", lang)


def short_date(on: date, lang: Language) -> str:
    """`15 nov. 2026`, `15 Nov 2026`: for a place where little fits."""
    return _in_words(on, "d MMM y", lang)


def moment(at: datetime, lang: Language) -> str:
    """A date with its Paris time, to the minute, and the zone said aloud."""
    local = at.astimezone(PARIS)
    on = long_date(local.date(), lang)
    if lang == "fr":
        return f"{on} à {local:%H}{NO_BREAK}h{NO_BREAK}{local:%M} (heure de Paris)"
    return f"{on} at {local:%H:%M} (Paris time)"


def country(code: str, lang: Language) -> str:
    """The country's name in the language; the code itself when nobody knows it."""
    from babel import Locale  # noqa: PLC0415  heavy, and one function needs it

    return str(Locale(lang).territories.get(code, code))


def typeset(text: str, lang: Language) -> str:
    """Curly quotes, and the no-break spaces that French puts before its high signs."""
    text = text.replace("'", "’")
    if lang == "en":
        return STRAIGHT_QUOTES.sub("“\\1”", text)
    text = BEFORE_COLON.sub(NO_BREAK, text)
    return AFTER_OPENING.sub(NARROW, BEFORE_HIGH_SIGN.sub(NARROW, text))


def set_words(words: Words, lang: Language) -> Words:
    """The fixed words of a document, typeset once; what a record fills in stays as it is."""
    texts = {field.name: getattr(words, field.name) for field in dataclasses.fields(words)}
    return dataclasses.replace(words, **{name: _set(text, lang) for name, text in texts.items()})


def _set(text: Any, lang: Language) -> Any:
    if isinstance(text, str):
        return typeset(text, lang)
    assert isinstance(text, tuple), "words are strings, or tuples of words"
    return tuple(_set(part, lang) for part in text)


def _in_words(on: date, pattern: str, lang: Language) -> str:
    from babel.dates import format_date  # noqa: PLC0415  heavy, and one function needs it

    day, rest = format_date(on, pattern, locale=lang).split(" ", 1)
    return f"{'1er' if on.day == 1 and lang == 'fr' else day}{NO_BREAK}{rest}"
