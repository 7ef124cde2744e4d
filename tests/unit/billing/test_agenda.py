"""When things are due."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.billing.agenda import SHARDS, next_question, next_retry, shard
from chalicelib.domain.kernel.ids import sortable_id
from chalicelib.domain.kernel.policy import current_policy
from tests.examples import paris

OPENED_AT = datetime(2026, 11, 5, 4, tzinfo=UTC)
POLICY = current_policy("recommended")


class TestPay5:
    """PAY-5: an unknown outcome is asked about, a refusal is tried again; both have an end."""

    def test_questions_come_closer_together_at_first_and_end_within_a_day(self) -> None:
        """Five minutes, an hour, six hours, then every six hours while the key may be sent."""
        asked: list[timedelta] = []
        now = OPENED_AT
        while (at := next_question(OPENED_AT, now)) is not None:
            asked.append(at - OPENED_AT)
            now = at
        assert asked == [
            timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=12),
            timedelta(hours=18),
        ]  # fmt: skip

    def test_after_a_day_the_same_key_is_not_sent_again(self) -> None:
        """Then a person looks."""
        assert next_question(OPENED_AT, OPENED_AT + timedelta(hours=23)) is None

    def test_a_refusal_is_tried_again_the_next_day_and_no_more(self) -> None:
        """At the hour of charging in Paris."""
        refused_at = paris(2026, 11, 5, 23, 30)
        assert next_retry(1, refused_at, POLICY) == paris(2026, 11, 6, 5)
        assert next_retry(2, refused_at, POLICY) is None

    def test_a_longer_calendar_counts_each_step_from_its_refusal(self) -> None:
        """A day, then two, then four are D+1, D+3, D+7."""
        ladder = POLICY.replace(retry_after_days=(1, 2, 4))
        at, days = paris(2026, 11, 5, 5), []
        for refusals in (1, 2, 3):
            retry = next_retry(refusals, at, ladder)
            assert retry is not None
            days.append(retry.day)
            at = retry
        assert days == [6, 8, 12]
        assert next_retry(4, at, ladder) is None


class TestShards:
    @pytest.mark.parametrize("number", range(SHARDS))
    def test_every_shard_has_its_contracts(self, number: int) -> None:
        """A few hundred ids reach all sixteen."""
        ids = [sortable_id(OPENED_AT, n * 7919) for n in range(400)]
        assert number in {shard(name) for name in ids}

    def test_a_contract_never_changes_its_shard(self) -> None:
        """It depends on the id alone, and is the same in every process."""
        assert shard("01JDABCDEFGHJKMNPQRSTVWXYZ") == 4
