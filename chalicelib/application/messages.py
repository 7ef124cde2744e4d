"""The shape of a message: what happened, to which edition of what, with the thing itself inside.

Schema 1. A reader of schema n + 1 still reads schema n.
"""

from typing import Any

from chalicelib.domain.kernel.value import Entity

SCHEMA = 1


def event_id(entity: Entity, event: str) -> str:
    """The name of an event: the thing, its version, the event; the same at every delivery."""
    return f"{identity(entity)}.{entity.version}.{event}"


def identity(entity: Entity) -> str:
    """The name of a thing among all things, out of the fields that identify it."""
    named = entity.model_dump(include=set(IDENTITY) & set(type(entity).model_fields))
    return ".".join(str(named[name]) for name in IDENTITY if name in named)


IDENTITY = (
    *("id", "subscription_id", "period", "instalment", "attempt", "batch", "refund", "dispute"),
)


def message(event: str, entity: Entity) -> dict[str, Any]:
    """A self-contained message about an entity as it stood when the event rode on it.

    Of a person only the identity travels; the reader loads the rest.
    """
    kept = set(IDENTITY) & set(type(entity).model_fields) if entity.is_personal else None
    record = entity.model_dump(
        mode="json", include=kept, exclude_none=True, exclude_defaults=not entity.is_personal
    )
    return {
        "schema": SCHEMA,
        "event": event,
        "id": event_id(entity, event),
        "record": record | {"version": entity.version},
    }
