"""A world: people, the product, the provider and time, all from one seed. `World(plan).run()`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from chalicelib.application.ports import Facts
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.correspondence import SentLetter
from tests.fakes import FACTS, FakeClock, FakePorts
from tests.simulation.auditor.accounts import Finding
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.closing import Closing
from tests.simulation.faults.restoring import Restoring
from tests.simulation.faults.weather import Weather
from tests.simulation.provider.cards import Cards
from tests.simulation.provider.money import Notice
from tests.simulation.provider.provider import Provider
from tests.simulation.workload.debtor import Debtors, Mailbox
from tests.simulation.workload.learner import PROFILES, Learner, Town, arrival
from tests.simulation.workload.operator import Operator
from tests.simulation.world.background import Background
from tests.simulation.world.dice import Dice
from tests.simulation.world.log import KEPT, EventLog
from tests.simulation.world.office import PostOffice
from tests.simulation.world.plan import Plan
from tests.simulation.world.process import Process
from tests.simulation.world.swaps import light_product
from tests.simulation.world.table import Table

TICK = timedelta(minutes=5)
WISHES = ("ends_on", "method", "held", "status")
BARREN_MAX = 48
CALM = timedelta(days=10)
TOLD_WITHIN = timedelta(days=2)
WAITS = 0.1
STEPS_MAX = 2_000_000
ROLES = ("sweeper", "worker", "worker 2", "stream", "numberer", "writer", "door")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a world came to."""

    plan: Plan
    digest: str
    events: int
    months: int
    charges: int
    injected: Counter[str]
    findings: tuple[Finding, ...]
    story: tuple[str, ...]


