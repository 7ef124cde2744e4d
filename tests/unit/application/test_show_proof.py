"""The last proof is shown to whoever holds a link of the last hour."""

from datetime import timedelta

import pytest

from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.billing.books.show_proof import proof_link, proof_of_link
from chalicelib.domain.kernel import errors
from tests.examples import Shop
from tests.fakes import FACTS


def token(shop: Shop) -> str:
    return proof_link(ports=shop.ports).rpartition("/")[2]


class TestLinks:
    """Who operates the shop reads its proof without an account; nobody else does."""

    def test_before_the_first_proof_there_is_none_to_show(self) -> None:
        """The page says so."""
        shop = Shop()
        assert proof_of_link(token(shop), ports=shop.ports) is None

    def test_it_shows_the_last_proof(self) -> None:
        """Not the one before."""
        shop = Shop()
        prove_day(ports=shop.ports)
        shop.ports.clock.advance(timedelta(days=1))
        last = prove_day(ports=shop.ports)
        assert proof_of_link(token(shop), ports=shop.ports) == last

    def test_the_address_is_in_the_language_asked_for(self) -> None:
        """French unless told otherwise."""
        shop = Shop()
        assert proof_link(ports=shop.ports).startswith(f"{FACTS.public_url}/fr/proof/")
        assert "/en/proof/" in proof_link(ports=shop.ports, lang="en")

    def test_it_ends_after_an_hour_of_the_wall_clock(self) -> None:
        """Whatever the business clock says."""
        shop = Shop()
        given = token(shop)
        shop.ports.wall_clock.advance(timedelta(minutes=61))
        with pytest.raises(errors.Refused, match="PROOF_LINK_EXPIRED"):
            proof_of_link(given, ports=shop.ports)

    @pytest.mark.parametrize("forged", ["", "books", "books~1~99999999999~x"])
    def test_a_forged_link_opens_nothing(self, forged: str) -> None:
        """Only our seal does."""
        shop = Shop()
        with pytest.raises(errors.Refused, match="PROOF_LINK_EXPIRED"):
            proof_of_link(forged, ports=shop.ports)
