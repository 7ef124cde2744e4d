"""The daily proof for whoever operates the shop: green, or what is wrong and what mends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from chalicelib.domain.billing.books.findings import Code, Finding, ParkedThing
from chalicelib.domain.billing.books.proof import Proof
from chalicelib.domain.kernel.money import Money
from chalicelib.pages.catalogues import N_
from chalicelib.pages.chrome import Chrome
from chalicelib.pages.rendering import render

NAMED_MAX = 50
CURRENCY = "EUR"
"""What the shop sells in, and its journal is kept in."""


class Meaning(NamedTuple):
    """What a code means, what to do about it, and the operator's command that does it, if any."""

    title: str
    detail: str
    command: str = ""


_DEFECT = N_("This is a defect of the software: tell its developers at once, and change nothing.")
_ASK = N_("Compare with the reports in the provider's own pages, and ask the provider.")

FINDINGS: Mapping[Code, Meaning] = {
    "paid_twice": Meaning(
        N_("An amount was paid twice"),
        N_("Two payments are kept for one period: send one of them back."),
        "refund ITEM",
    ),
    "state_disagrees": Meaning(N_("State, payments and postings disagree"), _DEFECT, "item ITEM"),
    "forgotten": Meaning(
        N_("Nobody will act on it"),
        N_("It is neither done, scheduled nor parked: have it tried once more."),
        "re-drive ITEM",
    ),
    "late": Meaning(
        N_("Late on the agenda"),
        N_(
            "It was to be acted upon more than a day ago. When there are many, the regular sweep "
            "has stopped."
        ),
        "item ITEM",
    ),
    "outcome_missing": Meaning(
        N_("A second attempt has no outcome"),
        N_(
            "The period is paid, and another attempt was never answered. The settlement reports "
            "close it within days; nothing is charged meanwhile."
        ),
        "settle-by-evidence ATTEMPT",
    ),
    "unbalanced": Meaning(N_("Postings do not balance"), _DEFECT),
    "journal_open": Meaning(N_("The journal does not sum to zero"), _DEFECT),
    "not_given_back": Meaning(
        N_("Money is not given back yet"),
        N_("The provider has not taken the order for more than a day: have it sent once more."),
        "re-drive ITEM",
    ),
    "not_gone": Meaning(N_("A payment given back is in no report"), _ASK),
    "returns_untold": Meaning(N_("Refunds or disputes are in no report"), _ASK),
    "number_missing": Meaning(N_("An invoice number is missing"), _DEFECT),
    "number_unknown": Meaning(N_("An invoice number was never counted"), _DEFECT),
    "number_twice": Meaning(N_("An invoice number stands twice"), _DEFECT),
    "unsettled": Meaning(N_("A payment is in no report"), _ASK, "item ITEM"),
    "reports_stopped": Meaning(
        N_("Settlement reports have stopped"),
        N_(
            "Payments wait for their settlement, and no report has told of them for a week. Check "
            "that the provider makes reports and that its notifications arrive."
        ),
        "read-batch BATCH",
    ),
    "batch_missing": Meaning(
        N_("A settled batch was never announced"),
        N_("Its report is now asked for by itself. If it is still here tomorrow, read it by hand."),
        "read-batch BATCH",
    ),
    "batch_unread": Meaning(
        N_("A settlement report cannot be read"),
        N_("It was asked for during five days. Once the provider has mended it, read it by hand."),
        "read-batch BATCH",
    ),
    "line_foreign": Meaning(
        N_("A line of a report is not ours"),
        N_(
            "No order has this reference; the money is held in suspense. Does another shop use the "
            "same account?"
        ),
    ),
    "line_another_amount": Meaning(N_("A line of a report tells another amount"), _ASK),
    "line_another_payment": Meaning(N_("A second payment under one reference"), _ASK),
    "line_settled_twice": Meaning(N_("A payment is told in two batches"), _ASK),
    "line_movement_unknown": Meaning(N_("A refund or dispute that the books do not know"), _ASK),
    "line_kind_unknown": Meaning(
        N_("A kind of line that nobody knows"),
        N_("Its amount is held in suspense until the software learns what it is."),
    ),
    "clearing_open": Meaning(
        N_("What the provider holds is not explained"),
        N_(
            "Payments, returns, fees and payouts do not add up to what is left with the provider. "
            "The other findings may say why; if there is none, tell the developers."
        ),
    ),
}

