"""What a day will charge, and what about it looks wrong."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import sale
from chalicelib.domain.billing.operating.days import (
    DayFigures,
    Recent,
    Row,
    deviations,
    figures_of,
    weight,
)
from chalicelib.domain.billing.operating.forecast import (
    Anomaly,
    Forecast,
    Line,
    forecast,
    past_its_date,
    without_next_item,
)
from chalicelib.domain.contract.subscription import Status
from tests.examples import paris
from tests.fakes import VISA
from tests.fakes_things import a_contract, a_due, a_subscription

NOW = paris(2026, 11, 4, 20)
ON = date(2026, 11, 5)
REFUSED = Attempt(number=1, state="refused", opened_at=NOW, code="2", kind="soft")


def line(owner: str = "A", due: DueItem | None = None, **subscription: Any) -> Line:
    """A renewal of that day at its contract's price."""
    return Line(
        due or a_due(subscription_id=owner),
        a_subscription(id=owner, **subscription),
        a_contract(subscription_id=owner),
    )


def told(lines: Sequence[Line], before: Sequence[DayFigures] = ()) -> Forecast:
    return forecast(lines, (), before, on=ON, now=NOW)


def day(on: date, count: int, minor: int = 2000) -> DayFigures:
    rows = (Row(plan="solo", currency="EUR", count=count, minor=count * minor),) if count else ()
    return DayFigures(on=on, rows=rows)


class TestWhatIsCharged:
    def test_charges_are_counted_and_summed_by_plan_currency_hour_and_method(self) -> None:
        later = a_due(subscription_id="C", agenda_at=paris(2026, 11, 5, 18), retry_at=paris(
            2026, 11, 5, 18), attempts=(REFUSED,))  # fmt: skip
        paypal = VISA.replace(kind="paypal", brand=None, expires=None)
        found = told(
            [line("A"), line("B", method=paypal), line("C", later), line("D", method=None)]
        )
        assert found.rows == (Row(plan="solo", currency="EUR", count=4, minor=8000),)
        assert found.by_hour == {5: 3, 18: 1}
        assert found.methods == {"visa": 2, "paypal": 1, "none": 1}
        assert (found.retries, found.missing) == (1, 1)
        assert found.anomalies == ()

    @pytest.mark.parametrize(
        ("expires", "expired", "expiring"),
        [("10/2026", 1, 0), ("11/2026", 0, 1), ("12/2026", 0, 0), (None, 0, 0)],
    )
    def test_methods_at_their_end_are_counted(
        self, expires: str | None, expired: int, expiring: int
    ) -> None:
        found = told([line("A", method=VISA.replace(expires=expires))])
        assert (found.expired, found.expiring) == (expired, expiring)

    @pytest.mark.parametrize(
        ("changes", "subscription", "fate"),
        [
            ({}, {}, "charge"),
            ({}, {"held": "disputed"}, "hold"),
            ({}, {"ends_on": ON}, "lapse"),
            ({"state": DueState.CHARGING}, {}, "ask"),
            ({"state": DueState.PAID}, {}, "papers"),
            ({"state": DueState.UNPAID, "attempts": (REFUSED,)}, {}, "suspend"),
            ({"attempts": (REFUSED,), "retry_at": paris(2026, 11, 8)}, {}, "suspend"),
            ({"from_on": ON + timedelta(days=1)}, {}, "wait"),
        ],
    )
    def test_what_is_not_charged_is_counted_by_its_fate(
        self, changes: dict[str, Any], subscription: dict[str, Any], fate: str
    ) -> None:
        found = told([line("A", a_due(subscription_id="A", **changes), **subscription)])
        assert found.fates == {fate: 1}
        assert bool(found.rows) == (fate == "charge")


