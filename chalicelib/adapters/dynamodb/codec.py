"""Things to items and back: what an item of the table looks like.

An item bears its keys, the fields of its thing under their own names, and four attributes of ours:
`schema` (which edition of this shape), `version`, `commit` (which commit wrote it last), and `emit`
(the events that ride on it; absent when there are none). What has its default value is not
written: a default is therefore part of the schema, and changing one makes the next schema. A due
item must stay under a kilobyte, so what its key says is not written again and its postings and
attempts are rows.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from gzip import compress, decompress
from typing import Any, Final, TypeVar

from chalicelib.adapters.dynamodb import keys
from chalicelib.application.ports import Notification
from chalicelib.domain.billing.books.proof import LatestProof
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.operating.proposal import Proposal
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.beat import Beat
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.unique import Unique
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.correspondence import SentLetter
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Checkout
from chalicelib.domain.selling.throttle import Tries

E = TypeVar("E", bound=Entity)
Fields = dict[str, Any]
Item = dict[str, dict[str, Any]]
Upgrade = Callable[[type[Entity], Fields], Fields]

SCHEMA: Final = 2
ATTEMPT: Final = tuple(Attempt.model_fields)

OURS: Final = ("pk", "sk", "gpk", "gsk", "schema", "commit", "emit", "expires_at")
KINDS: Final[Mapping[tuple[str, str], type[Entity]]] = {
    ("CHK", "CHK"): Checkout,
    ("SUB", "SUB"): Subscription,
    ("SUB", "CONTRACT"): Contract,
    ("SUB", "DUE"): DueItem,
    ("SUB", "REVERSAL"): Reversal,
    ("SUB", "PROMISED"): Refund,
    ("SUB", "DISPUTE"): Dispute,
    ("UNPLACED", "MONEY"): UnplacedMoney,
    ("SUB", "LETTER"): SentLetter,
    ("CUS", "CUS"): Customer,
    ("CUS", "IDENTITY"): BillingIdentity,
    ("UNIQ", "UNIQ"): Unique,
    ("SERIES", "COUNTER"): Series,
    ("BATCH", "BATCH"): Settlement,
    ("BRAKE", "BRAKE"): Charging,
    ("TRY", "HOUR"): Tries,
    ("BEAT", "BEAT"): Beat,
    ("REPAIR", "PROPOSAL"): Proposal,
    ("PROOF", "PROOF"): LatestProof,
}


def encode(entity: Entity, *, events: tuple[str, ...] = (), commit: str) -> Item:
    """The item of a thing as it is written by one commit."""
    key = keys.of(entity)
    said = set(DueKey.model_fields) if isinstance(entity, DueItem) else set()
    fields = _packed(
        entity.model_dump(mode="json", exclude=said, exclude_none=True, exclude_defaults=True)
    )
    own: Fields = {"schema": SCHEMA, "version": entity.version, "commit": commit}
    emitted = {"emit": list(events)} if events else {}
    agenda = keys.agenda_of(entity)
    whole = {**key._asdict(), **(agenda or {}), **fields, **own, **emitted}
    return {name: attribute(value) for name, value in whole.items()}


def read(kind: type[E], item: Mapping[str, Mapping[str, Any]]) -> E:
    """The thing of a kind that an item holds.

    Raises:
        ValidationError: the item is not such a thing.
        ValueError: its schema is neither ours nor the one before.
    """
    fields = {name: plain(value) for name, value in item.items() if name not in OURS}
    fields = upgraded(kind, fields, int(item["schema"]["N"]))
    if kind is DueItem:
        fields |= dict(keys.due_key(keys.Key(item["pk"]["S"], item["sk"]["S"])))
    return kind.model_validate_json(json.dumps(_unpacked(fields)))


def upgraded(
    kind: type[Entity],
    fields: Fields,
    schema: int,
    *,
    upgrades: Mapping[int, Upgrade] | None = None,
    current: int = SCHEMA,
) -> Fields:
    """The fields as the current schema has them.

    Raises:
        ValueError: no path leads from that schema to the current one.
    """
    upgrades = UPGRADES if upgrades is None else upgrades
    if schema == current:
        return fields
    if schema not in upgrades:
        raise ValueError(f"an item of schema {schema}, where {current} is current")
    after = upgrades[schema](kind, fields)
    return upgraded(kind, after, schema + 1, upgrades=upgrades, current=current)


def decode(image: Mapping[str, Mapping[str, Any]]) -> Entity | Notification:
    """The thing, or the notification, in an image of the table's stream.

    Raises:
        KeyError: an item of no known kind.
    """
    pk, sk = image["pk"]["S"], image["sk"]["S"]
    if pk.startswith("HOOK#"):
        return _notification(keys.Key(pk, sk), image)
    return thing(image)


def thing(item: Mapping[str, Mapping[str, Any]]) -> Entity:
    """The thing in an item, whatever its kind.

    Raises:
        KeyError: an item of no known kind.
    """
    kind = item["pk"]["S"].partition("#")[0], item["sk"]["S"].partition("#")[0]
    return read(KINDS[kind], item)


def events_of(image: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The events that ride on an image of the table's stream, in the order they were given."""
    return tuple(plain(image["emit"])) if "emit" in image else ()


