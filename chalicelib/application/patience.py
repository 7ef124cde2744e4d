"""Load, decide, commit: again when somebody else was first, four times at most."""

from collections.abc import Callable
from contextlib import suppress

from chalicelib.application.ports import Store
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.errors import Conflict

TRIES = 4


def commit_fresh(store: Store, decide: Callable[[int], Change]) -> Change:
    """Commit what `decide` says; after a lost race it decides again on fresh state.

    `decide` gets the number of lost races: it loads what it needs, consistently after the first,
    and returns the change.

    Raises:
        Conflict: the race was lost four times.
    """
    for tried in range(TRIES - 1):
        change = decide(tried)
        with suppress(Conflict):
            store.commit(change)
            return change
    change = decide(TRIES - 1)
    store.commit(change)
    return change
