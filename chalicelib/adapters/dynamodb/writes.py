"""Each write of a change as one conditional request of the table."""

from collections.abc import Mapping
from typing import Any, assert_never

from pydantic_core import to_jsonable_python

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.codec import SCHEMA, attribute, encode
from chalicelib.domain.billing.guards import Ask, hour_of
from chalicelib.domain.kernel.change import Insert, Remove, Replace, Stamp, Write
from chalicelib.domain.kernel.value import Entity

Request = dict[str, Any]

AGENDA_ATTRIBUTES = ("gpk", "gsk", "agenda_at")


def action(write: Write, *, table: str, commit: str) -> dict[str, Request]:
    """The request of one write; a failed condition brings back the item as it stands."""
    match write:
        case Insert():
            item = encode(write.entity, events=write.events, commit=commit)
            absent = {"ConditionExpression": "attribute_not_exists(pk)"}
            return {"Put": {"Item": item, **absent, **_common(table)}}
        case Replace():
            assert write.entity.version > 1, "the next version of something"
            item = encode(write.entity, events=write.events, commit=commit)
            before = _at_version(write.entity.version - 1)
            return {"Put": {"Item": item, **before, **_common(table)}}
        case Remove():
            return {
                "Delete": {
                    "Key": _key(keys.of(write.entity)),
                    **_at_version(write.entity.version),
                    **_common(table),
                }
            }
        case Stamp():
            update = _stamp(write, commit)
            return {"Update": {"Key": _key(keys.due(write.key)), **update, **_common(table)}}
        case _:
            assert_never(write)


def count_of(ask: Ask, *, table: str, commit: str) -> Request:
    """The update that counts an ask, under the condition of `guards.admits`."""
    added = {
        "granted": ask.wanted,
        "hour_granted": ask.wanted,
        "reported": ask.tally.reported,
        "refused": ask.tally.refused,
        "hour_refused": ask.tally.refused,
        "unknown": ask.tally.unknown,
        "hour_unknown": ask.tally.unknown,
        "paid_twice": ask.tally.paid_twice,
        "version": 1,
    }
    changed = {name: by for name, by in added.items() if by}
    values: dict[str, Any] = {"commit": commit, **changed}
    sets = "SET #commit = :commit"
    condition = "attribute_exists(pk)"
    if ask.wanted > 0:
        values |= to_jsonable_python(
            {
                "table_id": ask.table_id,
                "hour_at": hour_of(ask.at),
                "granted_at": ask.at,
                "hour_max": ask.hour_max - ask.wanted,
                "canary_max": ask.canary_max - ask.wanted,
                "yes": True,
            }
        )
        sets += ", granted_at = :granted_at"
        condition = (
            "table_id = :table_id AND hour_at = :hour_at AND attribute_not_exists(stopped)"
            " AND attribute_not_exists(halted) AND attribute_not_exists(fenced_since)"
            f" AND {_at_most('hour_granted', 'hour_max', ask.hour_max - ask.wanted)}"
            f" AND (canary_passed = :yes OR "
            f"{_at_most('granted', 'canary_max', ask.canary_max - ask.wanted)})"
        )
    return {
        **_common(table),
        "Key": _key(keys.charging()),
        "UpdateExpression": f"{sets} REMOVE emit ADD "
        + ", ".join(f"#{name} :{name}" for name in changed),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in ("commit", *changed)},
        "ExpressionAttributeValues": {f":{n}": attribute(value) for n, value in values.items()},
        "ReturnValues": "ALL_NEW",
    }


def _at_most(name: str, value: str, most: int) -> str:
    """That a count is at most `:value`; one that was never added to is zero."""
    held = f"{name} <= :{value}"
    return f"(attribute_not_exists({name}) OR {held})" if most >= 0 else held


def note_of(
    entity: Entity, added: Mapping[str, int], *, table: str, commit: str, expires_at: int = 0
) -> Request:
    """The update that makes a small item if there is none, and adds to its counts.

    `expires_at`, in seconds, is when the table may forget it; zero is never.
    """
    fields = entity.model_dump(mode="json", exclude={"version", *added}, exclude_defaults=True)
    fields |= {"schema": SCHEMA, "commit": commit}
    if expires_at:
        fields["expires_at"] = expires_at
    adds = {**added, "version": 1}
    return {
        "TableName": table,
        "Key": _key(keys.of(entity)),
        "UpdateExpression": f"SET {', '.join(f'#{name} = :{name}' for name in fields)} ADD "
        + ", ".join(f"#{name} :{name}" for name in adds),
        "ExpressionAttributeNames": {f"#{name}": name for name in (*fields, *adds)},
        "ExpressionAttributeValues": {
            f":{name}": attribute(value) for name, value in {**fields, **adds}.items()
        },
    }


def key_of(write: Write) -> keys.Key:
    """The key of the item a write is about."""
    return keys.due(write.key) if isinstance(write, Stamp) else keys.of(write.entity)


def _common(table: str) -> Request:
    return {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _key(key: keys.Key) -> dict[str, dict[str, str]]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _at_version(version: int) -> Request:
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"N": str(version)}},
    }


def _stamp(stamp: Stamp, commit: str) -> Request:
    """Set the facts and count the version up, unread.

    Condition, in this order: the item exists, the mark is absent, every required fact stands.
    Events of the write before do not ride along again.
    """
    assert stamp.mark in stamp.facts, "a stamp leaves its mark"
    assert None not in stamp.facts.values(), "a fact that is absent is not stamped"
    facts = {**to_jsonable_python(dict(stamp.facts)), "commit": commit}
    if stamp.events:
        facts["emit"] = list(stamp.events)
    removed = [] if stamp.events else ["emit"]
    removed += AGENDA_ATTRIBUTES if stamp.leaves_agenda else ()
    named = [*facts, *removed, stamp.mark, *stamp.requires, "version", "pk"]
    sets = [f"#{name} = :{name}" for name in facts] + ["#version = #version + :one"]
    expression = f"SET {', '.join(sets)}"
    if removed:
        expression += f" REMOVE {', '.join(f'#{name}' for name in removed)}"
    conditions = ["attribute_exists(#pk)", f"attribute_not_exists(#{stamp.mark})"]
    conditions += [f"attribute_exists(#{name})" for name in stamp.requires]
    return {
        "UpdateExpression": expression,
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in named},
        "ExpressionAttributeValues": {
            ":one": {"N": "1"},
            **{f":{name}": attribute(value) for name, value in facts.items()},
        },
    }
