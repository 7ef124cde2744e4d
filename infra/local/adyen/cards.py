"""The published test cards: the only numbers this simulator takes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache

from infra.local.adyen import published

# Drawn at each start: fingerprints must not let anyone look a number up.
_SALT = secrets.token_bytes(16)
_FRENCH = "cartebancaire"
_BY_LOGO = {"visa": ("visa",), _FRENCH: (_FRENCH, "visa")}


def fingerprint_of(number: str) -> str:
    """Tells two numbers apart within one run, and cannot be turned back."""
    return hashlib.sha256(_SALT + number.encode()).hexdigest()[:20]


@dataclass(frozen=True, kw_only=True)
class TestCard:
    """A published test number, its brands (the local one first) and its 3-D Secure."""

    number: str
    brands: tuple[str, ...]
    country: str
    is_challenged: bool

    @property
    def last4(self) -> str:
        """The only part of the number that leaves this module."""
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        """Tells two cards apart within one run."""
        return fingerprint_of(self.number)


@cache
def catalogue() -> dict[str, TestCard]:
    """Every published test card by number."""
    cards = {}
    for group in published.read_json("testcards/cards.json"):
        logo = group["logo"]
        brands = _BY_LOGO.get(logo, (logo,))
        if group["group"].startswith("Cartes Bancaires /"):
            brands = _BY_LOGO[_FRENCH]
        for item in group["items"]:
            number = item["cardnumber"].replace(" ", "")
            cards[number] = TestCard(
                number=number,
                brands=brands,
                country=item["country"] if len(item["country"]) == len("FR") else "FR",
                is_challenged=item.get("secure3DS", False),
            )
    return cards


def by_prefix(digits: str) -> TestCard | None:
    """A test card whose number starts with `digits`."""
    cards = catalogue().values()
    return next((card for card in cards if digits and card.number.startswith(digits)), None)


@cache
def published_ibans() -> frozenset[str]:
    """The published test IBANs."""
    return frozenset(item["iban"] for item in published.read_json("testcards/ibans.json"))
