"""Who calls: a proof that the cloud's identity service confirms, never a name that is only said.

The caller signs a question to the service ("who am I?") without sending it, and hands it over with
the request. The answer to that very question names whoever signed it. Its signature covers the
digest of the request, so that no proof serves for another request.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from chalicelib.domain.kernel.errors import Forbidden

SUBJECT_HEADER: Final = "x-tacite-request"
ASKED: Final = {"Action": ["GetCallerIdentity"], "Version": ["2011-06-15"]}
SIGNED: Final = {"host", SUBJECT_HEADER}
LIVES_SECONDS_MAX: Final = 300
PROOF_LENGTH_MAX: Final = 4_000
TIMEOUT_SECONDS: Final = 5.0

Fetch = Callable[[str, Mapping[str, str]], tuple[int, bytes]]


def host_of(region: str) -> str:
    """Where the identity service of a region answers."""
    return f"sts.{region}.amazonaws.com"


def subject_of(request: Mapping[str, Any]) -> str:
    """The digest of a request, whatever proves who sent it."""
    bare = {name: value for name, value in request.items() if name != "who"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def proven_caller(
    proof: str, request: Mapping[str, Any], *, region: str, account: str, fetch: Fetch
) -> str:
    """The identity, an ARN of our own account, that signed the proof for this request.

    Raises:
        Forbidden: `UNPROVEN_CALLER`; the proof is for another request or service, is too old, or
            was signed in another account.
    """
    if not _is_such_a_question(proof, host_of(region)):
        raise Forbidden("UNPROVEN_CALLER")
    headers = {SUBJECT_HEADER: subject_of(request), "Accept": "application/json"}
    status, body = fetch(proof, headers)
    try:
        answer = json.loads(body)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
        arn, owner = str(answer["Arn"]), str(answer["Account"])
    except (KeyError, TypeError, ValueError):
        raise Forbidden("UNPROVEN_CALLER") from None
    if status != 200 or owner != account:  # noqa: PLR2004 - HTTP's OK
        raise Forbidden("UNPROVEN_CALLER")
    return arn


def _is_such_a_question(proof: str, host: str) -> bool:
    """Whether it asks that service who one is, signed for one request and for a few minutes."""
    if len(proof) > PROOF_LENGTH_MAX:
        return False
    try:
        parts = urlsplit(proof)
        query = parse_qs(parts.query, strict_parsing=True)
    except ValueError:
        return False
    signed = set(query.get("X-Amz-SignedHeaders", [""])[0].split(";"))
    lives = query.get("X-Amz-Expires", [""])[0]
    return (
        (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", host, "/", "")
        and all(query.get(name) == value for name, value in ASKED.items())
        and signed == SIGNED
        and lives.isdecimal()
        and int(lives) <= LIVES_SECONDS_MAX
    )


def fetch(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Put the question; its address bears a signature and is never logged.

    Raises:
        Forbidden: `UNPROVEN_CALLER`; the service could not be asked.
    """
    import requests  # noqa: PLC0415 - only operators' functions need it

    try:
        answer = requests.get(
            url, headers=dict(headers), timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.RequestException:
        raise Forbidden("UNPROVEN_CALLER") from None
    return answer.status_code, answer.content
