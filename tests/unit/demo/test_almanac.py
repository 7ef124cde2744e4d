"""The story's own calendar, against dates looked up in a printed one."""

from datetime import date, datetime

import pytest

from infra.local.demo import almanac
from infra.local.demo.story import ENDS_AT, PARIS, PEOPLE, STARTS_AT, Person

BY_KEY = {person.key: person for person in PEOPLE}


def first_days(person: Person) -> list[date]:
    return [period.from_on for period in almanac.periods(person)]


@pytest.mark.parametrize(
    ("key", "in_2027", "in_2028"),
    [
        ("ines.morel", date(2027, 2, 28), date(2028, 2, 28)),
        ("oliver.bennett", date(2027, 2, 28), date(2028, 2, 29)),
        ("camille.roussel", date(2027, 2, 28), date(2028, 2, 29)),
        ("sofia.lindqvist", date(2027, 2, 28), date(2028, 2, 29)),
    ],
)
def test_a_short_month_is_due_on_its_last_day_and_the_next_one_on_the_anchor_again(
    key: str, in_2027: date, in_2028: date
) -> None:
    person = BY_KEY[key]
    assert {in_2027, in_2028} < set(first_days(person))
    march = date(2027, 3, person.orders_at.day)
    assert march in first_days(person)


@pytest.mark.parametrize(
    ("key", "count"),
    [
        *(("ines.morel", 15), ("sofia.lindqvist", 15), ("karim.haddad", 14), ("emma.clarke", 14)),
        *(("margaux.petit", 0), ("tom.whitaker", 6), ("helene.faure", 13)),
        *(("nadia.benali", 12), ("lucas.girard", 11)),
    ],
)
def test_months_owed(key: str, count: int) -> None:
    assert len(almanac.periods(BY_KEY[key])) == count


def test_fourteen_days_that_end_before_easter_run_until_the_tuesday_after_it() -> None:
    assert almanac.anchor(BY_KEY["helene.faure"]) == date(2027, 3, 31)


def test_whoever_waits_for_access_pays_with_the_order() -> None:
    helene = BY_KEY["helene.faure"]
    first = almanac.periods(helene)[0]
    assert (first.from_on, first.paid_at) == (date(2027, 3, 31), helene.orders_at)


def test_a_cancelled_contract_ends_with_the_month_that_runs() -> None:
    tom = BY_KEY["tom.whitaker"]
    assert almanac.ends_on(tom) == date(2027, 9, 10)
    assert almanac.periods(tom)[-1].to_on == date(2027, 9, 10)


def test_a_cancellation_taken_back_ends_nothing() -> None:
    assert almanac.ends_on(BY_KEY["nadia.benali"]) is None


def test_the_refused_month_is_paid_a_day_late_and_no_other() -> None:
    late = [p for p in almanac.periods(BY_KEY["karim.haddad"]) if p.paid_at != p.charged_at]
    assert [(p.from_on, p.paid_at) for p in late] == [
        (date(2027, 7, 15), datetime(2027, 7, 16, 9, tzinfo=PARIS))
    ]


def test_a_refusal_costs_a_day_and_four_hours_of_access_as_written_and_none_as_recommended() -> (
    None
):
    karim = BY_KEY["karim.haddad"]
    kept = almanac.access_days(karim, "recommended")
    assert kept - almanac.access_days(karim, "as_written") == pytest.approx(28 / 24)


def test_access_runs_from_the_order_to_the_first_day_without_it() -> None:
    # 10 March 11:00 to 10 September 00:00, an hour of which summer time takes away
    assert almanac.access_days(BY_KEY["tom.whitaker"], "recommended") == pytest.approx(
        183 + 12 / 24
    )


def test_the_story_lasts_fourteen_months_and_everybody_orders_within_it() -> None:
    months = (ENDS_AT.year - STARTS_AT.year) * 12 + ENDS_AT.month - STARTS_AT.month
    assert months == 14
    assert all(STARTS_AT < person.orders_at < ENDS_AT for person in PEOPLE)
    assert {28, 29, 30, 31, 15} <= {almanac.anchor(person).day for person in PEOPLE}
