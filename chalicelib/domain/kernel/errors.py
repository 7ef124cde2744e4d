"""What can go wrong, and what each branch means to the caller.

BillingError
├── NotFound                the thing named does not exist, or is not the caller's to see
├── Invalid                 what was sent does not fit; `fields` says where
├── Refused                 the contract or the law forbids it; `code` says why
│   └── Throttled           not now; `retry_after` says when
├── Forbidden               the caller may not do this (signature, owner, CSRF)
├── Conflict                someone changed it first; load again and decide again
└── GatewayUnavailable      no answer from the provider; the outcome is unknown
"""

from collections.abc import Mapping
from datetime import timedelta


class BillingError(Exception):
    """Base of every expected error; `code` is stable and has a text in each language."""

    code = "UNEXPECTED"

    def __init__(self, code: str | None = None, detail: str = "") -> None:
        """`code` overrides the class's own; `detail` is for logs and carries ids only."""
        super().__init__(code or self.code, detail)
        self.code = code or type(self).code
        self.detail = detail


class NotFound(BillingError):
    """The thing named does not exist, or is not the caller's to see."""

    code = "NOT_FOUND"


class Invalid(BillingError):
    """What was sent does not fit; `fields` maps a field to the code of its error."""

    code = "INVALID"

    def __init__(self, fields: Mapping[str, str]) -> None:
        """`fields` is never empty."""
        super().__init__(detail=",".join(sorted(fields)))
        self.fields = dict(fields)


class Refused(BillingError):
    """The contract or the law forbids it; the reader may see why."""

    code = "REFUSED"


class Throttled(Refused):
    """Not now, and nothing was charged; it may be tried again after a while."""

    def __init__(self, code: str, retry_after: timedelta) -> None:
        """`retry_after` is how long to wait."""
        super().__init__(code)
        self.retry_after = retry_after


class Forbidden(BillingError):
    """The caller may not do this."""

    code = "NOT_YOURS"


class Conflict(BillingError):
    """Someone changed it first; load again and decide again."""

    code = "CONFLICT_TRY_AGAIN"


class GatewayUnavailable(BillingError):
    """No answer from the provider; whether it acted is unknown."""

    code = "GATEWAY_UNAVAILABLE"