PARKED: Mapping[str, Meaning] = {
    "unpaid": Meaning(
        N_("An amount stays unpaid"),
        N_("No more attempts are planned. Grant one more, or give the amount up."),
        "grant-attempt ITEM",
    ),
    "attempts_exceeded": Meaning(
        N_("All attempts are used up"),
        N_("Grant one attempt beyond the budget, or give the amount up."),
        "grant-attempt ITEM",
    ),
    "outcome_unknown": Meaning(
        N_("Nobody knows whether it was charged"),
        N_(
            "Neither answer, notification nor report told it in five days. Settle it by a report "
            "that tells it, or by reports without a gap that do not."
        ),
        "settle-by-evidence ATTEMPT",
    ),
    "disputed": Meaning(
        N_("A payment is disputed"),
        N_("Answer the bank in the provider's pages before the end of the defence period."),
        "item ITEM",
    ),
    "refund_failed": Meaning(
        N_("A refund failed"),
        N_("The money is here and still owed: have it sent once more, or pay it another way."),
        "re-drive ITEM",
    ),
    "refund_unanswered": Meaning(N_("A refund was never answered"), _ASK, "re-drive ITEM"),
    "refund_unconfirmed": Meaning(N_("A refund was never confirmed"), _ASK, "re-drive ITEM"),
    "reversal_failed": Meaning(
        N_("A payment could not be given back"),
        N_("The money is here and is not ours: have it sent once more."),
        "re-drive ITEM",
    ),
    "settlement_unread": FINDINGS["batch_unread"],
    "settlement_differs": Meaning(
        N_("A settlement report does not fit the books"),
        N_("Each line that does not fit is named among the findings."),
        "answer-batch BATCH",
    ),
    "unplaced": Meaning(
        N_("Money that nobody answers for"),
        N_("Find out what it is, then note what was done about it."),
        "answer-unplaced MONEY",
    ),
}
OTHER = Meaning(
    N_("Something waits for a person"), N_("Look at it with the operator's command."), "parked"
)


class Subject(NamedTuple):
    """One thing of a group, and the money at stake."""

    name: str
    amount: Money | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Everything found or parked for the same reason; `more` are not named."""

    meaning: Meaning
    subjects: tuple[Subject, ...]
    more: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofView:
    """The last proof; none before the first."""

    proof: Proof | None

    @property
    def findings(self) -> tuple[Group, ...]:
        """What is wrong, by code."""
        found = self.proof.findings if self.proof else ()
        named = ((FINDINGS[one.code], _subject(one)) for one in found)
        return _groups(named)

    @property
    def parked(self) -> tuple[Group, ...]:
        """What waits for a person, by reason."""
        waiting: tuple[ParkedThing, ...] = self.proof.parked if self.proof else ()
        return _groups((PARKED.get(one.why, OTHER), Subject(one.subject)) for one in waiting)

    @property
    def sums(self) -> dict[str, Money]:
        """The figures of the proof that are money."""
        assert self.proof is not None, "no figures before the first proof"
        minors = {
            "captured": self.proof.captured_minor,
            "unsettled": self.proof.unsettled_minor,
            "held": self.proof.held_minor,
            "fees": self.proof.balances.get("fees", 0),
            "bank": self.proof.balances.get("bank", 0),
            "journal": self.proof.journal_minor,
        }
        return {name: _money(minor) for name, minor in minors.items()}


def render_proof(view: ProofView, chrome: Chrome) -> str:
    """The proof in words: green, or each thing that needs somebody and the command for it."""
    return render("proof.html", chrome, view=view)


def _subject(finding: Finding) -> Subject:
    return Subject(finding.subject, None if finding.minor is None else _money(finding.minor))


def _money(minor: int) -> Money:
    return Money(minor=minor, currency=CURRENCY)


def _groups(named: Iterable[tuple[Meaning, Subject]]) -> tuple[Group, ...]:
    ordered = sorted(named, key=lambda pair: pair[0].title)
    groups = []
    for meaning, pairs in groupby(ordered, key=lambda pair: pair[0]):
        subjects = tuple(subject for _, subject in pairs)
        more = max(0, len(subjects) - NAMED_MAX)
        groups.append(Group(meaning=meaning, subjects=subjects[:NAMED_MAX], more=more))
    return tuple(groups)
