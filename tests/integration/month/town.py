"""A few subscribers in front of a whole deployment, and the time that passes for them.

town.subscribe("ada")
town.live_until(paris(2026, 11, 9))
assert town.proof().is_green
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import boto3

from chalicelib.domain.billing.books.proof import Proof
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.entrypoints import operations, queues, schedules
from infra.local.agenda import next_due_at
from infra.local.container import Context
from infra.local.time_machine import travel
from tests.fakes import FakeClock
from tests.integration.http.pages import Page
from tests.integration.http.site import Browser, place
from tests.integration.logs.deployment import REGION, Deployment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TIMEOUT_SECONDS = 1e9
A_MINUTE = timedelta(minutes=1)


@dataclass
class Town:
    """The deployment as the time machine moves it, and what people do in it."""

    deployment: Deployment
    dynamodb: "DynamoDBClient"
    table: str
    people: dict[str, str] = field(default_factory=dict)

    # ---- time -----------------------------------------------------------------------------------

    def live_until(self, at: datetime) -> None:
        """Let everything happen that is due until then."""
        travel(self, at)

    def now(self) -> datetime:
        return self._clock.now

    def set_clock(self, instant: datetime) -> None:
        self._clock.move_to(instant)
        told = {"now": instant.isoformat()}
        self.deployment.provider.admin("PUT", "/clock", told)

    def next_due_at(self, after: datetime) -> datetime | None:
        provider = self.deployment.provider.deliver_pending().next_due_at
        shop = next_due_at(self.dynamodb, self.table, after=after)
        return min((at for at in (provider, shop) if at and at > after), default=None)

    def sweep(self, _: datetime) -> None:
        schedules.sweep_agenda()

    def prove(self, _: datetime) -> None:
        schedules.prove_books()

    def rest(self) -> int:
        self.deployment.rest()
        return self._work_agenda()

    def deliver(self) -> int:
        return self.deployment.provider.deliver_pending().delivered + self._work_agenda()

    def _work_agenda(self) -> int:
        sqs, url = boto3.client("sqs", REGION), self.deployment.addresses["agenda"]
        worked = 0
        while taken := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            context = Context("work_agenda", "request", TIMEOUT_SECONDS)
            for message in taken:
                record = {"messageId": message["MessageId"], "body": message["Body"]}
                failed = queues.work_agenda_records({"Records": [record]}, context)
                assert failed == {"batchItemFailures": []}
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            worked += len(taken)
            self.deployment.rest()
        return worked

    # ---- people ---------------------------------------------------------------------------------

    def subscribe(self, name: str) -> str:
        """Somebody orders and pays; the contract."""
        browser = Browser()
        page = place(browser, email=f"{name}@example.org")
        contract = page.forms["outcome"].action.split("/")[3]
        self.pay(browser, page)
        self.rest()
        self.people[name] = contract
        return contract

    def pay(self, browser: Browser, page: Page) -> Page:
        """Pay on a payment page, and come back."""
        config = json.loads(unescape(re.findall(r'data-config="([^"]*)"', page.html)[0]))
        session_id = config["session"]["id"]
        result = self.deployment.provider.pay(session_id)["sessionResult"]
        outcome = browser.submit(page, "outcome", sessionId=session_id, sessionResult=result)
        return browser.follow(outcome)

    def mailed_link(self, mark: str) -> str:
        """The path of the latest link with `mark` in the mails."""
        words = self.deployment.text_of_mails()
        return str(re.findall(rf"/(?:fr|en)/{mark}/[\w~.=-]+", words)[-1])

    def key(self, name: str, period: int = 1) -> DueKey:
        """The month of somebody."""
        return DueKey(subscription_id=self.people[name], period=period)

    # ---- the provider ---------------------------------------------------------------------------

    def script(self, name: str, *codes: str) -> None:
        """The next charges of somebody's card are refused."""
        path = f"/tokens?shopper_reference={self.people[name]}"
        (token,) = self.deployment.provider.admin("GET", path)["tokens"]
        told = {"outcomes": list(codes)}
        self.deployment.provider.admin("PUT", f"/scripts/token/{token['id']}", told)

    def payments(self, name: str, period: int = 1) -> list[dict[str, Any]]:
        """What the provider took of somebody for a month."""
        paid: list[dict[str, Any]] = self.deployment.provider.admin("GET", "/payments")["payments"]
        month = f"{self.key(name, period).name}."
        return [p for p in paid if p["reference"].startswith(month) and p["captured_minor"]]

    def happens(self, name: str, event: str) -> None:
        """Something happens to a renewal's payment."""
        (paid,) = self.payments(name)
        path = f"/payments/{paid['psp_reference']}/events"
        self.deployment.provider.admin("POST", path, {"event": event})

    def settle(self, **odd: Any) -> dict[str, Any]:
        """The provider closes a batch, and we hear of it."""
        (batch,) = self.deployment.provider.admin("POST", "/settlements", odd)["batches"]
        self.rest()
        self.sweep(self.now())
        self.rest()
        found: dict[str, Any] = batch
        return found

    # ---- operators ------------------------------------------------------------------------------

    def operate(self, command: str, why: str, **arguments: str) -> None:
        """One proposes, another approves."""
        context = Context("propose", "request", TIMEOUT_SECONDS)
        asked = {"id": self.deployment.container.ids(), "command": command,
                 "arguments": arguments, "why": why}  # fmt: skip
        proposal = operations.propose({**asked, "who": {"claimed": "ada"}}, context)["result"]
        approval = {"id": proposal["id"], "who": {"claimed": "max"}}
        assert operations.approve(approval, context)["result"]["state"] == "done"

    def proof(self) -> Proof:
        """The proof of a minute later, as it is kept."""
        self.live_until(self.now() + A_MINUTE)
        schedules.prove_books()
        store, files = self.deployment.container.store, self.deployment.container.files
        latest = store.latest_proof()
        assert latest is not None
        return Proof.model_validate_json(files.get(latest.file))

    def proof_page(self) -> Page:
        """The page that operators are handed a link to."""
        links = operations.inspect({"question": "proof-link"})["result"]
        return Browser().get(re.sub(r"^https?://[^/]+", "", links["en"]))

    @property
    def _clock(self) -> FakeClock:
        clock = self.deployment.container.clock
        assert isinstance(clock, FakeClock)
        return clock
