"""Failures of other billing systems around identities, and messages sent too soon."""

from types import NoneType
from typing import get_args

import pytest

from chalicelib.adapters.dynamodb import codec, keys
from chalicelib.application.messages import IDENTITY
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.kernel.value import Entity
from tests.crash import Killed, Saboteur
from tests.examples import Shop, paris
from tests.fakes_things import one_of_each


class TestFailure27:
    """Failure 27: no part of an identity may be absent, or uniqueness means nothing."""

    @pytest.mark.parametrize("kind", codec.KINDS.values(), ids=lambda kind: kind.__name__)
    def test_what_names_a_thing_is_never_optional(self, kind: type[Entity]) -> None:
        """Neither by its type nor by a default of nothing."""
        for name in set(IDENTITY) & set(kind.model_fields):
            field = kind.model_fields[name]
            assert NoneType not in get_args(field.annotation), name
            assert field.is_required() or field.default is not None, name

    @pytest.mark.parametrize("thing", one_of_each(), ids=lambda thing: type(thing).__name__)
    def test_a_key_has_no_empty_part(self, thing: Entity) -> None:
        """An absent part would show as such, or leave two separators together."""
        for part in keys.of(thing):
            assert "None" not in part
            assert "##" not in part
            assert not part.endswith("#")


class TestFailure29:
    """Failure 29: nothing is told before it is written; events ride on the write."""

    @pytest.mark.parametrize("at", range(3))
    def test_a_renewal_that_dies_at_a_write_has_told_nobody(self, at: int) -> None:
        """No message, no mail, no news beyond what the table holds."""
        shop = Shop()
        shop.subscribe()
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        told = len(shop.ports.bus.published)
        dying = Saboteur(shop.ports, at=at, how="kill")
        with shop.through(dying), pytest.raises(Killed):
            shop.sweep()
        assert not any(shop.ports.queues.waiting.values())
        assert len(shop.ports.bus.published) == told
        shop.restart()
        shop.rest()
        paid = shop.due(1).state is DueState.PAID
        assert (shop.due(1).number is not None) is paid