@dataclass
class World:
    """Everything there is, and what will happen when."""

    plan: Plan
    keep: int | None = KEPT
    clock: FakeClock = field(init=False)
    _agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _swept_at: datetime = field(init=False)
    _barren: int = 0
    _written: int = 0

    def __post_init__(self) -> None:
        plan = self.plan
        self.dice = Dice(plan.seed)
        self.clock = FakeClock(plan.opens_at)
        self._swept_at = plan.opens_at
        self.log = EventLog(self.clock, self.keep)
        self.weather = Weather(self.dice, plan.faults, plan.opens_at, plan.days, plan.force)
        self.cards = Cards()
        self.auditor = Auditor(self.clock, self.cards)
        self.table = Table(
            clock=self.clock,
            lags=lambda: self.weather.strikes("stale_read"),
            watch=self._see,
        )
        self.mailbox = Mailbox()
        self.fakes = FakePorts(
            clock=self.clock, wall_clock=self.clock, store=self.table, post=self.mailbox
        )
        self.provider = Provider(
            self.clock, self.weather, self.cards, self._tell, self.later, self.log, self.auditor
        )
        self.ports = self.fakes.bundle(gateway=self.provider)
        crew = {role: self._process(role) for role in ROLES}
        self.background = Background(
            self.table,
            self.fakes.queues,
            crew,
            self.weather,
            self.dice.stream("background"),
            self.later,
            self.log,
        )
        self.office = PostOffice(
            crew["door"],
            self.weather,
            self.dice.stream("post"),
            self.later,
            self.log,
        )
        self._settle_people()
        self._put_on_duty()
        self._irreplaceable = 0
        Restoring(
            desk=self._process("desk"),
            table=self.table,
            provider=self.provider,
            weather=self.weather,
            stream=self.dice.stream("restore"),
            later=self.later,
            note=self.log,
            irreplaceable=lambda: self._irreplaceable,
            adopted=lambda things: self.auditor.adopted(things.values()),
            clock=self.clock,
        ).begin(plan.days)
        self._settling = self.dice.stream("settlement")
        self.later(timedelta(hours=18), self._close_batch)

    def run(self) -> Outcome:
        """Live all the days, then some calm ones, and look at what is left."""
        with light_product():
            self._live_until(self.plan.ends_at)
            self.weather.is_calm = True
            self._live_until(self.plan.ends_at + CALM)
            closing = self._close()
        return Outcome(
            plan=self.plan,
            digest=self.log.digest,
            events=self.log.count,
            months=closing.months,
            charges=self.auditor.charges,
            injected=self.weather.injected,
            findings=tuple(self.auditor.findings),
            story=tuple(self.log.lines),
        )

    def later(self, wait: timedelta, act: Callable[[], None]) -> None:
        """Have something happen after a while."""
        heappush(self._agenda, (self.clock() + wait, next(self._numbers), act))

    # ---- time ---------------------------------------------------------------------------------

    def _live_until(self, until: datetime) -> None:
        for _ in range(STEPS_MAX):
            happens_at = self._agenda[0][0] if self._agenda else None
            sweeps_at = self._next_sweep()
            at = min((at for at in (happens_at, sweeps_at) if at is not None), default=None)
            if at is None or at > until:
                self.clock.move_to(until)
                return
            self.clock.move_to(max(at, self.clock()))
            if at == happens_at:
                heappop(self._agenda)[2]()
            else:
                self._sweep()
            self.background.rest()
        raise AssertionError("this world never ends")

    def _next_sweep(self) -> datetime | None:
        """The next tick of the schedule at which there is something due."""
        due_at = self.table.next_due_at()
        if due_at is None:
            return None
        patience = TICK * min(4**self._barren, BARREN_MAX)
        fresh_at = self.table.next_due_at(self._swept_at)
        again_at = max(due_at, self._swept_at + patience)
        at = again_at if fresh_at is None else min(again_at, max(fresh_at, self._swept_at + TICK))
        silence = self.weather.spell("no_sweep", at)
        return silence[1] if silence else at

    def _sweep(self) -> None:
        """A schedule that finds nothing to change for a while is not worth simulating closely."""
        written = self._written
        self._swept_at = self.clock()
        self.background.sweep()
        self.background.rest()
        self._barren = 0 if self._written > written else self._barren + 1

    def _close_batch(self) -> None:
        """Once a day the provider settles; in the last calm days there is nothing left to."""
        is_over = self.clock() >= self.plan.ends_at + CALM - TOLD_WITHIN
        self.provider.close_batch(lambda: not is_over and self._settling.random() < WAITS)
        if not is_over:
            self.later(timedelta(days=1), self._close_batch)

    # ---- who is there -------------------------------------------------------------------------

    def _process(self, role: str, policy: Facts | None = None) -> Process:
        return Process(
            role=role,
            real=self.ports,
            offset=self.weather.clock_offset(role),
            befalls=self.weather.at_effect,
            meanwhile=self._meanwhile,
            note=self.log,
            policy=policy,
        )

    def _settle_people(self) -> None:
        doors = {
            profile: self._process(
                f"shop {profile}", replace(FACTS, policy=current_policy(profile))
            )
            for profile in PROFILES
        }
        town = Town(
            doors=doors,
            provider=self.provider,
            cards=self.cards,
            auditor=self.auditor,
            later=self.later,
            note=self.log,
            new_id=self.fakes.ids,
            days=self.plan.days,
            poor=self.plan.poor,
            has_closed=lambda: self.clock() >= self.plan.ends_at,
        )
        debtors = Debtors(town, self.dice.stream("debtors"))
        self.mailbox.reader = debtors.read
        town.moves_in = lambda one: debtors.learners.update({one.checkout_id: one})
        town.deletes_method = debtors.delete_method
        for number in self.plan.people:
            stream = self.dice.stream("person", number)
            at = arrival(stream, self.plan.opens_at, self.plan.days)
            learner = Learner(number, town, stream)
            self.later(at - self.plan.opens_at, learner.arrive)

    def _put_on_duty(self) -> None:
        Operator(
            desk=self._process("desk"),
            table=self.table,
            stream=self.dice.stream("operator"),
            later=self.later,
            note=self.log,
            has_closed=lambda: self.clock() >= self.plan.ends_at,
        ).begin()

    def _meanwhile(self) -> None:
        self.background.meanwhile()

    # ---- who watches --------------------------------------------------------------------------

    def _tell(self, notice: Notice) -> None:
        self.office.post(notice)

    def _is_irreplaceable(self, before: Entity | None, after: Entity | None) -> bool:
        """Whether no report and no paper could tell it a table that forgot it."""
        if isinstance(after, Subscription) and isinstance(before, Subscription):
            return any(getattr(before, fact) != getattr(after, fact) for fact in WISHES)
        is_book = isinstance(after, DueItem | Series | Settlement | SentLetter | Charging)
        return not is_book and not isinstance(after, Subscription)

    def _see(self, key: tuple[str, str], before: Entity | None, after: Entity | None) -> None:
        self._written += 1
        self._irreplaceable += self._is_irreplaceable(before, after)
        version = "gone" if after is None else after.version
        stands = getattr(after, "state", None) or getattr(after, "status", "")
        self.log(f"  {'|'.join(key)} {version} {stands}")
        self.auditor.written(before, after)

    def _close(self) -> Closing:
        closing = Closing(
            self.auditor,
            self.table,
            self.fakes.files,
            self.provider.reports,
            self.ports,
            self.clock(),
        )
        closing.audit()
        for work in self.background.given_up:
            self.auditor.find("given up", "background", work)
        return closing
