"""Settlement: what the provider pays out and keeps, batch by batch, and how it reports it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes_reports import Told, paid_out, report_name, report_text, settled
from tests.simulation.provider.money import Movement, Payment

FEE_MINOR = 20
BATCH_FEE_MINOR = 11
TAKES_A_DAY = timedelta(days=1)


@dataclass
class Reports:
    """Batches so far, and what they moved out of what the provider holds.

    Attributes:
        texts: reports by their names.
        fees_minor: what the provider kept.
        payouts_minor: what it sent to the bank.
        movements: what became of payments, in order.
    """

    texts: dict[str, str] = field(default_factory=dict)
    fees_minor: int = 0
    payouts_minor: int = 0
    movements: list[Movement] = field(default_factory=list)
    _carried_minor: int = 0

    def close(
        self, payments: Sequence[Payment], waits: Callable[[], bool], now: datetime
    ) -> str | None:
        """Close a batch; the name of its report, None when nothing moved."""
        batch = len(self.texts) + 1
        ripe = [one for one in payments if one.at + TAKES_A_DAY < now]
        lines = [
            settled(one.reference, one.name, one.amount.minor, FEE_MINOR)
            for one in ripe
            if self._comes(one, batch, waits)
        ]
        lines += [_gone(one) for one in ripe if self._goes(one, batch, waits)]
        lines += [_moved(one) for one in self.movements if self._follows(one, batch, waits, now)]
        if not lines:
            return None
        self.fees_minor += sum(line.gross - line.net for line in lines) + BATCH_FEE_MINOR
        lines.append(Told("Fee", net=-BATCH_FEE_MINOR, movement="Transaction Fees"))
        if self._carried_minor:
            lines.insert(0, Told("Balancetransfer", net=self._carried_minor))
        whole = paid_out(lines)
        last = whole[-1]
        self._carried_minor = -last.net if last.kind == "Balancetransfer" else 0
        self.payouts_minor -= last.net if last.kind == "MerchantPayout" else 0
        self.texts[report_name(batch)] = report_text(batch, whole)
        return report_name(batch)

    @staticmethod
    def _comes(payment: Payment, batch: int, waits: Callable[[], bool]) -> bool:
        if payment.settled_in is not None or payment.is_uncaptured or waits():
            return False
        payment.settled_in = batch
        return True

    @staticmethod
    def _goes(payment: Payment, batch: int, waits: Callable[[], bool]) -> bool:
        is_told = payment.settled_in is not None and payment.returned_in is None
        if not (is_told and payment.returned_minor) or waits():
            return False
        payment.returned_in = batch
        return True

    def _follows(
        self, movement: Movement, batch: int, waits: Callable[[], bool], now: datetime
    ) -> bool:
        """Whether a batch tells a movement: after its payment, and after what came before it."""
        is_ripe = movement.told_in is None and movement.at + TAKES_A_DAY < now
        if not is_ripe or movement.payment.settled_in is None or waits():
            return False
        for earlier in self.movements:
            if earlier is movement:
                break
            if earlier.payment is movement.payment and earlier.told_in is None:
                return False
        movement.told_in = batch
        return True


def _moved(movement: Movement) -> Told:
    """Part of a payment that went back, or came again."""
    return Told(
        movement.kind,
        gross=movement.minor,
        net=movement.minor,
        payment=movement.payment.name,
        reference=movement.payment.reference,
        movement=movement.name,
        movement_reference=movement.reference,
    )


def _gone(payment: Payment) -> Told:
    """Money that went back, by the reference of the payment it came with."""
    return Told(
        "Refunded",
        gross=-payment.returned_minor,
        net=-payment.returned_minor,
        payment=payment.name,
        reference=payment.reference,
        movement=f"B{payment.name}",
        movement_reference=payment.reference,
    )
