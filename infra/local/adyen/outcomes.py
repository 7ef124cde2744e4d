"""What the issuer answers: words for outcomes, magic holder names, scripts.

An outcome is written `Authorised` (or `OK`), a refusal code (`12`) or its test holder
name (`NOT_ENOUGH_BALANCE`). `13` answers `Received` and is accepted later; `13>12` is
refused later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from infra.local.adyen import published
from infra.local.adyen.records import Decision, Script, Step

if TYPE_CHECKING:
    from datetime import datetime

    from infra.local.adyen.records import Json, Token

ACCEPTED = Decision()
PENDING_CODE = "13"
NOT_AUTHENTICATED = "11"
EXPIRED = "6"
REVOKED = "26"
_ACCEPTED_WORDS = ("OK", "AUTHORISED", "APPROVED")
_MONTH = re.compile(r"M(\d{1,3})=([A-Z0-9_>/]+)")
_AUTHENTICATION = re.compile(r"3DS=([A-Z]+)")
# What the networks say for each refusal of Adyen; where several are possible, none is claimed.
NETWORK_WORDS = {
    "2": "05 : Do not honor",
    "3": "01 : Refer to card issuer",
    "6": "54 : Expired card",
    "8": "14 : Invalid card number",
    "9": "91 : Issuer unavailable",
    "12": "51 : Insufficient funds",
    "17": "55 : Invalid PIN",
    "23": "57 : Transaction not permitted to cardholder",
    "24": "N7 : Decline for CVV2 failure",
    "26": "R1 : Revocation of authorization order",
    "28": "61 : Exceeds withdrawal amount limit",
    "29": "65 : Exceeds withdrawal count limit",
    "31": "59 : Suspected fraud",
    "38": "1A : Additional customer authentication required",
}
OMENS = ("capture failed", "refund failed", "chargeback")


class UnknownOutcome(ValueError):
    """A word that names no outcome."""


@cache
def _catalogue() -> dict[str, Json]:
    """Refusal reasons by code and by test holder name."""
    reasons = published.read_json("refusal-reasons.json")["refusalReasons"]
    return {key: reason for reason in reasons for key in (reason["code"], reason["testHolderName"])}


def is_outcome(word: str) -> bool:
    """Whether `word` names an outcome."""
    return word.upper() in _ACCEPTED_WORDS or word in _catalogue()


def decide(word: str, *, raw: str = "", advice: str = "") -> Decision:
    """The decision that `word` names, with the scheme's raw code and advice code.

    Raises:
        UnknownOutcome: no such outcome.
    """
    first, _, last = word.strip().partition(">")
    if first.upper() in _ACCEPTED_WORDS:
        return ACCEPTED
    reason = _catalogue().get(first)
    if reason is None:
        raise UnknownOutcome(f"no outcome is called {first!r}")
    if reason["code"] == PENDING_CODE:
        return Decision(result_code="Received", later=decide(last or "OK"))
    if reason["resultCode"] == "Authorised":
        return ACCEPTED
    return Decision(
        result_code=reason["resultCode"],
        code=reason["code"],
        reason=reason["refusalReason"],
        raw=raw or NETWORK_WORDS.get(reason["code"], ""),
        advice=advice,
    )


@dataclass(frozen=True)
class Plan:
    """The wishes written in a holder name: outcomes by month, 3-D Secure, an omen."""

    months: dict[int, tuple[str, ...]] = field(default_factory=dict)
    first: Decision | None = None
    authentication: str = ""
    omen: str = ""

    def outcome(self, month: int, attempt: int) -> Decision | None:
        """The outcome of an attempt of a month; the last one written repeats."""
        words = self.months.get(month)
        return decide(words[min(attempt, len(words)) - 1]) if words else None


def read_plan(holder_name: str) -> Plan:
    """Read a holder name.

    `SIM M2=12 M3=OK` plans months, `SIM 3DS=FRICTIONLESS` the authentication,
    `NOT_ENOUGH_BALANCE` or `DECLINED : 06 : ERROR` refuses at once; anything else is a name.
    """
    name = holder_name.strip()
    if name.upper().startswith("SIM "):
        return _simulated(name.upper())
    if name.lower() in OMENS:
        return Plan(omen=name.lower())
    word, _, raw = (part.strip() for part in name.partition(":"))
    if word in _catalogue() and not word.isdigit():
        return Plan(first=decide(word, raw=raw))
    return Plan()


def _simulated(name: str) -> Plan:
    months = {
        int(month): tuple(words.split("/"))
        for month, words in _MONTH.findall(name)
        if all(is_outcome(word.partition(">")[0]) for word in words.split("/"))
    }
    authentication = _AUTHENTICATION.search(name)
    return Plan(months=months, authentication=authentication[1] if authentication else "")


def read_step(line: object) -> Step:
    """Read one line of a script: a word, or `{"outcome", "raw", "advice"}`.

    Raises:
        UnknownOutcome: no such outcome, or a line of another shape.
    """
    if isinstance(line, str):
        line = {"outcome": line}
    if not isinstance(line, dict) or not isinstance(line.get("outcome"), str):
        raise UnknownOutcome("a line is a word or an object with an outcome")
    decide(line["outcome"])
    return Step(
        outcome=line["outcome"], raw=str(line.get("raw", "")), advice=str(line.get("advice", ""))
    )


def read_script(document: Json) -> Script:
    """Read a script: `{"outcomes": [...], "then": ...}`.

    Raises:
        UnknownOutcome: a line names no outcome.
    """
    then = document.get("then")
    return Script(
        steps=[read_step(line) for line in document.get("outcomes", [])],
        then=read_step(then) if then is not None else None,
    )


def next_decision(script: Script | None) -> Decision | None:
    """Use up the next line of a script; None when it says nothing."""
    if script is None:
        return None
    step = script.steps.pop(0) if script.steps else script.then
    return decide(step.outcome, raw=step.raw, advice=step.advice) if step else None


def token_decision(token: Token, now: datetime) -> Decision | None:
    """The refusal that the life of the token imposes: revoked or expired."""
    if token.revoked_at and token.revoked_at <= now:
        return decide(REVOKED)
    if token.expires_at and token.expires_at <= now:
        return decide(EXPIRED)
    return None


def month_decision(token: Token, cycle: str) -> Decision | None:
    """The outcome that the holder name plans for this charge.

    `cycle` is the billing cycle's reference: two attempts of one cycle count as one month.
    """
    token.attempts[cycle] = token.attempts.get(cycle, 0) + 1
    month = token.first_month + list(token.attempts).index(cycle) + 1
    plan = read_plan(token.instrument.holder_name)
    return plan.outcome(month, token.attempts[cycle])


def not_authenticated() -> Decision:
    """3-D Secure failed."""
    return replace(decide(NOT_AUTHENTICATED), raw="3d-secure: Authentication failed")
