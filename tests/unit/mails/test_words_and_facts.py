"""Amounts and dates as people read them; facts that refuse what a mail cannot say."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from jinja2 import UndefinedError
from pydantic import ValidationError

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.mails import words
from chalicelib.mails.facts import Period, SubscriptionEnded
from chalicelib.mails.render import render
from tests.unit.mails.reading import Document
from tests.unit.mails.samples import PRICE, ended, invoiced, opened


@pytest.mark.parametrize(
    ("minor", "currency", "lang", "expected"),
    [
        (2000, "EUR", "fr", "20,00\u00a0€"),
        (2000, "EUR", "en", "€20.00"),
        (123456, "EUR", "fr", "1\u202f234,56\u00a0€"),
        (-666, "EUR", "en", "-€6.66"),
        (1500, "JPY", "en", "¥1,500"),
    ],
)
def test_money_has_the_decimals_of_its_currency(
    minor: int, currency: str, lang: Language, expected: str
) -> None:
    """PAY-1: JPY has none, and nothing is rounded."""
    assert words.money(Money(minor=minor, currency=currency), lang) == expected


def test_the_first_of_a_month_is_an_ordinal_in_french_alone() -> None:
    """1er, then 11 and 21 as they are."""
    assert words.day(date(2026, 12, 1), "fr") == "1er décembre 2026"
    assert words.day(date(2026, 12, 21), "fr") == "21 décembre 2026"
    assert words.day(date(2026, 12, 11), "fr") == "11 décembre 2026"
    assert words.day(date(2026, 12, 1), "en") == "1 December 2026"


def test_an_instant_is_told_in_paris() -> None:
    """23:00Z is the next day in Paris in winter, 22:00Z already in summer."""
    winter = datetime(2026, 11, 9, 23, 0, tzinfo=UTC)
    summer = datetime(2026, 7, 13, 22, 0, tzinfo=UTC)
    assert words.instant(winter, "fr") == "10 novembre 2026 à 00:00 (heure de Paris)"
    assert words.instant(summer, "en") == "14 July 2026 at 00:00 (Paris time)"


@pytest.mark.parametrize(
    "link",
    [
        "/fr/account",
        "http://clairiere.example/fr",
        "javascript:alert(1)",
        "https://",
        "//x.example",
    ],
)
def test_a_link_that_does_not_work_in_a_mail_is_refused(link: str) -> None:
    """A relative or insecure address never reaches a mailbox."""
    with pytest.raises(ValidationError):
        invoiced(invoice=link)


def test_a_sandbox_link_is_allowed() -> None:
    """The sandbox has no certificate; only this machine may do without."""
    assert invoiced(invoice="http://localhost:8000/fr").invoice == "http://localhost:8000/fr"


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - a naive instant is the point
        {"valid_until_at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
        {"plan": ""},
        {"plan": "Premium\r\nBcc: someone@example.org"},
    ],
)
def test_an_unclear_fact_is_refused(changes: dict[str, Any]) -> None:
    """Instants are UTC; words are one line, so that no subject can carry a header."""
    with pytest.raises(ValidationError):
        opened(**changes)


def test_a_period_advances() -> None:
    """A period ends after it starts."""
    with pytest.raises(ValidationError):
        Period(start_on=date(2026, 1, 1), end_on=date(2026, 1, 1))


def test_what_people_typed_is_escaped_in_html_and_plain_in_text() -> None:
    """A name is words, never markup; the text part and the subject keep it as it is."""
    fact = opened(login="<b>o'neil</b>@example.org", plan="Q&A <Plus>")
    rendered = render(fact, "en")
    assert "<b>o" not in rendered.html
    assert "<b>o'neil</b>@example.org" in Document(rendered.html).words
    assert "<b>o'neil</b>@example.org" in rendered.text
    assert rendered.subject == "Open your Q&A <Plus> access"
    assert "<title>Open your Q&amp;A &lt;Plus&gt; access</title>" in rendered.html


def test_a_template_that_names_nothing_fails_loudly() -> None:
    """StrictUndefined: a missing figure never becomes an empty space."""
    incomplete = ended().model_copy()
    del incomplete.__dict__["plan"]
    with pytest.raises(UndefinedError):
        render(incomplete, "fr")


def test_a_fact_survives_a_queue() -> None:
    """What was written as JSON is read back equal."""
    fact = ended(amount_due=PRICE)
    assert SubscriptionEnded.model_validate_json(fact.model_dump_json()) == fact