class TestAnomalies:
    def test_one_contract_twice(self) -> None:
        twice = [line("A"), line("A", a_due(subscription_id="A", instalment=2)), line("B")]
        assert told(twice).anomalies == (
            Anomaly(kind="charged_twice", reference="A", detail="2 charges"),
        )

    def test_an_amount_that_is_not_the_price(self) -> None:
        found = told([line("A", a_due(subscription_id="A", gross_minor=1999))])
        (anomaly,) = found.anomalies
        assert (anomaly.kind, anomaly.reference) == ("other_than_price", "A.0001.1")
        assert found.rows[0].minor == 2000, "nobody was asked yet: the contract's price is charged"
        asked = a_due(
            subscription_id="A", gross_minor=1999, postings=sale(net_minor=1666, vat_minor=333)
        )
        assert told([line("A", asked)]).rows[0].minor == 1999

    def test_pay_2_an_amount_above_the_one_confirmed(self) -> None:
        dearer = a_due(subscription_id="A", gross_minor=2500)
        found = told([line("A", dearer, gross_minor=2500)]).anomalies
        assert found == (
            Anomaly(
                kind="above_confirmed",
                reference="A.0001.1",
                detail="25.00 EUR, confirmed were 20.00 EUR",
            ),
        )
        francs = line("A", a_due(subscription_id="A", currency="CHF"), currency="CHF")
        assert [each.kind for each in told([francs]).anomalies] == ["above_confirmed"]

    def test_what_waits_past_its_date(self) -> None:
        assert past_its_date("due A", NOW - timedelta(hours=1), NOW) is None
        late = past_its_date("due A", NOW - timedelta(hours=1, seconds=1), NOW)
        assert late == Anomaly(
            kind="past_its_date", reference="due A", detail="since 2026-11-04 17:59 UTC"
        )

    def test_a_contract_that_goes_on_has_a_next_item(self) -> None:
        contracts = [
            a_subscription(id="waits"),
            a_subscription(id="owes"),
            a_subscription(id="forgotten"),
            a_subscription(id="empty"),
            a_subscription(id="ends", ends_on=date(2026, 12, 5)),
            a_subscription(id="suspended", status=Status.SUSPENDED),
            a_subscription(id="ended", status=Status.ENDED),
        ]
        latest = {
            "waits": a_due(),
            "owes": a_due(state=DueState.UNPAID),
            "forgotten": a_due(state=DueState.PAID),
            "ends": a_due(state=DueState.PAID),
            "suspended": a_due(state=DueState.WRITTEN_OFF),
        }
        found = without_next_item(contracts, latest)
        assert [each.reference for each in found] == ["forgotten", "empty"]

    def test_a_day_unlike_the_days_before(self) -> None:
        before = [day(ON - timedelta(days=back), 40) for back in (3, 1, 2, 9, -1)]
        found = told([line(str(n)) for n in range(3)], before)
        assert [(each.kind, each.detail) for each in found.anomalies] == [
            ("count_deviates", "3, usually about 40"),
            ("sum_deviates", "60.00 EUR, usually about 800.00 EUR"),
        ]
        assert found.compared_with == tuple(ON - timedelta(days=back) for back in (9, 3, 2, 1))


class TestDays:
    @pytest.mark.parametrize(
        ("on", "twelfths"),
        [
            (date(2026, 11, 5), 12),
            (date(2027, 2, 28), 12 + 11 + 11 + 7),
            (date(2028, 2, 29), 11 + 11 + 7),
            (date(2026, 11, 30), 11 + 7),
            (date(2026, 12, 31), 7),
        ],
    )
    def test_a_date_weighs_what_its_anchors_do(self, on: date, twelfths: int) -> None:
        assert weight(on) == twelfths

    def test_the_last_of_february_is_as_expected(self) -> None:
        """11 % of all contracts renew that day, and nobody is called at night for it."""
        february = date(2027, 2, 28)
        before = [day(february - timedelta(days=back), 1000) for back in range(1, 8)]
        assert deviations(day(february, 3400), before) == ()
        assert deviations(day(february, 1000), before) != ()

    @pytest.mark.parametrize(
        ("count", "alike"), [(50, True), (150, True), (49, False), (151, False)]
    )
    def test_half_more_or_less_is_unlike(self, count: int, alike: bool) -> None:  # noqa: FBT001
        assert (deviations(day(ON, count), [day(ON - timedelta(days=1), 100)]) == ()) == alike

    def test_a_small_shop_varies_by_chance(self) -> None:
        assert deviations(day(ON, 11), [day(ON - timedelta(days=1), 1)]) == ()
        assert deviations(day(ON, 0), [day(ON - timedelta(days=1), 10)]) == ()

    def test_sums_are_held_against_sums(self) -> None:
        (only,) = deviations(day(ON, 100, 20), [day(ON - timedelta(days=1), 100)])
        assert only == ("EUR", "20.00 EUR, usually about 2000.00 EUR")

    def test_nothing_is_unlike_nothing(self) -> None:
        assert deviations(day(ON, 100), []) == ()

    def test_renewals_are_counted_by_their_date_whatever_became_of_them(self) -> None:
        dues = [
            a_due(subscription_id="A", state=DueState.PAID),
            a_due(subscription_id="B", state=DueState.UNPAID),
            a_due(subscription_id="C", state=DueState.LAPSED),
            a_due(2, subscription_id="D"),
            a_due(0, subscription_id="E", from_on=ON),
        ]
        assert figures_of(dues, ON).count == 2

    def test_the_proof_gathers_the_days_before_in_passing(self) -> None:
        recent = Recent(ON + timedelta(days=1))
        dues = [a_due(subscription_id="A"), a_due(0), a_due(2)]
        assert list(recent.passing(dues)) == dues
        figures = recent.figures().days
        assert [each.on for each in figures][-1] == ON
        assert len(figures) == 7
        assert [each.count for each in figures] == [0] * 6 + [1]
