"""What a decision returns: writes, each with the events that ride on it.

A change is committed whole or not at all. An event leaves the house only because the item it
rides on was written; nothing else sends anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.kernel.errors import Conflict
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Entity


@dataclass(frozen=True, slots=True)
class Insert:
    """Store a thing that does not exist yet; it existing is a `Conflict`."""

    entity: Entity
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replace:
    """Store the next version of a thing; any version but the one before is a `Conflict`."""

    entity: Entity
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a thing at exactly this version."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class Stamp:
    """Write facts once on a due item, unread: `mark` must be absent, the others come with it.

    Attributes:
        key: which due item.
        mark: the fact that makes this stamp unique (`number`, `sha256`, `mailed_at`).
        facts: the attributes written, `mark` among them.
        requires: facts that must already stand.
        leaves_agenda: whether the item has nothing more to do.
    """

    key: DueKey
    mark: str
    facts: Mapping[str, Any]
    requires: tuple[str, ...] = ()
    leaves_agenda: bool = False
    events: tuple[str, ...] = ()


Write = Insert | Replace | Remove | Stamp


@dataclass(frozen=True, slots=True)
class Change:
    """Writes that stand or fall together; none means that nothing needs to be done."""

    writes: tuple[Write, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.writes)


NOTHING = Change()


class AlreadyStamped(Conflict):
    """Some due items of the change bear the mark already; the others were not touched either."""

    def __init__(self, keys: tuple[DueKey, ...]) -> None:
        """`keys` are the due items that cannot take the stamp; never empty."""
        super().__init__(detail=",".join(key.subscription_id for key in keys))
        self.keys = keys
