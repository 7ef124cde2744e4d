"""The operators of a world: they stop charging, let it go on, send money back, end what hangs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from chalicelib.application.billing import charging
from chalicelib.application.billing.returns import refund_due
from chalicelib.application.billing.returns.enter_dispute import lift_hold
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books.settlement import UNREAD, Settlement
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.operating import repair
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.ids import RefundKey
from tests.simulation.world.people import Insistence
from tests.simulation.world.process import Process
from tests.simulation.world.table import Table

Later = Callable[[timedelta, Callable[[], None]], None]
STOPS_EVERY_DAYS = 90
FORGOTTEN_AFTER = timedelta(days=4)


def _read(batch: int, ports: Ports) -> None:
    known = ports.store.settlement(batch)
    if known.parked == UNREAD:
        ports.store.commit(repair.read_batch(known, batch, now=ports.clock()))


@dataclass
class Operator:
    """Somebody on duty, who looks once a day."""

    desk: Process
    table: Table
    stream: Random
    later: Later
    note: Callable[[str], None]
    has_closed: Callable[[], bool]
    count: int = 0

    def begin(self) -> None:
        """Look tomorrow, and every day after."""
        self.later(timedelta(hours=8), self._look)

    def _look(self) -> None:
        self.later(timedelta(hours=24), self._look)
        brake = self.table.charging()
        if brake is not None and brake.halted is not None:
            self._do("releases", lambda ports: charging.release_halt(ports=ports))
        stopped = brake.stopped if brake is not None else None
        if stopped is not None and stopped.since + FORGOTTEN_AFTER < self.desk.clock():
            # a restored copy has forgotten that it was let go on
            self._resume()
        self._have_batches_read()
        if self.has_closed():
            return
        if self.stream.random() * STOPS_EVERY_DAYS < 1:
            self._stop()
        if self.stream.random() < 0.05:
            self._refund()
        if self.stream.random() < 0.2:
            self._mend()

    # ---- the brake ----------------------------------------------------------------------------

    def _stop(self) -> None:
        hours = self.stream.choice((1, 5, 30, 80))

        def stop(ports: Ports) -> None:
            charging.stop_charging(reason="drill", by="operator", ports=ports)

        self._do("stops charging", stop)
        self.later(timedelta(hours=hours), self._resume)

    def _resume(self) -> None:
        self._do("resumes charging", lambda ports: charging.resume_charging(ports=ports))

    # ---- reports ------------------------------------------------------------------------------

    def _have_batches_read(self) -> None:
        """A report that could not be read in time is asked for once more, as the runbook says."""
        for settlement in self.table._every(Settlement):
            if settlement.parked == UNREAD:
                self._do(f"reads batch {settlement.batch}", partial(_read, settlement.batch))

    # ---- money back ---------------------------------------------------------------------------

    def _refund(self) -> None:
        paid = [
            due
            for due in self.table.every_due_item()
            if due.state is DueState.PAID and due.number is not None
        ]
        if not paid:
            return
        due = paid[self.stream.randrange(len(paid))]
        minor = self.stream.choice((1, 500, 999, due.gross_minor, due.gross_minor))
        self.count += 1
        cause = f"decision {self.count}"

        def refund(ports: Ports) -> None:
            refund_due.ask_refund(due.key, minor, cause=cause, ports=ports)

        self._do(f"refunds {minor} of {due.key.reference(0)}", refund)

    def _mend(self) -> None:
        """A refund that failed is asked for again; a contract held for long is let go."""
        for refund in self.table._every(Refund):
            if refund.parked == "refund_failed":
                self._ask_again(refund.key)
                return
        held = [s for s in self.table._every(Subscription) if s.held is not None]
        if held and self.stream.random() < 0.2:
            held_id = held[self.stream.randrange(len(held))].id
            self._do(f"lifts the hold of {held_id}", lambda p: lift_hold(held_id, ports=p))

    def _ask_again(self, key: RefundKey) -> None:
        self._do("asks again", lambda ports: refund_due.ask_again(key, ports=ports))

    def _do(self, what: str, act: Callable[[Ports], object]) -> None:
        def once(ports: Ports) -> None:
            act(ports)

        Insistence(
            what=f"operator {what}",
            act=once,
            ports=self.desk,
            later=self.later,
            note=self.note,
            tried=lambda _: None,
            done=lambda _: None,
        ).press()
