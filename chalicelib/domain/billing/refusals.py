"""What a refusal means for the next try: one table over the provider's and the schemes' codes.

| Kind   | Means                                         | What follows                          |
|--------|-----------------------------------------------|---------------------------------------|
| tech   | the bank was not reached                      | again within hours                    |
| soft   | not now (balance, limit, do not honour)       | the calendar of retries               |
| sca    | the bank wants its customer present           | no try without them: a link to pay    |
| update | this card or account cannot pay               | no try with it: a link to pay         |
| stop   | forbidden for good (fraud, mandate revoked)   | never with this method; suspension    |

The provider's code, Mastercard's advice and the scheme's raw code are read together and the most
careful one counts. The last two are not signed in notifications: reading them that way, a forger
could make us ask less often, never more.

Sources: Adyen's refusal reasons; Mastercard merchant advice codes; Visa decline categories.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, get_args

RefusalKind = Literal["tech", "soft", "sca", "update", "stop"]
CAREFUL: tuple[RefusalKind, ...] = get_args(RefusalKind)
"""From the most to the least inviting."""

NO_METHOD = "no_method"
UNNAMED = "notified"

_CODES: Mapping[RefusalKind, tuple[str, ...]] = {
    "tech": ("0", "4", "9", "21"),
    "soft": ("2", "3", "12", "27", "28", "29"),
    # 15 and 16: the shopper gave up, which only a shopper can make good
    "sca": ("11", "15", "16", "38", "39", "42"),
    # 17 to 45: cards that want a terminal cannot pay from afar
    "update": (
        "5", "6", "7", "8", "10", "17", "18", "19", "23", "24", "25", "32", "33", "34", "35",
        "36", "37", "40", "41", "43", "44", "45", NO_METHOD, "422-800",
    ),
    "stop": ("14", "20", "22", "26", "31", "46"),
}  # fmt: skip
_ADVICE: Mapping[RefusalKind, tuple[str, ...]] = {
    "soft": ("02", "24", "25", "26", "27", "28", "29", "30"),
    "update": ("01",),
    "stop": ("03", "04", "21", "22"),
}
# Where acquirers' lists disagree (03, 62, 78, 93), the careful reading counts: not with this card.
_RAW: Mapping[RefusalKind, tuple[str, ...]] = {
    "sca": ("1A", "65"),
    "update": ("03", "54", "55", "62", "6P", "70", "78", "82", "93", "N7"),
    "stop": ("04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"),
}
_WAITS: Mapping[str, timedelta] = {
    "02": timedelta(hours=72),
    "24": timedelta(hours=1),
    "25": timedelta(hours=24),
    "26": timedelta(days=2),
    "27": timedelta(days=4),
    "28": timedelta(days=6),
    "29": timedelta(days=8),
    "30": timedelta(days=10),
}
_WORDS: Mapping[str, str] = {
    "refused": "2", "referral": "3", "acquirer error": "4", "blocked card": "5",
    "expired card": "6", "invalid amount": "7", "invalid card number": "8",
    "issuer unavailable": "9", "not supported": "10", "3d not authenticated": "11",
    "not enough balance": "12", "acquirer fraud": "14", "cancelled": "15",
    "shopper cancelled": "16", "pin tries exceeded": "18", "fraud": "20", "not submitted": "21",
    "fraud-cancelled": "22", "transaction not permitted": "23", "cvc declined": "24",
    "restricted card": "25", "revocation of auth": "26", "declined non generic": "27",
    "withdrawal amount exceeded": "28", "withdrawal count exceeded": "29",
    "issuer suspected fraud": "31", "avs declined": "32",
    "no checking account available on card": "34", "no savings account available on card": "35",
    "authentication required": "38", "rreq not received from ds": "39",
    "3ds authentication error": "42",
    "transaction blocked by adyen to prevent excessive retry fees": "46",
}  # fmt: skip


def kind_of(code: str, *, advice: str | None = None, raw: str | None = None) -> RefusalKind:
    """What a refusal means for the next try; a code of no table is soft.

    Args:
        code: the provider's refusal reason code.
        advice: Mastercard's merchant advice code, `03`.
        raw: the scheme's own words, `51 : Insufficient funds`.
    """
    read = [
        _kind(_CODES, code, otherwise="update" if code.startswith("422") else "soft"),
        _kind(_ADVICE, (advice or "").strip(), otherwise="tech"),
        _kind(_RAW, (raw or "").partition(":")[0].strip().upper(), otherwise="tech"),
    ]
    return max(read, key=CAREFUL.index)


def least_wait(advice: str | None) -> timedelta:
    """How long Mastercard's advice asks to wait before another try; zero without advice."""
    return _WAITS.get((advice or "").strip(), timedelta())


def code_in_words(reason: str) -> str:
    """The code of a refusal that is told in words, as notifications do."""
    return _WORDS.get(reason.strip().casefold(), UNNAMED)


def is_our_fault(code: str) -> bool:
    """Whether the request was wrong, not the method: no learner can mend that."""
    return code == "7" or (code.startswith("422") and code != "422-800")


def _kind(
    table: Mapping[RefusalKind, tuple[str, ...]], code: str, *, otherwise: RefusalKind
) -> RefusalKind:
    return next((kind for kind, codes in table.items() if code in codes), otherwise)
