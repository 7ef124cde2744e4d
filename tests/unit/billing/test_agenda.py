"""When things are due."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.billing.agenda import (
    SHARDS,
    may_ask,
    next_question,
    next_retry,
    shard,
    token_rests_until,
)
from chalicelib.domain.billing.due import Attempt
from chalicelib.domain.billing.refusals import RefusalKind
from chalicelib.domain.kernel.ids import sortable_id
from chalicelib.domain.kernel.policy import current_policy, policy_named
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
        """The provider may have forgotten it: sending it could charge again."""
        assert next_question(OPENED_AT, OPENED_AT + timedelta(hours=23)) is None
        assert may_ask(OPENED_AT, OPENED_AT + timedelta(hours=23, minutes=59))
        assert not may_ask(OPENED_AT, OPENED_AT + timedelta(hours=24))

    def test_under_the_first_revision_a_refusal_is_tried_again_the_next_day_and_no_more(
        self,
    ) -> None:
        """At the hour of charging in Paris."""
        first = policy_named("recommended@1")
        late = paris(2026, 11, 5, 23, 30)
        assert next_retry(refused(late), first) == paris(2026, 11, 6, 5)
        assert next_retry(refused(late, paris(2026, 11, 6, 5)), first) is None

    def test_three_more_tries_each_at_another_hour(self) -> None:
        """D+1, D+3, D+7 from the first refusal, however late one of them came."""
        tries = [paris(2026, 11, 5, 5)]
        for expected in (paris(2026, 11, 6, 9), paris(2026, 11, 8, 18), paris(2026, 11, 12, 9)):
            assert next_retry(refused(*tries), POLICY) == expected
            tries.append(expected)
        assert next_retry(refused(*tries), POLICY) is None
        missed = refused(paris(2026, 11, 5, 5), paris(2026, 11, 9))
        assert next_retry(missed, POLICY) == paris(2026, 11, 12, 9)

    def test_a_bank_that_could_not_be_reached_is_tried_again_within_hours(self) -> None:
        """After one hour, after six, then by the calendar."""
        at = paris(2026, 11, 5, 5)
        assert next_retry(refused(at, kind="tech"), POLICY) == at + timedelta(hours=1)
        second = at + timedelta(hours=1)
        assert next_retry(refused(at, second, kind="tech"), POLICY) == second + timedelta(hours=6)
        third = second + timedelta(hours=6)
        assert next_retry(refused(at, second, third, kind="tech"), POLICY) == paris(2026, 11, 6, 9)

    @pytest.mark.parametrize("kind", ["sca", "update", "stop"])
    def test_some_refusals_are_never_tried_again_by_themselves(self, kind: RefusalKind) -> None:
        """The learner must come, or the method must change."""
        assert next_retry(refused(paris(2026, 11, 5, 5), kind=kind), POLICY) is None

    @pytest.mark.parametrize(
        ("advice", "expected"),
        [
            (None, paris(2026, 11, 6, 9)),
            ("24", paris(2026, 11, 6, 9)),
            ("02", paris(2026, 11, 8, 18)),
            ("28", paris(2026, 11, 12, 9)),
            ("30", None),
        ],
    )
    def test_the_scheme_may_ask_for_patience(
        self, advice: str | None, expected: datetime | None
    ) -> None:
        """The first date of the calendar after the wait that Mastercard advises."""
        assert next_retry(refused(paris(2026, 11, 5, 5)), POLICY, advice=advice) == expected


class TestFailure22:
    """Failure 22: one budget of tries per instalment counts every channel, and ends."""

    def test_the_last_try_is_kept_for_the_learner(self) -> None:
        """Four refusals, wherever they came from, end the automatic ones."""
        tries = [paris(2026, 11, 5, 5 + hour) for hour in range(4)]
        assert next_retry(refused(*tries[:3]), POLICY) == paris(2026, 11, 6, 9)
        assert next_retry(refused(*tries), POLICY) is None

    def test_a_method_that_failed_ten_times_in_a_day_rests(self) -> None:
        """Mastercard's limit; the tenth try back leaves the window first."""
        now = paris(2026, 11, 5, 12)
        tries = [now - timedelta(hours=hour) for hour in range(10)]
        assert token_rests_until(tries[:9], now) is None
        assert token_rests_until(tries, now) == tries[-1] + timedelta(hours=24)

    def test_a_method_that_failed_fifteen_times_in_a_month_rests(self) -> None:
        """Visa's limit."""
        now = paris(2026, 11, 30)
        tries = [now - timedelta(days=2 * day) for day in range(15)]
        assert token_rests_until(tries, now) == tries[-1] + timedelta(days=30)
        assert token_rests_until(tries, now + timedelta(days=3)) is None


def refused(*at: datetime, kind: RefusalKind = "soft") -> tuple[Attempt, ...]:
    return tuple(
        Attempt(number=number, state="refused", opened_at=instant, kind=kind)
        for number, instant in enumerate(at, start=1)
    )


class TestShards:
    @pytest.mark.parametrize("number", range(SHARDS))
    def test_every_shard_has_its_contracts(self, number: int) -> None:
        """A few hundred ids reach all sixteen."""
        ids = [sortable_id(OPENED_AT, n * 7919) for n in range(400)]
        assert number in {shard(name) for name in ids}

    def test_a_contract_never_changes_its_shard(self) -> None:
        """It depends on the id alone, and is the same in every process."""
        assert shard("01JDABCDEFGHJKMNPQRSTVWXYZ") == 4
