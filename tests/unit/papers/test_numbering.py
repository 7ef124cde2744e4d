"""INV-2: the text of a number."""

import pytest

from chalicelib.domain.papers.numbering import number_text


class TestInv2:
    """INV-2: series, year, rank."""

    def test_a_number_shows_series_year_and_rank(self) -> None:
        """The first invoice of 2026."""
        assert number_text(2026, 1) == "F2026-00000001"

    def test_credit_notes_have_their_own_series(self) -> None:
        """Corrections never take an invoice's number."""
        assert number_text(2027, 42, "A") == "A2027-00000042"

    def test_text_order_is_the_order_of_issue(self) -> None:
        """Numbers sort as text."""
        ranks = (1, 9, 10, 99_999, 12_345_678)
        texts = [number_text(2026, rank) for rank in ranks]
        assert texts == sorted(texts)

    @pytest.mark.parametrize("rank", [0, -1, 100_000_000])
    def test_a_rank_outside_the_series_is_a_bug(self, rank: int) -> None:
        """Ranks start at one and keep their width."""
        with pytest.raises(AssertionError):
            number_text(2026, rank)
