"""FRM-4: what the confirmation of a contract holds."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.confirmation import ConfirmationRecord
from infra.papers.samples import euros, sample_confirmation


class TestFrm4:
    """FRM-4: confirmation on a durable medium."""

    def test_a_record_survives_its_archive(self) -> None:
        """Written as JSON and read again, it is the same value."""
        record = sample_confirmation(first_gross=euros(1000), discount_label="Moitié prix")
        assert ConfirmationRecord.model_validate_json(record.model_dump_json()) == record

    def test_the_day_of_conclusion_is_the_paris_day(self) -> None:
        """23:30 UTC on 22 November is the 23rd in Paris."""
        late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
        record = sample_confirmation(
            concluded_at=late, period_from_on=date(2026, 11, 23), next_due_on=date(2026, 12, 23)
        )
        assert record.concluded_on == date(2026, 11, 23)

    def test_access_opens_with_the_first_period(self) -> None:
        """Refused waiver: the first paid period starts when access opens (WDR-2)."""
        record = sample_confirmation(kind="kept")
        assert record.access_from_on == record.period_from_on == date(2026, 11, 24)

    def test_without_discount_the_first_month_costs_what_every_month_costs(self) -> None:
        """CGS 2.1 c."""
        record = sample_confirmation()
        assert record.first_charge == record.monthly

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"concluded_at": datetime(2026, 11, 7, 9, 2)}, "knows its zone"),  # noqa: DTZ001
            ({"next_due_on": date(2026, 11, 7)}, "follow each other"),
            ({"period_from_on": date(2026, 11, 6)}, "follow each other"),
            ({"first_gross": Money(minor=1000, currency="USD")}, "one currency"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, changes: dict[str, Any], reason: str) -> None:
        """Conclusion, first day and next due date in order; one currency."""
        with pytest.raises(ValidationError, match=reason):
            sample_confirmation(**changes)
