"""The base of every value, and of every thing that is stored."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """Immutable, closed, strictly typed; compared by content."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def replace(self, **changes: Any) -> Self:
        """A copy with `changes`, validated like any new value.

        Raises:
            ValidationError: a change does not fit its field.
        """
        return self.model_validate({**dict(self), **changes})


class Entity(Value):
    """A value with a life: each stored change raises `version` by one."""

    is_personal: ClassVar[bool] = False
    """Whether it holds personal data; messages then carry its identity alone."""

    version: int = Field(default=1, ge=1)

    def next(self, **changes: Any) -> Self:
        """The next version of this entity."""
        return self.replace(version=self.version + 1, **changes)
