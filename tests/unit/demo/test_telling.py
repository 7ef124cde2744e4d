"""What people read: the differences, the story, the progress."""

import io
from dataclasses import replace

import pytest

from infra.local.demo.audit import Letter
from infra.local.demo.differences import differences, euros
from infra.local.demo.progress import Board, CurtainDown
from infra.local.demo.story import PEOPLE, STARTS_AT, paris
from infra.local.demo.tale import story
from infra.local.demo.verdict import count
from infra.local.demo.visitor import read_page
from tests.unit.demo import perfect


def test_differences_are_measured_and_equal_money_is_said_plainly() -> None:
    changes = differences(perfect.findings(), perfect.findings("as_written"))
    assert changes[0].startswith("Money: no difference")
    (access,) = [change for change in changes if change.startswith("Access")]
    assert access == (
        "Access: Karim Haddad has -1.17 days under as_written, for the same money "
        "(charge refused on 15 Jul 2027)."
    )
    assert any("10 of 10 confirmations" in change for change in changes)


def test_nothing_is_invented_where_nothing_differs() -> None:
    found = perfect.findings()
    assert [change.partition(":")[0] for change in differences(found, found)] == [
        "Money",
        "Access",
    ]


def test_other_money_and_other_mails_are_told_by_name() -> None:
    one = perfect.findings()
    dearer = replace(one.charges[0], minor=4000)
    letter = Letter(STARTS_AT, PEOPLE[0].email, "Suspended")
    other = replace(
        one,
        profile="as_written",
        charges=(dearer, *one.charges[1:]),
        letters=(*one.letters, letter),
    )
    changes = "\n".join(differences(one, other))
    assert "EUR 20.00 under as_written: Inès Morel EUR 20.00" in changes
    assert "“Suspended” comes 0 times (recommended) and 1 times (as_written)" in changes


@pytest.mark.parametrize(
    ("minor", "words"), [(0, "EUR 0.00"), (2000, "EUR 20.00"), (-5, "-EUR 0.05")]
)
def test_amounts(minor: int, words: str) -> None:
    assert euros(minor) == words


def test_the_story_tells_every_life_and_every_invoice() -> None:
    plays = [
        (found, count(found)) for found in map(perfect.findings, ("recommended", "as_written"))
    ]
    text = story(plays, ("Money: no difference.",), ())
    assert "Every promise was kept." in text
    assert all(f"## {person.name}" in text for person in PEOPLE)
    assert all(invoice.number in text for invoice in plays[0][0].invoices)
    assert "the charge of month 6 is refused (code 12)" in text
    assert "Nothing was charged: the order is void after 24 hours." in text


def test_a_story_with_broken_promises_says_so_first() -> None:
    found = perfect.findings()
    text = story([(found, count(found))], (), ("recommended: a month is missing",))
    assert text.index("a month is missing") < text.index("## The books")


def test_progress_is_plain_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    tell = Board(("recommended",), out).of("recommended")
    tell(paris(2027, 2, 1), "")
    tell(paris(2027, 2, 2), "")
    tell(paris(2027, 2, 3), "Emma pays")
    assert out.getvalue().splitlines() == [
        "recommended  2027-02-01 12:00  the clock moves on",
        "recommended  2027-02-03 12:00  Emma pays",
    ]


def test_progress_is_a_bar_with_the_date_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    Board(("recommended",), out).of("recommended")(paris(2027, 9, 1), "Emma pays")
    last = out.getvalue().splitlines()[-1]
    assert "█░" in last
    assert "01 Sep 2027  Emma pays" in last


def test_a_page_gives_its_forms_tokens_and_its_words() -> None:
    page = read_page(
        '<h1>Pay</h1><input type="hidden" name="csrf" value="t"><input name="email" value="x">'
        '<input type="checkbox" name="terms" value="2026-09-01">'
        '<div data-config="{&quot;session&quot;: {&quot;id&quot;: &quot;CS1&quot;}}"></div>'
    )
    assert page.hidden == {"csrf": "t", "terms": "2026-09-01"}
    assert page.config == {"session": {"id": "CS1"}}
    assert page.words == ["Pay"]


def test_a_play_that_is_called_off_stops_at_its_next_step() -> None:
    board = Board(("recommended",), io.StringIO())
    board.end()
    with pytest.raises(CurtainDown):
        board.of("recommended")(paris(2027, 2, 1), "")
