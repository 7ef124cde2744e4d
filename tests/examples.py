"""Examples to start a test from: an order form, a shop at work, a contract in its life.

`Shop` is the whole product behind fake ports: orders come in, money comes and goes, the stream
is passed on, queues are worked, time moves from one due instant to the next.

    shop = Shop()
    subscription_id = shop.subscribe()
    shop.run_until(paris(2026, 12, 5, 6))
    assert shop.due(1).state is DueState.PAID
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.application.billing.advance import advance
from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.number_invoices import number_invoices
from chalicelib.application.billing.relay import relay
from chalicelib.application.billing.settle_first_charge import report_session
from chalicelib.application.letters import Written
from chalicelib.application.papers.confirm_contract import (
    file_confirmation,
    invite,
    post_confirmation,
)
from chalicelib.application.papers.file_dispute import write_dispute_file
from chalicelib.application.papers.file_invoice import file_invoice
from chalicelib.application.papers.post_invoice import post_invoice
from chalicelib.application.ports import AgendaEntry, Ports, QueueName, SessionNews
from chalicelib.application.selling.open_payment import open_payment
from chalicelib.application.selling.place_order import place_order
from chalicelib.application.selling.start_checkout import OrderForm, start_checkout
from chalicelib.domain.billing.agenda import LEASE, shard
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.outcomes import Authorised, Outcome
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.calendar import PARIS
from chalicelib.domain.kernel.errors import BillingError
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.policy import ProfileName, current_policy
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.papers.confirmation import ConfirmationRecord
from chalicelib.domain.people.customer import Customer
from chalicelib.domain.selling.checkout import Checkout
from infra.papers.samples import sample_confirmation
from tests.fakes import FACTS, Bundle, FakePorts
from tests.fakes_reports import Told
from tests.fakes_things import EVIDENCE, SUBSCRIPTION_ID

ANSWERS = {
    "given_name": "Zoé",
    "family_name": "d’Aubigné-Łukasz",
    "email": "zoe@example.org",
    "born_on": "1990-02-28",
    "address_line": "3 rue de l’Été",
    "postal_code": "75011",
    "city": "Paris",
    "country": "FR",
}
BOXES = {"terms": "J’accepte les conditions.", "immediate_start": "Je demande l’accès immédiat."}
RETURN_URL = "https://clairiere.example/fr/result"
STEPS_MAX = 20_000


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """The instant at which a clock in Paris shows that date and hour."""
    return datetime(year, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def an_order_form(
    *, ticked: Mapping[str, str] = BOXES, terms_version: str = "2026-09-01", **answers: str
) -> OrderForm:
    """A complete form; `answers` replace those of the sample person."""
    return OrderForm(
        answers={**ANSWERS, **answers},
        ticked=ticked,
        declares_capacity=True,
        terms_version=terms_version,
        lang="fr",
        evidence=EVIDENCE,
    )


def a_mail(to: str = "zoe@example.org", template: str = "sample") -> Written:
    """A mail in words, as short as it can be."""
    return Written(
        to=to,
        lang="fr",
        subject=template,
        html=f"<p>{template}</p>",
        text=template,
        template=template,
        template_version=1,
    )


def a_webhook(news: SessionNews, **changes: Any) -> bytes:
    """What the provider notifies of an outcome, as it is kept; `changes` replace its fields."""
    outcome = news.outcome
    assert news.amount is not None
    item = {
        "eventCode": "AUTHORISATION",
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": news.reference,
        "pspReference": getattr(outcome, "provider_reference", None) or f"P-{news.reference}",
        "success": "true" if isinstance(outcome, Authorised) else "false",
        "amount": {"value": news.amount.minor, "currency": news.amount.currency},
    }
    return json.dumps({**item, **changes}).encode()


@dataclass
class Shop:
    """The product at work on fake ports, for one subscriber unless told otherwise.

    Attributes:
        ports: the world; `bundled(...)` swaps one of its ports for a while.
        alarms: what the stream raised for a person, in order.
        replies: codes of the errors that background work met and left for the next sweep.
    """

    ports: FakePorts = field(default_factory=FakePorts)
    subscription_id: str = SUBSCRIPTION_ID
    alarms: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    _world: Ports | None = None
    _passed_on: int = 0

    @classmethod
    def under(cls, profile: ProfileName) -> "Shop":
        """A shop whose new contracts follow that policy profile."""
        return cls(ports=FakePorts(facts=replace(FACTS, policy=current_policy(profile))))

    @property
    def world(self) -> Ports:
        """The ports that background work uses."""
        return self._world or self.ports

    @contextmanager
    def through(self, world: Ports) -> Iterator[None]:
        """Let background work go through other ports, such as a saboteur's."""
        before, self._world = self._world, world
        try:
            yield
        finally:
            self._world = before

    def bundled(self, **other: Any) -> Bundle:
        """The same world with something else behind some of its ports."""
        return self.ports.bundle(**other)

    def restart(self) -> None:
        """Another process takes over, on healthy ports; messages in hand were lost."""
        self._world = None

    # ---- buying ----

    def start(self, form: OrderForm | None = None, *, customer: Customer | None = None) -> Checkout:
        """Send the order form."""
        return start_checkout(
            self.subscription_id,
            "solo",
            form or an_order_form(),
            customer=customer,
            ports=self.ports,
        )

    def place(self, shown_minor: int = 2000) -> Checkout:
        """Press the order button on the review page."""
        place_order(
            self.checkout(), shown_minor=shown_minor, words="Payer", lang="fr", ports=self.ports
        )
        return self.checkout()

    def pay(self, outcome: Outcome | None = None) -> None:
        """Pay on the provider's page, and come back from it."""
        session = open_payment(self.checkout(), return_url=RETURN_URL, ports=self.ports)
        result = self.ports.gateway.pay(session.session_id, outcome)
        report_session(self.subscription_id, session.session_id, result, ports=self.ports)

    def subscribe(self, form: OrderForm | None = None) -> str:
        """From the form to a confirmed contract, with everything at rest."""
        self.start(form)
        self.place()
        self.pay()
        self.rest()
        return self.subscription_id

    # ---- reading ----

    def checkout(self) -> Checkout:
        return self.ports.store.checkout(self.subscription_id)

    def subscription(self) -> Subscription:
        return self.ports.store.subscription(self.subscription_id)

    def customer(self) -> Customer:
        return self.ports.store.customer(self.subscription().customer_id)

    def due(self, period: int) -> DueItem:
        return self.ports.store.due_item(self.key(period))

    def dues(self) -> tuple[DueItem, ...]:
        return self.ports.store.due_items(self.subscription_id)

    def key(self, period: int) -> DueKey:
        return DueKey(subscription_id=self.subscription_id, period=period)

    # ---- background work ----

    def notify(self, news: SessionNews, **changes: Any) -> tuple[str, str]:
        """Apply a notification of the provider."""
        world = self.world
        return apply_notification(a_webhook(news, **changes), now=world.clock(), ports=world)

    def sweep(self) -> None:
        """Advance whatever is due; what fails stays for the next sweep."""
        world = self.world
        for number in sorted({shard(self.subscription_id), *self._settlement_shards()}):
            for entry in world.store.due_entries(number, world.clock(), 50):
                self._advance(entry, world)

    def settle(self, *others: Told, without: Collection[str] = ()) -> Settlement | None:
        """The provider closes a batch and tells it; its report is read at once."""
        name = self.ports.gateway.close_batch(*others, without=without)
        if name is None:
            return None
        self.tell_report(name)
        self.sweep()
        self.rest()
        return self.ports.store.settlement(len(self.ports.gateway.reports))

    def tell_report(self, name: str, **changes: Any) -> tuple[str, str]:
        """Apply the news that a report can be read."""
        item = {
            "eventCode": "REPORT_AVAILABLE",
            "merchantAccountCode": FACTS.merchant_account,
            "merchantReference": "",
            "pspReference": name,
            "success": "true",
            "amount": {"value": 0, "currency": "EUR"},
            "reason": "https://somewhere.example/else.csv",
        }
        world = self.world
        return apply_notification(
            json.dumps({**item, **changes}).encode(), now=world.clock(), ports=world
        )

    def rest(self) -> None:
        """Pass the stream on and work the queues until nothing is left to do now."""
        while self._pass_on() or self._work_queues():
            continue

    def run_until(self, instant: datetime) -> None:
        """Let time pass, with a sweep whenever something is due, as the schedule would."""
        self.rest()
        for _ in range(STEPS_MAX):
            at = self.next_due()
            if at is None or at > instant:
                break
            self.ports.clock.move_to(max(at, self.ports.clock()))
            self.sweep()
            self.rest()
        else:
            raise AssertionError("the agenda never comes to rest")
        self.ports.clock.move_to(max(instant, self.ports.clock()))

    def next_due(self) -> datetime | None:
        """When the schedule will next find something; what it found and left comes again soon."""
        now = self.ports.clock()
        instants = (getattr(t, "agenda_at", None) for t in self.ports.store.things.values())
        waits = [at if at > now else now + LEASE for at in instants if at is not None]
        return min(waits, default=None)

    def _settlement_shards(self) -> set[int]:
        things = self.ports.store.things.values()
        return {
            shard(str(thing.batch))
            for thing in things
            if isinstance(thing, Settlement) and thing.agenda_at is not None
        }

    def _advance(self, entry: AgendaEntry, world: Ports) -> None:
        try:
            advance(entry, ports=world)
        except BillingError as error:
            self.replies.append(error.code)

    def _pass_on(self) -> bool:
        records = self.ports.store.committed[self._passed_on :]
        for record in records:
            if isinstance(record.entity, Entity):
                self.alarms += relay(record.entity, record.events, ports=self.world)
            self._passed_on += 1
        return bool(records)

    def _work_queues(self) -> bool:
        names: tuple[QueueName, ...] = ("numbering", "documents", "mail")
        return any(self._work_queue(name) for name in names)

    def _work_queue(self, name: QueueName) -> bool:
        messages = self.ports.queues.take(name)
        if name == "numbering" and messages:
            number_invoices(tuple(_due(message).key for message in messages), ports=self.world)
        elif name == "documents":
            for message in messages:
                self._write_document(message)
        else:
            for message in messages:
                self._send_mail(message)
        return bool(messages)

    def _write_document(self, message: Mapping[str, Any]) -> None:
        if message["event"] == "InvoiceNumbered":
            file_invoice(_due(message), lambda record: record.number.encode(), ports=self.world)
            return
        if message["event"] == "DisputeHeard":
            dispute = Dispute.model_validate_json(json.dumps(message["record"]))
            write_dispute_file(dispute, lambda _: b"summary", ports=self.world)
            return
        subscription_id = str(message["record"]["id"])
        file_confirmation(subscription_id, _freeze, lambda _: b"confirmation", ports=self.world)

    def _send_mail(self, message: Mapping[str, Any]) -> None:
        name = str(message["id"])
        match message["event"]:
            case "InvoiceFiled":
                post_invoice(_due(message).key, name, _write, ports=self.world)
            case "ConfirmationFiled":
                post_confirmation(str(message["record"]["id"]), name, _write, ports=self.world)
            case "ConfirmationSent":
                invite(str(message["record"]["id"]), name, _write, ports=self.world)
            case _:
                return


def _due(message: Mapping[str, Any]) -> DueItem:
    return DueItem.model_validate_json(json.dumps(message["record"]))


def _write(*about: object) -> Written:
    person = next(part for part in about if isinstance(part, Customer))
    return a_mail(person.email)


def _freeze(
    subscription: Subscription, contract: Contract, customer: Customer
) -> ConfirmationRecord:
    return sample_confirmation(subscription_id=subscription.id)
