"""The auditor: it watches the provider's till and the product's table, and knows what is right."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.application.ports import ChargeRequest
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.outcomes import Outcome
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.value import Entity
from tests.simulation.auditor.accounts import (
    ATTEMPTS_MAX,
    CLOCKS_DIFFER,
    PRICE_MINOR,
    SUSPENDS_AFTER,
    Account,
    Finding,
    Trial,
    Wish,
)
from tests.simulation.auditor.months import midnight, paris_day
from tests.simulation.provider.cards import Cards, Kind
from tests.simulation.provider.money import Payment

FINDINGS_MAX = 25
TRIES_IN = ((timedelta(hours=24), 10), (timedelta(days=30), 15))
FOR_EVER = ("number", "issued_on", "sha256", "mailed_at")
FIRST = "0000"


@dataclass
class Auditor:
    """Watches as things happen; `closing.py` looks at what is left at the end.

    Attributes:
        payments: what was taken for each month of each contract.
    """

    clock: Callable[[], datetime]
    cards: Cards
    accounts: dict[str, Account] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    payments: dict[tuple[str, int], list[Payment]] = field(
        default_factory=lambda: defaultdict(list)
    )
    charges: int = 0
    stopped_at: datetime | None = None
    halted_at: datetime | None = None
    _stopped: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def find(self, rule: str, who: str, what: str) -> None:
        """Write a finding down."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(rule, who, self.clock(), what))

    # ---- what people do -----------------------------------------------------------------------

    def opens(self, checkout_id: str, profile: str, *, at_once: bool) -> Account:
        """Somebody is about to order."""
        account = self.accounts[checkout_id] = Account(checkout_id, profile, at_once)
        return account

    def wishes(self, checkout_id: str, kind: Literal["cancel", "undo"]) -> Wish:
        """Somebody is about to cancel, or to take it back."""
        wish = Wish(kind)
        self.accounts[checkout_id].wishes.append(wish)
        return wish

    # ---- what reaches the provider ------------------------------------------------------------

    def captured(self, payment: Payment) -> None:
        """Money came."""
        owner, month, _ = parts(payment.reference)
        self.charges += 1
        self.payments[owner, month].append(payment)
        account = self.accounts.get(owner)
        if account is None:
            self.find("charge", owner, "money from somebody who never ordered")
        elif payment.amount.minor != PRICE_MINOR:
            self.find("amount", owner, f"{payment.amount.minor} taken for month {month}")

    def charged(self, request: ChargeRequest, outcome: Outcome) -> None:
        """An automatic charge reached the provider for the first time under its key."""
        owner, month, _ = parts(request.reference)
        account = self.accounts.get(owner)
        if account is None or account.anchor_on is None:
            self.find("charge", owner, "a charge without a contract")
            return
        self._is_let(account)
        self._is_owed(account, month)
        self._is_first(account, month, request.reference)
        self._may_be_tried(account, month, request)
        self._keep(account, month, request, outcome)

    def _is_let(self, account: Account) -> None:
        """Nothing is charged once everybody was stopped, or while the contract is held."""
        now = self.clock()
        for why in (self.stopped_at, self.halted_at, account.held_at):
            if why is not None and why < now:
                self.find("stopped", account.id, f"charged, stopped since {why}")

    def _is_owed(self, account: Account, month: int) -> None:
        now = self.clock()
        begins = account.begins(month)
        # the first month is paid with the order
        if month and now + CLOCKS_DIFFER < midnight(begins):
            self.find("early", account.id, f"month {month} charged before {begins}")
        ends = account.possible_ends()
        if all(end is not None and begins >= end for end in ends):
            self.find("after the end", account.id, f"month {month} charged, over on {ends}")
        if account.is_dark_month(month):
            self.find("without service", account.id, f"month {month} charged")

    def _is_first(self, account: Account, month: int, reference: str) -> None:
        for payment in self.payments[account.id, month]:
            trial = account.trials.get(month, {}).get(payment.reference)
            # of a page, or of a capture after all, nobody may have heard yet: the second goes back
            is_heard = trial is not None and trial.refused is None and not payment.was_uncaptured
            if payment.reference != reference and is_heard and payment.counts:
                self.find("twice", account.id, f"month {month} charged beside {payment.reference}")
        for trial in account.trials.get(month, {}).values():
            if trial.reference == reference:
                self.find("twice", account.id, f"{reference} reached the provider anew")

    def _may_be_tried(self, account: Account, month: int, request: ChargeRequest) -> None:
        now, token = self.clock(), request.method.token
        trials = account.trials.get(month, {})
        if len(trials) + account.page_refusals[month] >= ATTEMPTS_MAX:
            self.find("budget", account.id, f"month {month}: {len(trials) + 1} attempts")
        if self._stopped.get(token, request.reference) != request.reference:
            self.find("stop", account.id, f"{request.reference} after {self._stopped[token]}")
        card = self.cards.by_token[token]
        renewed = [at for at in (card.lives_again_at, card.renewed_at) if at is not None]
        for trial in trials.values():
            is_final = trial.refused in ("sca", "update") and trial.token == token
            if is_final and max(renewed, default=trial.at) <= trial.at:
                self.find("final", account.id, f"{request.reference} after {trial.refused}")
        for span, most in TRIES_IN:
            if sum(at + span > now for at in self._failed[token]) >= most:
                self.find("scheme", account.id, f"{token} failed {most} times in {span}")

    def _keep(self, account: Account, month: int, request: ChargeRequest, outcome: Outcome) -> None:
        token = request.method.token
        refused = self._kind(token) if outcome.kind == "refused" else None
        trial = Trial(request.reference, token, self.clock(), refused)
        account.trials.setdefault(month, {})[request.reference] = trial
        if refused is not None:
            self._failed[token].append(self.clock())
        if refused == "stop":
            self._stopped.setdefault(token, request.reference)

    def _kind(self, token: str) -> Kind | None:
        mood = self.cards.by_token[token].mood(self.clock())
        return mood.kind if mood else None

    def sent_back(self, payment: Payment) -> None:
        """Money goes back, never more than came."""
        gone = payment.returned_minor + payment.refunded_minor + payment.pending_minor
        if gone > payment.amount.minor:
            self.find("refund", payment.reference, f"{gone} of {payment.amount.minor}")

    def uncaptured(self, payment: Payment) -> None:
        """Money that was promised does not come."""
        owner, month, _ = parts(payment.reference)
        self.accounts[owner].uncaptured_at[month] = self.clock()

    def disputed(self, payment: Payment, event: str) -> None:
        """A bank speaks of a payment."""
        owner, _, _ = parts(payment.reference)
        self.accounts[owner].disputes[payment.name] = event

    def turned_down(self, reference: str) -> None:
        """A learner was refused on a page."""
        if ".M" not in reference:
            owner, month, _ = parts(reference)
            self.accounts[owner].page_refusals[month] += 1

    def misused(self, what: str) -> None:
        """The provider was asked what it must never be asked."""
        self.find("misuse", "provider", what)

    # ---- what is written ----------------------------------------------------------------------

    def written(self, before: Entity | None, after: Entity | None) -> None:
        """Something was committed."""
        if isinstance(after, DueItem):
            self._due_written(before, after)
        elif isinstance(after, Subscription):
            self._contract_written(before, after)
        elif isinstance(after, Charging):
            self.stopped_at = (self.stopped_at or self.clock()) if after.stopped else None
            self.halted_at = (self.halted_at or self.clock()) if after.halted else None
        if before is not None and after is not None and after.version != before.version + 1:
            self.find("version", type(after).__name__, f"{before.version} to {after.version}")

    def adopted(self, things: Iterable[Entity]) -> None:
        """The table is another one, with what a copy remembers of each contract."""
        for thing in things:
            if isinstance(thing, Subscription):
                account = self.accounts[thing.id]
                was_off = bool(account.dark) and account.dark[-1][1] is None
                if was_off != (thing.status == "suspended"):
                    self._switched(account, is_off=not was_off)

    def _due_written(self, before: Entity | None, after: DueItem) -> None:
        name = f"{after.subscription_id} month {after.period}"
        if sum(posting.minor for posting in after.postings):
            self.find("postings", name, "do not sum to zero")
        if after.gross_minor != PRICE_MINOR:
            self.find("amount", name, f"owed at {after.gross_minor}")
        account = self.accounts.get(after.subscription_id)
        begins = None if account is None or account.anchor_on is None else account.begins
        if begins is not None and after.from_on != begins(after.period):
            self.find("date", name, f"due on {after.from_on}")
        if isinstance(before, DueItem):
            for fact in FOR_EVER:
                old = getattr(before, fact)
                if old is not None and getattr(after, fact) != old:
                    self.find("rewritten", name, fact)

    def _contract_written(self, before: Entity | None, after: Subscription) -> None:
        account = self.accounts[after.id]
        if not isinstance(before, Subscription):
            if after.anchor_on not in account.anchors():
                self.find("date", after.id, f"begins on {after.anchor_on}")
            account.anchor_on = after.anchor_on
            return
        if before.held and not after.held:
            account.released_at.append(self.clock())
        account.held_at = (account.held_at or self.clock()) if after.held else None
        if after.anchor_on != before.anchor_on:
            self.find("date", after.id, "begins anew")
        if (after.status == "suspended") != (before.status == "suspended"):
            self._service_changed(account, is_off=after.status == "suspended")

    def _service_changed(self, account: Account, *, is_off: bool) -> None:
        now = self.clock()
        self._switched(account, is_off=is_off)
        if is_off and not self.may_suspend(account, now):
            self.find("suspended", account.id, "although nothing is unpaid for that long")

    def _switched(self, account: Account, *, is_off: bool) -> None:
        now = self.clock()
        if is_off:
            account.dark.append((now, None))
        else:
            begins, _ = account.dark[-1]
            account.dark[-1] = begins, now

    def may_suspend(self, account: Account, now: datetime) -> bool:
        """Whether the service may be off: a month unpaid for that long, or a bank that disputes."""
        if account.disputes or account.lacks_method:
            return True
        wait = timedelta(days=SUSPENDS_AFTER[account.profile])
        today = paris_day(now + CLOCKS_DIFFER)
        for month in account.trials.keys() | account.uncaptured_at.keys():
            trials = account.trials.get(month, {})
            refused = {trial.refused for trial in trials.values()} - {None}
            is_late = today >= account.unpaid_since(month) + wait
            if "stop" in refused or (is_late and (refused or month in account.uncaptured_at)):
                return True
        return False


def parts(reference: str) -> tuple[str, int, int]:
    """Contract, month and attempt that a reference names."""
    owner, month, _, attempt = reference.split(".")
    return owner, int(month), int(attempt)
