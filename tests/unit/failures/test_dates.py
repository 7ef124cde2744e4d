"""Failures of other billing systems around dates, and the rule that each gives us."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.application.exits.cancel_renewal import cancel_renewal
from chalicelib.application.learning.entitlements import entitlements
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Refused
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import PARIS, due_date, start_of_day
from tests.examples import Shop, an_order_form, paris
from tests.fakes import VISA, FakeClock, FakePorts
from tests.unit.failures.late import pays_after_all

CHALICELIB = Path(__file__).parents[3] / "chalicelib"
CALENDAR = CHALICELIB / "domain" / "kernel" / "calendar.py"


def subscribed_at(instant: datetime) -> Shop:
    """A contract concluded at that instant, at rest."""
    shop = Shop(ports=FakePorts(clock=FakeClock(instant)))
    shop.subscribe(an_order_form())
    return shop


class TestFailure1:
    """Failure 1: date n is counted from the anchor, never from a date that was clamped."""

    def test_a_contract_of_the_31st_is_still_billed_after_february(self) -> None:
        """31 January, 28 February, 31 March, 30 April: four captures."""
        shop = subscribed_at(paris(2027, 1, 31, 12))
        shop.run_until(paris(2027, 5, 1))
        dates = [due.from_on for due in shop.dues() if due.state is DueState.PAID]
        assert dates == [
            date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30),
        ]  # fmt: skip
        assert len(shop.ports.gateway.captures) == 4


class TestFailure2:
    """Failure 2: one function counts months; nobody else does arithmetic on them."""

    def test_only_the_calendar_counts_months(self) -> None:
        """No other module adds to a month, replaces one, or asks how long it is."""
        offenders = [
            f"{path.relative_to(CHALICELIB)}:{line}"
            for path in CHALICELIB.rglob("*.py")
            if path != CALENDAR
            for line in counted_months(ast.parse(path.read_text(encoding="utf-8")))
        ]
        assert offenders == []

    @pytest.mark.parametrize(
        "source", ["d.month + 1", "d.replace(month=3)", "monthrange(2027, 2)", "relativedelta(x)"]
    )
    def test_the_search_finds_what_it_looks_for(self, source: str) -> None:
        """A check that cannot fail would be none."""
        assert counted_months(ast.parse(source)) == [1]


def counted_months(tree: ast.Module) -> list[int]:
    """The lines on which a month is computed."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and _counts_months(node)
    ]


def _counts_months(node: ast.expr) -> bool:
    match node:
        case ast.BinOp():
            sides = (node.left, node.right)
            return any(isinstance(side, ast.Attribute) and side.attr == "month" for side in sides)
        case ast.Call(func=ast.Name(id=name)):
            return name in ("monthrange", "relativedelta")
        case ast.Call(func=ast.Attribute(attr=name), keywords=keywords):
            is_month = any(keyword.arg == "month" for keyword in keywords)
            return name in ("monthrange", "relativedelta") or (name == "replace" and is_month)
        case _:
            return False


class TestFailure3:
    """Failure 3: the anchor is never rewritten."""

    def test_two_years_with_a_refusal_and_a_suspension_leave_the_anchor(self) -> None:
        """Not by short months, nor by what happened in them."""
        shop = subscribed_at(paris(2027, 1, 31, 12))
        shop.ports.gateway.script(VISA.token, *[Refused(code="12")] * 2)
        shop.run_until(paris(2029, 1, 15))
        anchors = {
            stored.entity.anchor_on
            for stored in shop.ports.store.committed
            if isinstance(stored.entity, Subscription)
        }
        assert anchors == {date(2027, 1, 31)}


class TestFailure4:
    """Failure 4: billing and access read the same record of a period."""

    def test_access_ends_at_the_instant_up_to_which_was_paid(self) -> None:
        """A contract of 31 May, cancelled: paid until 30 June, open until then, and not after."""
        shop = subscribed_at(paris(2027, 5, 31, 12))
        customer_id = shop.subscription().customer_id
        cancel_renewal(shop.subscription_id, customer_id, ports=shop.ports)
        end = start_of_day(shop.due(0).to_on)
        assert shop.due(0).to_on == date(2027, 6, 30)
        shop.run_until(end - timedelta(seconds=1))
        assert entitlements(customer_id, ports=shop.ports)
        shop.run_until(end)
        assert not entitlements(customer_id, ports=shop.ports)


