"""A sign of life: something was alive at an instant."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.kernel.value import Entity

BeatName = Literal["sweep", "notice"]


class Beat(Entity):
    """When something last gave a sign of life."""

    name: BeatName
    at: datetime
