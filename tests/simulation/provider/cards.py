"""A learner's payment method, and the moods of the bank behind it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from chalicelib.domain.selling.checkout import StoredMethod

Kind = Literal["tech", "soft", "sca", "update", "stop"]
YEARS_AHEAD = 40

# What a bank says, by what it means: the provider's code, Mastercard's advice, the raw reason.
WORDS: dict[Kind, tuple[tuple[str, str | None, str | None], ...]] = {
    "tech": (("4", None, None), ("9", None, "91 : Issuer unavailable")),
    "soft": (("2", None, "05 : Do not honor"), ("12", None, "51 : Insufficient funds")),
    "sca": (("38", None, None), ("2", None, "1A : Authentication required")),
    "update": (("6", None, "54 : Expired card"), ("2", "01", None)),
    "stop": (("20", None, None), ("2", "03", None), ("2", None, "43 : Stolen card")),
}


@dataclass(frozen=True, slots=True)
class Mood:
    """From when to when a bank refuses, and with which words."""

    begins_at: datetime
    ends_at: datetime
    kind: Kind
    words: tuple[str, str | None, str | None]


@dataclass
class Card:
    """A stored payment method; `moods` are when it does not pay.

    Attributes:
        renewed_at: when its owner last gave it on a page.
        lives_again_at: when an updated card works whatever its moods were.
    """

    method: StoredMethod
    moods: tuple[Mood, ...] = ()
    forgotten_at: datetime | None = None
    renewed_at: datetime | None = None
    lives_again_at: datetime | None = None

    def mood(self, at: datetime) -> Mood | None:
        """Why it does not pay at an instant, None when it does."""
        for mood in self.moods:
            if mood.begins_at <= at < mood.ends_at:
                is_over = self.lives_again_at is not None and mood.begins_at < self.lives_again_at
                return None if is_over else mood
        return None


@dataclass
class Cards:
    """Makes payment methods out of chance, and finds them again by their token."""

    by_token: dict[str, Card] = field(default_factory=dict)

    def issue(self, stream: Random, at: datetime, days: int, *, is_good: bool = False) -> Card:
        """A new card, as its owner brings it."""
        number = len(self.by_token) + 1
        method = StoredMethod(
            token=f"TOKEN{number:011}",
            kind="scheme",
            brand=stream.choice(("visa", "mc", "cartebancaire")),
            last_four=f"{number % 10_000:04}",
            expires="03/2035",
        )
        drawn = () if is_good else tuple(_moods(stream, at, days))
        card = Card(method, drawn)
        self.by_token[method.token] = card
        return card


def _moods(stream: Random, at: datetime, days: int) -> list[Mood]:
    """Some spells without money, and sometimes an end to it all."""
    moods = []
    for _ in range(stream.choice((1, 1, 2, 4, 7))):
        kind: Kind = stream.choice(("soft", "soft", "soft", "tech", "sca"))
        hours = stream.choice((6, 30, 60, 24 * 5, 24 * 9, 24 * 40)) if kind != "tech" else 5
        begins_at = at + timedelta(hours=12 + stream.randrange(max(1, days * 24)))
        moods.append(_mood(stream, kind, begins_at, begins_at + timedelta(hours=hours)))
    if stream.random() < 0.3:
        last: Kind = stream.choice(("update", "update", "stop"))
        begins_at = at + timedelta(days=20 + stream.randrange(max(1, days)))
        forever = begins_at + timedelta(days=365 * YEARS_AHEAD)
        moods.append(_mood(stream, last, begins_at, forever))
    return sorted(moods, key=lambda mood: mood.begins_at)


def _mood(stream: Random, kind: Kind, begins_at: datetime, ends_at: datetime) -> Mood:
    return Mood(begins_at, ends_at, kind, stream.choice(WORDS[kind]))
