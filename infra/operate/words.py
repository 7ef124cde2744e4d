"""What went wrong, and what to do about it; what is parked, and where its page is."""

from collections.abc import Mapping
from typing import Any, Final

PROBLEMS: Final[Mapping[str, str]] = {
    "ALREADY_DONE": "Somebody else has approved this proposal; it is done.",
    "ATTEMPTS_EXCEEDED": "The attempts of this amount are used up: use grant-attempt.",
    "BUDGET_LEFT": "Attempts are left: use re-drive.",
    "CHANGED_SINCE": "What it would change has moved since it was shown: propose it again.",
    "CONFLICT_TRY_AGAIN": "Something else changed the same thing at that instant: try again.",
    "CONTRACT_HELD": "The contract is in dispute and is not charged until that is over.",
    "GATEWAY_UNAVAILABLE": "The payment provider did not answer: try again in a few minutes.",
    "INVALID": "Some arguments do not fit.",
    "NOTHING_TO_DRIVE": "Nothing waits for a person here: it is done, or will act by itself.",
    "NOT_FOUND": "There is no such thing: check the name, and the deployment (--stack).",
    "NOT_OWED": "Nobody was ever asked to pay this amount, so there is no debt to give up.",
    "OUTCOME_UNKNOWN": "Whether the last attempt took the money is not known; nothing else may be "
    "tried before it is.",
    "PAID_ALREADY": "This amount is paid.",
    "PROPOSAL_LAPSED": "The proposal is more than a day old: propose it again.",
    "REFUSED_FOR_GOOD": "The last refusal forbids another try with this method: the learner has to "
    "give another one.",
    "SAME_PERSON": "You proposed it yourself: somebody else has to approve it.",
    "STILL_TRIED": "A retry is due by itself: wait for it, then write off what is left.",
    "UNPROVEN_CALLER": "Who you are could not be proved: check your clock and your credentials.",
    "WRITTEN_OFF_ALREADY": "This amount is written off already.",
}
FIELDS: Final[Mapping[str, str]] = {
    "BAD_DATE": "is no date like 2027-01-31",
    "BAD_ID": "is no id of ours",
    "BAD_ITEM": "is no amount owed: <contract>.<period>.<instalment>, as `parked` prints it",
    "BAD_LIMIT": "is from 1 to 1000",
    "BAD_REASON": "is not a reason of the list; see --help",
    "BAD_WHY": "is a text of 1 to 500 characters",
    "MISSING": "is missing",
    "PAST_DAY": "is over; a dry run looks ahead",
    "UNKNOWN": "is not known",
}
ANOMALIES: Final[Mapping[str, str]] = {
    "above_confirmed": "above the confirmed amount",
    "charged_twice": "one contract twice",
    "count_deviates": "count unlike other days",
    "no_contract": "no contract",
    "other_than_price": "not the contract's price",
    "past_its_date": "past its date",
    "sum_deviates": "sum unlike other days",
    "without_next_item": "no next period",
}
REMEDIES: Final[Mapping[str, str]] = {
    "attempts_exceeded": "grant-attempt, or write-off",
    "disputed": "wait for the dispute's end",
    "outcome_unknown": "look for it at the provider; never charge it again",
    "unpaid": "re-drive, or write-off",
}
ELSEWHERE: Final = "docs/runbooks/README.md"


def problem(told: Mapping[str, Any]) -> str:
    """A problem in a sentence that says what to do."""
    code = str(told["code"])
    lines = [PROBLEMS.get(code, f"Refused: {code}.")]
    if told.get("about"):
        lines[0] += f" ({told['about']})"
    lines += [
        f"  {name} {FIELDS.get(fault, fault)}" for name, fault in told.get("fields", {}).items()
    ]
    return "\n".join(lines)


def remedy(reason: str) -> str:
    """What to do about what is parked for that reason."""
    return REMEDIES.get(reason, ELSEWHERE)
