"""Plans and prices."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.catalogue import Catalogue, PlanKey, PriceRow
from tests.fakes import CATALOGUE

CHANGE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def a_row(name: str, minor: int, *, country: str | None = None, hours: int = 0) -> PriceRow:
    return PriceRow(
        id=name,
        plan="solo",
        country=country,
        currency="EUR",
        gross_minor=minor,
        rate_bps=2000,
        valid_from=CHANGE + timedelta(hours=hours),
    )


SHELF = Catalogue(
    plans=CATALOGUE.plans,
    prices=(
        a_row("old", 2000, hours=-1000),
        a_row("new", 2400),
        a_row("swiss", 2900, country="CH", hours=-500),
    ),
)


class TestDef1:
    """DEF-1: two paid offers; what is not open cannot be ordered."""

    def test_a_plan_has_a_name_in_each_language(self) -> None:
        """Both are shown."""
        solo = CATALOGUE.plan("solo")
        assert (solo.name("fr"), solo.name("en")) == ("Premium Solo", "Premium Solo")

    @pytest.mark.parametrize("key", ["gold", ""])
    def test_nothing_else_is_for_sale(self, key: str) -> None:
        """An address with another name leads nowhere."""
        with pytest.raises(NotFound) as caught:
            CATALOGUE.plan(key)
        assert caught.value.code == "UNKNOWN_PLAN"


class TestAvl1:
    """AVL-1: a plan that is not open yet takes no order."""

    def test_a_planned_offer_cannot_be_ordered(self) -> None:
        """Premium Plus is in the catalogue, and closed."""
        with pytest.raises(NotFound):
            CATALOGUE.plan("plus")


class TestPrc3:
    """PRC-3: one table of prices, and one row for page, review and charge."""

    @pytest.mark.parametrize(
        ("country", "at", "row"),
        [
            ("FR", CHANGE - timedelta(seconds=1), "old"),
            ("FR", CHANGE, "new"),
            ("CH", CHANGE, "swiss"),
            ("CH", CHANGE - timedelta(hours=600), "old"),
        ],
    )
    def test_the_row_of_the_country_wins_else_the_latest_in_force(
        self, country: str, at: datetime, row: str
    ) -> None:
        """A price rise does not touch a country that has its own row."""
        assert SHELF.price("solo", country=country, at=at).id == row

    def test_a_price_is_all_taxes_included(self) -> None:
        """CGS 3 §1."""
        row = SHELF.price("solo", country="FR", at=CHANGE)
        assert row.gross == Money(minor=2400, currency="EUR")

    @pytest.mark.parametrize("plan", ["plus", "solo"])
    def test_without_a_row_there_is_no_price(self, plan: PlanKey) -> None:
        """Nothing is sold at a price nobody wrote."""
        with pytest.raises(NotFound) as caught:
            SHELF.price(plan, country="FR", at=CHANGE - timedelta(days=300))
        assert caught.value.code == "NO_PRICE"

    def test_a_pathway_has_its_own_price(self) -> None:
        """A row without pathway is no price of a pathway."""
        with pytest.raises(NotFound):
            SHELF.price("solo", country="FR", at=CHANGE, pathway="data-analyst")