def encode_notification(notification: Notification) -> Item:
    """The item of a notification: the raw text, compressed."""
    key = keys.notification(
        notification.provider_reference, notification.event, notification.success
    )
    fields = {
        **key._asdict(),
        "schema": SCHEMA,
        "received_at": notification.received_at.isoformat(),
        "raw": compress(notification.raw, mtime=0),
    }
    return {name: attribute(value) for name, value in fields.items()}


def attribute(value: object) -> dict[str, Any]:  # noqa: PLR0911 - one line for each type
    """A JSON value, or bytes, as an attribute of an item; numbers are whole."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {name: attribute(part) for name, part in value.items()}}
        case list() | tuple():
            return {"L": [attribute(part) for part in value]}
        case _:
            raise TypeError(f"no attribute can hold a {type(value).__name__}")


def plain(value: Mapping[str, Any]) -> Any:
    """An attribute of an item as a JSON value."""
    ((kind, content),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(content)
        case "M":
            return {name: plain(part) for name, part in content.items()}
        case "L":
            return [plain(part) for part in content]
        case _:
            return content


def _packed(fields: Fields) -> Fields:
    """Postings and attempts as rows: `["receivable", 2000]` says as much as two names more."""
    packed = dict(fields)
    if "postings" in fields:
        packed["postings"] = [[line["account"], line["minor"]] for line in fields["postings"]]
    if "attempts" in fields:
        packed["attempts"] = [_row(attempt) for attempt in fields["attempts"]]
    return packed


def _unpacked(fields: Fields) -> Fields:
    whole = dict(fields)
    if "postings" in fields:
        whole["postings"] = [
            {"account": account, "minor": minor} for account, minor in fields["postings"]
        ]
    if "attempts" in fields:
        whole["attempts"] = [_attempt(row) for row in fields["attempts"]]
    return whole


def _row(attempt: Mapping[str, Any]) -> list[Any]:
    """An attempt in the order of its fields; what is absent at the end is not written."""
    row = [attempt.get(name) for name in ATTEMPT]
    while row and row[-1] is None:
        row.pop()
    return ["" if value is None else value for value in row]


def _attempt(row: Sequence[Any]) -> Fields:
    return {name: value for name, value in zip(ATTEMPT, row, strict=False) if value != ""}


def _attempts_as_rows(kind: type[Entity], fields: Fields) -> Fields:
    """Schema 1 wrote attempts with their names, and left the next retry to the agenda alone."""
    if kind is not DueItem or "attempts" not in fields:
        return fields
    attempts = fields["attempts"]
    waits = fields.get("state", "scheduled") == "scheduled" and "agenda_at" in fields
    retry = {"retry_at": fields["agenda_at"]} if waits else {}
    return {**fields, **retry, "attempts": [_row(attempt) for attempt in attempts]}


def _notification(key: keys.Key, image: Mapping[str, Mapping[str, Any]]) -> Notification:
    raw = image["raw"]["B"]
    event, _, success = key.sk.rpartition("#")
    return Notification(
        provider_reference=key.pk.removeprefix("HOOK#"),
        event=event,
        success=success,
        # the API hands out bytes, an event of the stream carries them as base 64
        raw=decompress(b64decode(raw) if isinstance(raw, str) else raw),
        received_at=datetime.fromisoformat(image["received_at"]["S"]),
    )


UPGRADES: Final[Mapping[int, Upgrade]] = {1: _attempts_as_rows}
"""How the fields of schema n become those of schema n + 1; readers accept the previous one."""
