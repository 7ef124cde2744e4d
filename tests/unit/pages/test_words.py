"""Amounts, dates, countries and refusals as each reader writes them."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chalicelib.domain.kernel.money import Money
from chalicelib.pages import formatting
from chalicelib.pages.problems import error_text, problem_text
from chalicelib.pages.refusals import PROBLEMS
from tests.unit.pages.sample_pages import PAGES
from tests.unit.pages.samples import a_chrome

ROOT = Path(__file__).parents[3]
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("minor", "currency", "french", "english"),
    [
        (2000, "EUR", f"20,00{NBSP}€", "€20.00"),
        (-2000, "EUR", f"−20,00{NBSP}€", "−€20.00"),
        (2000, "JPY", f"2\N{NARROW NO-BREAK SPACE}000{NBSP}JPY", "¥2,000"),
        (5, "EUR", f"0,05{NBSP}€", "€0.05"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(
    minor: int, currency: str, french: str, english: str
) -> None:
    """Minor units become the reader's figures; a yen has no cents (ISO 4217)."""
    money = Money(minor=minor, currency=currency)
    assert formatting.amount(money, "fr") == french
    assert formatting.amount(money, "en") == english


def test_the_first_of_the_month_has_its_rank_in_french() -> None:
    """1er décembre, but 21 décembre."""
    assert formatting.long_date(date(2026, 12, 1), "fr") == "1er décembre 2026"
    assert formatting.long_date(date(2026, 12, 21), "fr") == "21 décembre 2026"
    assert formatting.long_date(date(2026, 12, 1), "en") == "1 December 2026"


def test_an_instant_is_told_in_paris_time() -> None:
    """REN-2: what counts is the Paris date; the screen names the zone."""
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert formatting.instant(at, "fr") == "1er décembre 2026 à 00:30 (heure de Paris)"
    assert formatting.instant(at, "en") == "1 December 2026 at 00:30 (Paris time)"


def test_countries_sort_as_they_are_read() -> None:
    """Égypte stands with the E, in French; each language has its own order."""
    codes = ("ZA", "EG", "ES", "DE")
    assert [name for _, name in formatting.countries(codes, "fr")] == [
        "Afrique du Sud",
        "Allemagne",
        "Égypte",
        "Espagne",
    ]
    assert [code for code, _ in formatting.countries(codes, "en")] == ["EG", "DE", "ZA", "ES"]


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_code_says_something_in_both_languages(code: str) -> None:
    """Title and detail exist, differ, and the page shows both."""
    french, english = problem_text(code, "fr"), problem_text(code, "en")
    assert french.title != french.detail
    assert english != french
    page = PAGES[f"problem-{code.lower().replace('_', '-')}"](a_chrome("en"))
    assert english.title in page
    assert english.detail.replace("'", "&#39;") in page
    assert error_text(code, "fr") == french.detail


def test_a_code_without_words_is_told_as_unexpected() -> None:
    """A refusal that nobody worded is still a page."""
    assert problem_text("NEVER_HEARD_OF", "fr") == problem_text("UNEXPECTED", "fr")


OPERATORS = (
    "adapters/identities.py", "application/billing/books/lift_fence.py",
    "application/billing/repairs/", "domain/billing/operating/proposal.py",
    "domain/billing/books/evidence.py", "domain/billing/operating/repair.py",
    "entrypoints/operations.py",
)  # fmt: skip
"""What no learner ever meets; the words are the operator's command line's, tested beside it."""


def raised_codes() -> set[str]:
    """The codes that the code of the product gives its errors, read from its source."""
    errors = {"NotFound", "Refused", "Forbidden", "Conflict", "GatewayUnavailable"}
    codes: set[str] = set()
    for file in (ROOT / "chalicelib").rglob("*.py"):
        if str(file.relative_to(ROOT / "chalicelib")).startswith(OPERATORS):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in errors:
                codes |= _strings(node.args[:1])
            if isinstance(node, ast.Call) and _name(node.func) == "Invalid":
                codes |= _strings(
                    [v for a in node.args if isinstance(a, ast.Dict) for v in a.values]
                )
    return codes


def _name(function: ast.expr) -> str:
    return ast.unparse(function).rpartition(".")[2]


def _strings(nodes: list[ast.expr]) -> set[str]:
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_code_that_the_product_raises_has_words() -> None:
    """A refusal added anywhere needs its entry here; the reading itself finds the known ones."""
    raised = raised_codes()
    assert {"UNKNOWN_PLAN", "LINK_EXPIRED", "BAD_EMAIL"} <= raised
    assert raised - set(PROBLEMS) == set()


def test_the_codes_of_the_interface_all_have_words() -> None:
    """The codes that callers may send are in the table."""
    agreed = """UNKNOWN_PLAN PRICE_CHANGED_REVIEW_AGAIN CGS_NOT_ACCEPTED TERMS_CHANGED UNDER_16
    REPRESENTATIVE_NEEDED BAD_EMAIL MISSING_FIELD BAD_BIRTH_DATE BAD_COUNTRY ALREADY_SUBSCRIBED
    ACCOUNT_EXISTS CHECKOUT_VOID CHECKOUT_ALREADY_PAID BAD_CSRF NOT_YOURS NOT_FOUND BODY_TOO_LARGE
    TOO_MANY_TRIES BAD_CREDENTIALS WEAK_PASSWORD LINK_EXPIRED PAYMENT_REFUSED GATEWAY_UNAVAILABLE
    CONFLICT_TRY_AGAIN UNEXPECTED"""
    assert set(agreed.split()) - set(PROBLEMS) == set()
