"""The HTTP status of each expected error."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil

from chalicelib.domain.kernel import errors

BY_BRANCH: Mapping[type[errors.BillingError], HTTPStatus] = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.GatewayUnavailable: HTTPStatus.BAD_GATEWAY,
}
BY_CODE: Mapping[str, HTTPStatus] = {
    "BAD_JSON": HTTPStatus.BAD_REQUEST,
    "BAD_PLATFORM_KEY": HTTPStatus.UNAUTHORIZED,
    "BODY_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "METHOD_NOT_ALLOWED": HTTPStatus.METHOD_NOT_ALLOWED,
    "PAY_LINK_EXPIRED": HTTPStatus.GONE,
    "PROOF_LINK_EXPIRED": HTTPStatus.GONE,
    "PAYMENTS_PAUSED": HTTPStatus.SERVICE_UNAVAILABLE,
    "TOO_MANY_REFUSALS": HTTPStatus.TOO_MANY_REQUESTS,
    "TOO_MANY_TRIES": HTTPStatus.TOO_MANY_REQUESTS,
    "UNKNOWN_SENDER": HTTPStatus.UNAUTHORIZED,
    "WRONG_CONTENT_TYPE": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


def patience(error: errors.BillingError) -> dict[str, str]:
    """The header that says when to try again, if waiting helps."""
    if not isinstance(error, errors.Throttled):
        return {}
    return {"Retry-After": str(max(1, ceil(error.retry_after.total_seconds())))}


def status_of(error: errors.BillingError) -> HTTPStatus:
    """The status of an expected error: its code's own, or its nearest ancestor's."""
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    known = (BY_BRANCH[cls] for cls in type(error).__mro__ if cls in BY_BRANCH)
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
