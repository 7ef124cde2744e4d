"""What went wrong, and what to do about it; what is parked, and where its page is."""

from collections.abc import Mapping
from typing import Any, Final

PROBLEMS: Final[Mapping[str, str]] = {
    "ALREADY_DONE": "Somebody else has approved this proposal; it is done.",
    "ANOTHER_AMOUNT": "The report settles another amount under that reference: look at it by hand.",
    "ANSWERED_ALREADY": "Somebody has dealt with that already.",
    "ATTEMPTS_EXCEEDED": "The attempts of this amount are used up: use grant-attempt.",
    "BATCH_MISSING": "The batches have a gap: name every number from the first to the last.",
    "BATCH_UNREAD": "Not all of these batches are read yet: use read-batch, and try again later.",
    "BUDGET_LEFT": "Attempts are left: use re-drive.",
    "CHANGED_SINCE": "What it would change has moved since it was shown: propose it again.",
    "CONFLICT_TRY_AGAIN": "Something else changed the same thing at that instant: try again.",
    "CONTRACT_HELD": "The contract is in dispute and is not charged until that is over.",
    "EVIDENCE_TOO_SHORT": "These batches prove nothing: the first must have been announced before "
    "the attempt, and the last must tell of payments five days after it.",
    "GATEWAY_UNAVAILABLE": "The payment provider did not answer: try again in a few minutes.",
    "INVALID": "Some arguments do not fit.",
    "IN_REPORT": "One of these reports tells the attempt: use settle-by-evidence.",
    "MORE_THAN_CAPTURED": "Refunds and disputes leave less than that of the payment.",
    "NO_DIFFERENCE": "Nothing in that batch waits for an answer: its lines fit, or are not read.",
    "NOTHING_TO_DRIVE": "Nothing waits for a person here: it is done, or will act by itself.",
    "NOT_PAID": "This amount is not paid: there is nothing to send back.",
    "NOT_FENCED": "This table is not fenced.",
    "NOT_HALTED": "Charging has not stopped itself.",
    "NOT_IN_REPORT": "That batch settles no such payment under our reference.",
    "NOT_STOPPED": "Nobody has stopped charging.",
    "NOT_FOUND": "There is no such thing: check the name, and the deployment (--stack).",
    "NOT_OWED": "The books hold no debt of that amount, so there is none to give up.",
    "OUTCOME_KNOWN": "The outcome of that attempt is known.",
    "OUTCOME_UNKNOWN": "Whether the last attempt took the money is not known; nothing else may be "
    "tried before it is.",
    "PAID_ALREADY": "This amount is paid.",
    "PROMISED_ALREADY": "That amount was promised for that cause already.",
    "PROPOSAL_LAPSED": "The proposal is more than a day old: propose it again.",
    "REFUSED_FOR_GOOD": "The last refusal forbids another try with this method: the learner has to "
    "give another one.",
    "REFUND_DIFFERS": "Another amount was promised for that cause already: name another cause.",
    "REFUND_NOT_FAILED": "The last order may still send the money: wait for its notification.",
    "REPORT_UNREADABLE": "The report as it was kept cannot be read.",
    "SAME_PERSON": "You proposed it yourself: somebody else has to approve it.",
    "STILL_TRIED": "A retry is due by itself: wait for it, then write off what is left.",
    "STOPPED_ALREADY": "Charging is stopped already; the first reason stands.",
    "UNKNOWN_ATTEMPT": "That attempt was never opened.",
    "UNKNOWN_REPORT": "The provider knows no report of that name.",
    "UNPROVEN_CALLER": "Who you are could not be proved: check your clock and your credentials.",
    "WRITTEN_OFF_ALREADY": "This amount is written off already.",
}
FIELDS: Final[Mapping[str, str]] = {
    "BAD_ANSWER": "is a text of at most 200 characters",
    "BAD_ATTEMPT": "is no attempt: <contract>.<period>.<instalment>.<number>",
    "BAD_BATCH": "is the number of a batch",
    "BAD_BATCHES": "are the first and last of at most 40 batches, like 41-46",
    "BAD_CAUSE": "is a word or a few in small letters",
    "BAD_DATE": "is no date like 2027-01-31",
    "BAD_ID": "is no id of ours",
    "BAD_ITEM": "is no amount owed: <contract>.<period>.<instalment>, as `parked` prints it",
    "BAD_INSTANT": "is an instant with its zone, like 2026-11-25T04:00Z",
    "BAD_LIMIT": "is from 1 to 1000",
    "BAD_MINOR": "is a whole number of minor units: 500 is 5.00 EUR",
    "BAD_MONEY": "is no money that nobody answers for, as `parked` prints it",
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
    "disputed": "answer the dispute, or wait for its end",
    "outcome_unknown": "settle-by-evidence, or settle-by-absence",
    "refund_failed": "re-drive, after the cause is known",
    "refund_unanswered": "look for it at the provider; never ask anew",
    "refund_unconfirmed": "look for it at the provider; never ask anew",
    "reversal_failed": "re-drive, after the cause is known",
    "settlement_differs": "find out what each line is, then answer-batch",
    "settlement_unread": "read-batch, once the provider has the report",
    "unpaid": "re-drive, or write-off",
    "unplaced": "find out whose it is, then answer-unplaced",
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