class TestFailure5:
    """Failure 5: what was billed is known by (subscription, period), not by a window of dates."""

    def test_around_midnight_of_paris_a_month_is_charged_once(self) -> None:
        """Swept at 22:30, 23:30 and 00:30 UTC, on both sides of two midnights."""
        shop = subscribed_at(paris(2027, 6, 10, 0, 30))
        for hours in (22, 23, 24, 25, 26, 27, 28, 29, 30):
            shop.ports.clock.move_to(datetime(2027, 7, 9, tzinfo=UTC) + timedelta(hours=hours))
            shop.sweep()
            shop.rest()
        assert [len(shop.ports.gateway.captured(shop.key(n))) for n in (0, 1)] == [1, 1]
        assert [due.period for due in shop.dues()] == [0, 1, 2]


class TestFailure7:
    """Failure 7: dates are those of Paris, in summer and in winter; instants are UTC."""

    @pytest.mark.parametrize(
        ("ordered_at", "anchor_on"),
        [
            (datetime(2027, 3, 27, 22, 59, 59, tzinfo=UTC), date(2027, 3, 27)),
            (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), date(2027, 3, 28)),
            (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), date(2027, 3, 28)),
            (datetime(2027, 10, 30, 21, 59, 59, tzinfo=UTC), date(2027, 10, 30)),
            (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), date(2027, 10, 31)),
            (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), date(2027, 10, 31)),
        ],
    )
    def test_the_nights_when_clocks_change_move_no_bill(
        self, ordered_at: datetime, anchor_on: date
    ) -> None:
        """Each month costs the same, and starts on the day of the anchor."""
        shop = subscribed_at(ordered_at)
        shop.run_until(start_of_day(due_date(anchor_on, 2), 12))
        months = [(due.from_on, due.gross_minor) for due in shop.dues()[:3]]
        assert months == [(due_date(anchor_on, n), 2000) for n in range(3)]
        charged = [charge.opened_at for due in shop.dues()[1:3] for charge in due.attempts]
        assert [at.astimezone(PARIS).hour for at in charged] == [5, 5]


class TestFailure8:
    """Failure 8: what was worked is not due again at once; an agenda always moves on."""

    def test_each_step_of_a_year_leaves_the_agenda_later_than_it_found_it(self) -> None:
        """Also where nothing but silence comes back."""
        shop = subscribed_at(paris(2027, 1, 31, 12))
        shop.ports.gateway.script(VISA.token, *[Refused(code="12")] * 3)
        for _ in range(80):
            at = shop.next_due()
            assert at is not None
            shop.ports.clock.move_to(max(at, shop.ports.clock()))
            shop.sweep()
            shop.rest()
            again = shop.next_due()
            assert again is None or again > shop.ports.clock()


class TestFailure12:
    """Failure 12: a suspension never starts a term anew, nor overlaps one."""

    def test_after_a_suspension_periods_are_those_of_the_anchor(self) -> None:
        """Suspended in February, paid in April: May is the next, on the old day."""
        shop = subscribed_at(paris(2027, 1, 31, 12))
        shop.ports.gateway.script(VISA.token, *[Refused(code="12")] * 4)
        shop.run_until(paris(2027, 4, 10))
        assert shop.subscription().status is Status.SUSPENDED
        pays_after_all(shop, period=1)
        shop.run_until(paris(2027, 6, 1))
        periods = [(due.from_on, due.to_on) for due in shop.dues() if due.state is DueState.PAID]
        assert periods == [
            (date(2027, 1, 31), date(2027, 2, 28)),
            (date(2027, 2, 28), date(2027, 3, 31)),
            (date(2027, 4, 30), date(2027, 5, 31)),
            (date(2027, 5, 31), date(2027, 6, 30)),
        ]
