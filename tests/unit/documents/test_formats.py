"""How figures, dates and sentences are written in each language."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.documents.formats import (
    country,
    long_date,
    moment,
    money,
    rate,
    short_date,
    typeset,
    whole_money,
)
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from infra.papers.samples import euros


@pytest.mark.parametrize(
    ("amount", "lang", "text"),
    [
        (euros(2000), "fr", "20,00\u00a0€"),
        (euros(123456789), "fr", "1\u202f234\u202f567,89\u00a0€"),
        (euros(-417), "fr", "\u22124,17\u00a0€"),
        (euros(2000), "en", "€20.00"),
        (euros(-123456), "en", "\u2212€1,234.56"),
        (Money(minor=1500, currency="JPY"), "fr", "1\u202f500\u00a0JPY"),
        (Money(minor=1500, currency="JPY"), "en", "¥1,500"),
    ],
)
def test_amounts_never_break_and_minus_is_a_minus(amount: Money, lang: Language, text: str) -> None:
    assert money(amount, lang) == text


@pytest.mark.parametrize(
    ("minor", "text"), [(1_000_000, "10\u202f000\u00a0€"), (1_000_050, "10\u202f000,50\u00a0€")]
)
def test_a_capital_shows_cents_only_when_it_has_some(minor: int, text: str) -> None:
    assert whole_money(euros(minor), "fr") == text


@pytest.mark.parametrize(
    ("bps", "lang", "text"),
    [(2000, "fr", "20\u202f%"), (550, "fr", "5,5\u202f%"), (2000, "en", "20%"), (0, "en", "0%")],
)
def test_rates(bps: int, lang: Language, text: str) -> None:
    assert rate(bps, lang) == text


def test_the_first_of_a_month_is_said_by_its_rank_in_french_only() -> None:
    assert long_date(date(2027, 3, 1), "fr") == "1er\u00a0mars 2027"
    assert long_date(date(2027, 3, 1), "en") == "1\u00a0March 2027"
    assert short_date(date(2026, 11, 15), "fr") == "15\u00a0nov. 2026"


def test_a_moment_is_told_in_paris_time() -> None:
    at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert moment(at, "en") == "23\u00a0November 2026 at 00:30 (Paris time)"
    assert moment(at, "fr") == "23\u00a0novembre 2026 à 00\u00a0h\u00a030 (heure de Paris)"


def test_a_country_has_its_name_and_an_unknown_code_stays() -> None:
    assert country("BE", "fr") == "Belgique"
    assert country("DE", "en") == "Germany"
    assert country("XQ", "fr") == "XQ"


@pytest.mark.parametrize(
    ("text", "lang", "done"),
    [
        ("L'accès : oui ; non ?", "fr", "L’accès\u00a0: oui\u202f; non\u202f?"),
        ("« Valider »", "fr", "«\u202fValider\u202f»"),
        ('The "Premium" tab', "en", "The “Premium” tab"),
        ("30 %", "fr", "30\u202f%"),
    ],
)
def test_sentences_follow_the_rules_of_their_language(text: str, lang: Language, done: str) -> None:
    assert typeset(text, lang) == done
