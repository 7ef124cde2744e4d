"""The audit at the end: everything is calm, so everything must be right."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.application.learning.entitlements import entitlements
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.contract.subscription import Subscription
from tests.fakes_world import FakeFiles
from tests.simulation.auditor.accounts import SUSPENDS_AFTER, Account
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.months import midnight, paris_day
from tests.simulation.provider.reports import Reports
from tests.simulation.world.table import Table

NUMBER = re.compile(r"F(\d{4})-(\d+)")
CHARGED_WITHIN = timedelta(hours=26)
SOON = timedelta(hours=1)
MONTHS_MAX = 1_000
REASONS = ("unpaid", "attempts_exceeded", "outcome_unknown", "disputed")


@dataclass
class Closing:
    """What the books, the provider and the contracts say, laid side by side.

    Attributes:
        months: how many months of service began in this world.
    """

    auditor: Auditor
    table: Table
    files: FakeFiles
    reports: Reports
    ports: Ports
    now: datetime
    months: int = 0
    dues: dict[tuple[str, int], DueItem] = field(default_factory=dict)
    _latest: dict[str, str] = field(default_factory=dict)
    _opens: dict[str, list[bool | None]] = field(default_factory=lambda: defaultdict(list))

    def audit(self) -> None:
        """Look at everything once."""
        for due in self.table.every_due_item():
            self.dues[due.subscription_id, due.period] = due
        for account in self.auditor.accounts.values():
            if account.anchor_on is None:
                self._nothing_kept(account)
                continue
            contract = self.table.subscription(account.id, fresh=True)
            self._months(account, contract)
            self._end(account, contract)
            self._should_open(account, contract)
        self._access()
        self._numbers()
        self._invoices()
        self._books()

    # ---- contracts ----------------------------------------------------------------------------

    def _nothing_kept(self, account: Account) -> None:
        for payment in self.auditor.payments[account.id, 0]:
            if payment.counts:
                self.auditor.find("kept", account.id, f"{payment.name} without a contract")

    def _months(self, account: Account, contract: Subscription) -> None:
        """Each month that began is done, scheduled or parked; no other is charged."""
        is_blocked = False
        ends = account.possible_ends()
        for month in range(MONTHS_MAX):
            begins = account.begins(month)
            # of several ends that may have been asked for, the one that stands decides
            is_asked = contract.ends_on in ends
            is_over = is_asked and contract.ends_on is not None and begins >= contract.ends_on
            if is_over or midnight(begins) > self.now:
                break
            self.months += 1
            due = self.dues.get((account.id, month))
            is_dark = account.is_dark_month(month)
            if due is None or due.state is DueState.LAPSED:
                is_withheld = bool(account.disputes) and account.was_dark_by(month)
                may_lack = is_blocked or is_withheld or is_dark is not False or begins in ends
                if not may_lack and midnight(begins) + CHARGED_WITHIN < self.now:
                    self.auditor.find("forgotten", account.id, f"month {month} of {begins}")
                continue
            self._settled(account, due)
            is_blocked = is_blocked or due.state is not DueState.PAID

    def _settled(self, account: Account, due: DueItem) -> None:
        find = self.auditor.find
        name = f"month {due.period}"
        payments = self.auditor.payments[account.id, due.period]
        kept = [payment for payment in payments if payment.counts]
        if len(kept) > 1:
            find("kept", account.id, f"{name}: {[p.name for p in kept]}")
        if due.state is DueState.PAID and not kept:
            find("paid", account.id, f"{name} is paid by nobody")
        if due.state is not DueState.PAID and kept:
            find("unnoticed", account.id, f"{name} is {due.state} {due.parked}, yet paid")
        if due.state is DueState.PAID:
            self._papers(account, due)
        elif due.parked is None and (due.agenda_at is None or due.agenda_at + SOON < self.now):
            find("lost", account.id, f"{name} is {due.state}, waits for {due.agenda_at}")
        elif due.parked is not None and due.parked not in REASONS:
            find("lost", account.id, f"{name} is parked: {due.parked}")

    def _papers(self, account: Account, due: DueItem) -> None:
        if due.mailed_at is None and due.paid_at and due.paid_at + SOON < self.now:
            self.auditor.find("papers", account.id, f"month {due.period} has no invoice mailed")

    def _end(self, account: Account, contract: Subscription) -> None:
        ends = account.possible_ends()
        if contract.ends_on not in ends:
            self.auditor.find("end", account.id, f"{contract.ends_on}, asked for {ends}")
        is_over = contract.ends_on is not None and midnight(contract.ends_on) + SOON < self.now
        if is_over != (contract.status == "ended"):
            self.auditor.find("end", account.id, f"{contract.status}, ends {contract.ends_on}")

    def _should_open(self, account: Account, contract: Subscription) -> None:
        today = paris_day(self.now)
        is_over = contract.ends_on is not None and today >= contract.ends_on
        runs = account.begins(0) <= today and not is_over
        is_behind = self._is_behind(account) if runs else False
        self._opens[contract.customer_id].append(None if is_behind is None else runs > is_behind)
        self._latest[contract.customer_id] = account.id

    def _access(self) -> None:
        """What is open to a person, over all contracts."""
        for person, should in self._opens.items():
            opened = bool(entitlements(person, ports=self.ports))
            if None not in should and opened != any(should):
                what = f"open: {opened}, should be: {should}"
                self.auditor.find("access", self._latest[person], what)

    def _is_behind(self, account: Account) -> bool | None:
        """Whether a month is refused and unpaid for longer than the contract lets it be.

        None while an outcome is unknown or a bank disputes: then service stays as it was; and on
        the very day, whose last try comes first.
        """
        if account.disputes or account.lacks_method:
            return None
        wait = timedelta(days=SUSPENDS_AFTER[account.profile])
        for month in account.trials.keys() | account.uncaptured_at.keys():
            due = self.dues[account.id, month]
            trials = account.trials.get(month, {})
            kinds = {trial.refused for trial in trials.values()} - {None}
            late_from = account.unpaid_since(month) + wait
            is_due = bool(kinds) or month in account.uncaptured_at
            if due.state is DueState.PAID or not is_due:
                continue
            if due.open_attempt is not None or paris_day(self.now) == late_from:
                return None
            if paris_day(self.now) > late_from or "stop" in kinds:
                return True
        return False

    # ---- numbers and papers -------------------------------------------------------------------

    def _numbers(self) -> None:
        ranks: dict[int, list[int]] = defaultdict(list)
        for due in self.dues.values():
            found = NUMBER.fullmatch(due.number or "")
            if due.number is None:
                continue
            if found is None or due.issued_on is None or int(found[1]) != due.issued_on.year:
                self.auditor.find("number", due.subscription_id, f"{due.number} {due.issued_on}")
                continue
            ranks[int(found[1])].append(int(found[2]))
        for year, taken in ranks.items():
            if sorted(taken) != list(range(1, len(taken) + 1)):
                twice = [rank for rank, times in Counter(taken).items() if times > 1]
                gaps = sorted(set(range(1, max(taken) + 1)) - set(taken))
                self.auditor.find("number", str(year), f"twice {twice[:5]}, missing {gaps[:5]}")

    def _invoices(self) -> None:
        numbered = {due.number: due for due in self.dues.values() if due.number}
        names = [name for name in self.files.contents if name.startswith("invoices/")]
        filed = {name.rsplit("/", 1)[1].removesuffix(".json") for name in names if "json" in name}
        for number in sorted(filed - set(numbered)):
            self.auditor.find("invoice", number, "belongs to nothing that is paid")
        for number, due in sorted(numbered.items()):
            account = self.auditor.accounts[due.subscription_id]
            if due.state is not DueState.PAID and due.period not in account.uncaptured_at:
                self.auditor.find("invoice", number, f"for what is {due.state}")
            elif number in filed:
                self._says_the_truth(due)

    def _says_the_truth(self, due: DueItem) -> None:
        assert due.number is not None
        raw = self.files.contents[f"invoices/{due.number[1:5]}/{due.number}.json"]
        record = json.loads(raw)
        says = (record["number"], record["total"]["gross"]["minor"], record["subscription_id"])
        if says != (due.number, due.gross_minor, due.subscription_id):
            self.auditor.find("invoice", due.number, f"says {says}")

    # ---- the books ----------------------------------------------------------------------------

    def _books(self) -> None:
        """Every account, against what the provider counted by itself."""
        balance: Counter[str] = Counter()
        for entity in self.table.things.values():
            for posting in getattr(entity, "postings", ()):
                balance[posting.account] += posting.minor
        payments = [payment for several in self.auditor.payments.values() for payment in several]
        kept = sum(payment.kept_minor for payment in payments)
        expected = {
            "clearing": kept - self.reports.fees_minor - self.reports.payouts_minor,
            "fees": self.reports.fees_minor,
            "bank": self.reports.payouts_minor,
            "returns": 0,
            "suspense": 0,
            "disputes": sum(one.disputed_minor for one in payments if not one.is_lost),
            "losses": sum(one.disputed_minor for one in payments if one.is_lost),
        }
        for account, minor in expected.items():
            if balance[account] != minor:
                self.auditor.find("books", account, f"{balance[account]}, should be {minor}")
        if sum(balance.values()):
            self.auditor.find("books", "journal", f"sums to {sum(balance.values())}")
        for settlement in self.table._every(Settlement):
            if settlement.read_at is None or settlement.parked:
                what = f"{settlement.parked} {settlement.strays}"
                self.auditor.find("settlement", settlement.report, what)
