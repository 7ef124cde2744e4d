"""What the auditor knows of each contract: what people did, what the provider took."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from tests.simulation.auditor.months import anchor_of, ends_on, midnight, paris_day, starts_on
from tests.simulation.provider.cards import Kind

SUSPENDS_AFTER = {"recommended": 7, "as_written": 0, "strict": 15}
CLOCKS_DIFFER = timedelta(minutes=13)
ATTEMPTS_MAX = 5
PRICE_MINOR = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be.

    Attributes:
        rule: which promise is broken.
        who: the contract it is about, or the books.
    """

    rule: str
    who: str
    at: datetime
    what: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.rule}: {self.who} {self.what}"


@dataclass
class Wish:
    """A cancellation, or its undoing, and each time the button was pressed for it."""

    kind: Literal["cancel", "undo"]
    pressed_at: list[datetime] = field(default_factory=list)
    answer: str | None = "PENDING"

    @property
    def stands(self) -> bool:
        """Whether the learner was told that it is done."""
        return self.answer is None

    @property
    def is_unsure(self) -> bool:
        """Whether it may have been done without the learner being told."""
        was_heard = len(self.pressed_at) > 1 and self.answer == "ALREADY_ENDED"
        return was_heard or self.answer in ("PENDING", "GAVE_UP")


@dataclass
class Trial:
    """A charge that reached the provider, once for each reference."""

    reference: str
    token: str | None
    at: datetime
    refused: Kind | None = None


@dataclass
class Account:
    """One contract, from the outside.

    Attributes:
        ordered_at: each instant at which the order button was pressed.
        dark: from when to when the service was off; the last may be open.
        trials: what was tried for each month, by reference.
        uncaptured_at: when the payment of a month turned out not to come.
        disputes: the last word of the bank, by payment.
        held_at: since when nothing may be charged by itself.
        lacks_method: whether the contract was once left without a payment method.
        page_refusals: how often the learner was refused on a page, by month.
        released_at: when it might be charged again: the next month that begins is owed.
    """

    id: str
    profile: str
    at_once: bool
    ordered_at: list[datetime] = field(default_factory=list)
    anchor_on: date | None = None
    wishes: list[Wish] = field(default_factory=list)
    dark: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    trials: dict[int, dict[str, Trial]] = field(default_factory=dict)
    uncaptured_at: dict[int, datetime] = field(default_factory=dict)
    disputes: dict[str, str] = field(default_factory=dict)
    held_at: datetime | None = None
    lacks_method: bool = False
    page_refusals: Counter[int] = field(default_factory=Counter)
    released_at: list[datetime] = field(default_factory=list)

    def anchors(self) -> set[date]:
        """The first days this contract may have."""
        return {anchor_of(at, at_once=self.at_once) for at in self.ordered_at}

    def begins(self, month: int) -> date:
        """The first day of a month of this contract."""
        assert self.anchor_on is not None
        return starts_on(self.anchor_on, month)

    def possible_ends(self) -> set[date | None]:
        """The ends the contract may have, by what its learner asked; None is no end."""
        assert self.anchor_on is not None
        possible: set[date | None] = {None}
        for wish in self.wishes:
            if not (wish.stands or wish.is_unsure):
                continue
            after: set[date | None] = {None}
            if wish.kind == "cancel":
                # where a cancellation stands already, it is the first that counts
                after = possible - {None}
                if None in possible:
                    after |= {ends_on(self.anchor_on, at) for at in wish.pressed_at}
            possible = after | possible if wish.is_unsure else after
        return possible

    def unpaid_since(self, month: int) -> date:
        """The day from which a month that is unpaid counts as late."""
        again = self.uncaptured_at.get(month)
        return self.begins(month) if again is None else max(self.begins(month), paris_day(again))

    def is_dark_at(self, at: datetime) -> bool | None:
        """Whether the service was off at an instant; None too close to a change."""
        for begins, ends in self.dark:
            for edge in (begins, ends):
                if edge is not None and abs(edge - at) <= CLOCKS_DIFFER:
                    return None
            if begins <= at and (ends is None or at < ends):
                return None if any(begins <= go <= at for go in self.released_at) else True
        return False

    def was_dark_by(self, month: int) -> bool:
        """Whether the service went off on the first day of a month, when it was to be charged."""
        begins = midnight(self.begins(month))
        return any(begins <= off < begins + timedelta(hours=26) for off, _ in self.dark)

    def is_dark_month(self, month: int) -> bool | None:
        """Whether a month began without service, and therefore is not owed."""
        return self.is_dark_at(midnight(self.begins(month)))
