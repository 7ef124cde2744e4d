"""What a refused write means: lost to somebody, lost to nobody yet, or done already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.dynamodb.writes import key_of
from chalicelib.domain.kernel.change import AlreadyStamped, Stamp, Write
from chalicelib.domain.kernel.errors import Conflict

CONDITIONS = frozenset({"ConditionalCheckFailed", "ConditionalCheckFailedException"})
TRANSIENT = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one write was refused, and the item as it stood; `None` when it was not the cause."""

    code: str
    item: Mapping[str, Any]


def reasons(error: ClientError) -> tuple[Reason, ...]:
    """One reason for each write of the request, in its order."""
    response: Mapping[str, Any] = error.response
    cancelled: Sequence[Mapping[str, Any]] = response.get("CancellationReasons", ())
    if cancelled:
        return tuple(Reason(each.get("Code", "None"), each.get("Item", {})) for each in cancelled)
    return (Reason(response["Error"]["Code"], response.get("Item", {})),)


def is_done(error: ClientError, writes: Sequence[Write], commit: str) -> bool:
    """Whether the write was done all the same; if not, it may be sent again.

    A condition that fails on what this very commit wrote says that only the reply was lost.

    Raises:
        Conflict: a condition failed on what somebody else wrote; `AlreadyStamped` when it was
            stamps alone that failed.
        ClientError: the request can never succeed.
    """
    why = reasons(error)
    if any(reason.item.get("commit", {}).get("S") == commit for reason in why):
        return True
    codes = {reason.code for reason in why} - {"None"}
    if codes & CONDITIONS:
        raise _conflict(why, writes) from error
    if not codes <= TRANSIENT:
        raise error
    return False


def _conflict(why: Sequence[Reason], writes: Sequence[Write]) -> Conflict:
    failed = [write for reason, write in zip(why, writes, strict=True) if reason.code in CONDITIONS]
    stamps = tuple(write.key for write in failed if isinstance(write, Stamp))
    if len(stamps) == len(failed):
        return AlreadyStamped(stamps)
    return Conflict(detail=",".join("|".join(key_of(write)) for write in failed))
