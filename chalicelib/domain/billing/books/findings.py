"""What a daily proof can find, by code: a page says each in words, with the repair."""

from typing import Final, Literal, get_args

from chalicelib.domain.kernel.value import Value

Code = Literal[
    "paid_twice",
    "state_disagrees",
    "forgotten",
    "late",
    "outcome_missing",
    "unbalanced",
    "journal_open",
    "not_given_back",
    "not_gone",
    "returns_untold",
    "number_missing",
    "number_unknown",
    "number_twice",
    "unsettled",
    "reports_stopped",
    "batch_missing",
    "batch_unread",
    "line_foreign",
    "line_another_amount",
    "line_another_payment",
    "line_settled_twice",
    "line_movement_unknown",
    "line_kind_unknown",
    "clearing_open",
]
CODES: Final[tuple[Code, ...]] = get_args(Code)
KEPT: Final = 500
"""How many findings a proof names; it counts all of them."""


class Finding(Value):
    """One thing that is not as it must be.

    Attributes:
        subject: what it is about, as a command takes it: a reference, a number, a batch.
        minor: the money at stake, when it says more than the subject.
    """

    code: Code
    subject: str
    minor: int | None = None

    def __str__(self) -> str:
        amount = "" if self.minor is None else f" {self.minor}"
        return f"{self.code} {self.subject}{amount}"


class ParkedThing(Value):
    """One thing that waits for a person, and why."""

    why: str
    subject: str

    def __str__(self) -> str:
        return f"{self.why} {self.subject}"


class Named:
    """Findings as they come: the first are kept, all are counted."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.count = 0

    def add(self, code: Code, subject: object, minor: int | None = None) -> None:
        """Note one finding."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(Finding(code=code, subject=str(subject), minor=minor))
