"""The period line: places on a line of time, and the same facts in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pages.period_line import marks
from tests.unit.pages.sample_pages import PAGES
from tests.unit.pages.samples import NEXT, PRICE, START, a_chrome, a_line

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(START=DAYS, length=st.integers(28, 31), offset=st.integers(-20, 80), ends=st.booleans())
def test_every_mark_is_on_the_line_and_in_the_order_of_time(
    START: date,  # noqa: N803 - the name of the sample it stands for
    length: int,
    offset: int,
    ends: bool,  # noqa: FBT001 - drawn by the test
) -> None:
    """Whatever the dates, marks lie within the drawing and never swap places."""
    until, today = START + timedelta(length), START + timedelta(offset)
    close = (
        {"ends_on": until, "next_due_on": None, "amount": None} if ends else {"next_due_on": until}
    )
    placed = marks(a_line(paid_from=START, paid_until=until, today=today, **close))
    assert 0 <= placed.start < placed.paid == placed.close <= placed.tail <= 100
    assert 0 <= placed.today <= 100
    assert (placed.today < placed.paid) == (today < until)
    assert (placed.today < placed.start) == (today < START)


def test_the_days_left_are_counted_to_the_next_due_date() -> None:
    """23 November to 15 December: 22 days; none once the period is over."""
    assert a_line().days_left == 22
    assert a_line(today=date(2026, 12, 20)).days_left == 0


def test_the_last_paid_day_is_the_eve_of_the_next_period() -> None:
    """REN-1: a period runs up to, but without, the next due date."""
    assert a_line().last_paid_on == date(2026, 12, 14)


@pytest.mark.parametrize(
    ("today", "owed"), [(date(2026, 12, 14), False), (NEXT, True), (date(2026, 12, 20), True)]
)
def test_a_period_that_is_over_is_owed(today: date, *, owed: bool) -> None:
    """REN-2: from the due date on, the month begun is due, unless the contract has ended."""
    assert a_line(today=today).is_owed is owed
    assert a_line(today=today, next_due_on=None, amount=None, ends_on=NEXT).is_owed is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"paid_until": START},
        {"ends_on": NEXT},
        {"next_due_on": None, "amount": None},
        {"next_due_on": None, "ends_on": NEXT},
    ],
)
def test_a_line_without_sense_is_refused(wrong: dict[str, date | None]) -> None:
    """A line goes forward, and either ends or has a next payment with its amount."""
    with pytest.raises(AssertionError):
        a_line(**wrong)


def test_the_words_beside_the_drawing_say_all_of_it() -> None:
    """Paid, today, next and the amount are in the text; the drawing is hidden from readers."""
    html = PAGES["account"](a_chrome("en"))
    for word in ("15 November 2026", "14 December 2026", "23 November 2026", "15 December 2026"):
        assert word in html
    assert "22 days left" in html
    assert f'value="EUR {PRICE.minor}"' in html
    assert html.count("<svg") == html.count("<svg") == html.count('aria-hidden="true" focusable')
