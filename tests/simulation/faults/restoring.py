"""A restore to yesterday: the table forgets a day, while provider and papers remember it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from chalicelib.adapters.dynamodb.keys import Key
from chalicelib.application.billing.books.lift_fence import lift_fence
from chalicelib.application.ports import Ports
from chalicelib.domain.kernel.errors import BillingError, NotFound, Refused
from chalicelib.domain.kernel.value import Entity
from tests.crash import Killed
from tests.simulation.faults.weather import Weather
from tests.simulation.provider.provider import Provider
from tests.simulation.world.table import Table

EVERY_DAYS = 100
HOURS = (3, 9, 24)
LOOKS_AGAIN = timedelta(hours=20)

Later = Callable[[timedelta, Callable[[], None]], None]


@dataclass(frozen=True)
class Copy:
    """The table as it was, and which reports there were."""

    things: dict[Key, Entity]
    report_count: int
    told: int


@dataclass
class Restoring:
    """Takes copies, brings them back, and compares before anything is charged.

    What nobody could tell a restored table again (an order, a wish, a bank's word) is not part of
    what a copy forgets here: such a copy is thrown away.

    Attributes:
        irreplaceable: how many such things have happened.
        adopted: told of what a restored table holds.
    """

    desk: Ports
    table: Table
    provider: Provider
    weather: Weather
    stream: Random
    later: Later
    note: Callable[[str], None]
    irreplaceable: Callable[[], int]
    adopted: Callable[[dict[Key, Entity]], None]
    clock: Callable[[], datetime]

    def begin(self, days: int) -> None:
        """Some copies will be taken; few are brought back."""
        if "restored" not in self.weather.faults or not self.weather.force:
            return
        for _ in range(1 + days // EVERY_DAYS):
            hours = self.stream.randrange(max(1, days * 24))
            self.later(timedelta(hours=hours), self._take)

    def _take(self) -> None:
        copy = Copy(dict(self.table.things), len(self.provider.reports.texts), self.irreplaceable())
        hours = self.stream.choice(HOURS)
        self.later(timedelta(hours=hours), lambda: self._bring_back(copy))

    def _bring_back(self, copy: Copy) -> None:
        is_idle = self.table.things == copy.things
        if self.weather.is_calm or is_idle or self.irreplaceable() != copy.told:
            return
        self.weather.injected["restored"] += 1
        self.note("the table is restored from a copy")
        self.table.become(copy.things)
        self.adopted(copy.things)
        self.later(LOOKS_AGAIN, lambda: self._compare(copy))

    def _compare(self, copy: Copy) -> None:
        """An operator looks until reports tell everything up to the fence."""
        every = list(self.provider.reports.texts)
        unknown = [name for batch, name in enumerate(every, 1) if not self._is_known(batch)]
        names = tuple(dict.fromkeys([*unknown, *every[copy.report_count :]]))
        try:
            found = lift_fence(names, until_at=self.provider.told_until(), ports=self.desk)
        except (BillingError, Killed) as error:
            self.note(f"the fence stays: {error}")
            if isinstance(error, Refused) and error.code == "NOT_FENCED":
                return
            self.later(LOOKS_AGAIN, lambda: self._compare(copy))
            return
        self.note(f"compared: {found}")
        if not found.is_lifted:
            self.later(LOOKS_AGAIN, lambda: self._compare(copy))

    def _is_known(self, batch: int) -> bool:
        """Whether the restored table knows of that batch."""
        try:
            self.table.settlement(batch)
        except NotFound:
            return False
        return True
