"""News about money settles to the same end, in whatever order and however often it comes."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.application.billing.settle_due import settle_due
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.kernel.change import Change, Insert
from tests.examples import Shop, paris
from tests.fakes_things import a_due, a_subscription

pytestmark = pytest.mark.property

AT = paris(2026, 11, 5, 5)
KEY = a_due().key
News = tuple[int, Outcome]


def news_of(attempt: int, kind: str) -> News:
    """What the provider may say of an attempt; its payments have names of their own."""
    outcomes: dict[str, Outcome] = {
        "authorised": Authorised(provider_reference=f"PSP{attempt}"),
        "refused": Refused(provider_reference=f"PSP{attempt}", code="2"),
        "unknown": Unknown(),
    }
    return attempt, outcomes[kind]


@st.composite
def told(draw: st.DrawFn) -> tuple[int, list[News]]:
    """How many attempts there are, the last one in flight, and a set of news about them."""
    attempts = draw(st.integers(1, 3))
    kinds = st.sampled_from(["authorised", "refused", "unknown"])
    pairs = draw(st.sets(st.tuples(st.integers(1, attempts), kinds), min_size=1, max_size=6))
    return attempts, [news_of(*pair) for pair in sorted(pairs)]


def a_shop(attempts: int) -> Shop:
    """A renewal in flight for the `attempts`-th time, the earlier tries refused."""
    shop = Shop()
    shop.ports.clock.move_to(AT)
    tries = tuple(
        Attempt(number=n, state="open" if n == attempts else "refused", opened_at=AT)
        for n in range(1, attempts + 1)
    )
    due = a_due(state=DueState.CHARGING, attempts=tries)
    shop.ports.store.commit(Change((Insert(a_subscription()), Insert(due))))
    return shop


def journal_minor(shop: Shop) -> int:
    store = shop.ports.store
    dues = [posting for due in store.every_due_item() for posting in due.postings]
    returns = [posting for reversal in store.every_reversal() for posting in reversal.postings]
    return sum(posting.minor for posting in (*dues, *returns))


def tell(attempts: int, news: list[News]) -> Shop:
    shop = a_shop(attempts)
    for number, outcome in news:
        settle_due(KEY, number, outcome, now=AT, ports=shop.ports)
        assert journal_minor(shop) == 0
        assert sum(a.state == "authorised" for a in shop.due(1).attempts) <= 1
    return shop


def returned(shop: Shop) -> int:
    return sum(1 for _ in shop.ports.store.every_reversal())


def states(due: DueItem) -> Iterator[str]:
    return (attempt.state for attempt in due.attempts)


class TestPay5:
    """PAY-5: success beats failure, a duplicate is success, every surplus goes back."""

    @given(told(), st.data())
    def test_any_order_and_repetition_ends_alike(
        self, case: tuple[int, list[News]], data: st.DataObject
    ) -> None:
        """Paid once if anything succeeded; each further success is one return."""
        attempts, news = case
        shuffled = data.draw(st.permutations(news + data.draw(st.lists(st.sampled_from(news)))))
        shop = tell(attempts, shuffled)
        successes = {number for number, outcome in news if isinstance(outcome, Authorised)}
        assert (shop.due(1).state is DueState.PAID) == bool(successes)
        assert returned(shop) == max(0, len(successes) - 1)
        assert list(states(shop.due(1))).count("authorised") == min(1, len(successes))
        assert (len(shop.dues()) == 2) == bool(successes)

    @given(told())
    def test_told_again_nothing_changes(self, case: tuple[int, list[News]]) -> None:
        """Once success and refusals are known, the whole story may come again."""
        attempts, news = case
        known = [each for each in news if not isinstance(each[1], Unknown)]
        shop = tell(attempts, known)
        before = len(shop.ports.store.committed)
        for number, outcome in known:
            settle_due(KEY, number, outcome, now=AT, ports=shop.ports)
        assert len(shop.ports.store.committed) == before

    @given(told())
    def test_the_items_version_grows_with_every_write(self, case: tuple[int, list[News]]) -> None:
        """One step at a time: two workers can never both have written."""
        shop = tell(*case)
        own = [c.entity for c in shop.ports.store.committed if isinstance(c.entity, DueItem)]
        versions = [due.version for due in own if due.period == 1]
        assert all(version == n for version, n in zip(versions, count(1), strict=False))
