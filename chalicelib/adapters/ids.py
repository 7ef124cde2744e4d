"""New ids: sortable by the instant they were made, unguessable after it."""

import secrets

from chalicelib.adapters.clock import utc_now
from chalicelib.domain.kernel.ids import sortable_id


def new_id() -> str:
    """A new id of 26 characters."""
    return sortable_id(utc_now(), secrets.randbits(80))
