"""One realistic thing of each kind that is stored; what a test is about, it says itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.application.ports import Notification
from chalicelib.domain.billing.books.proof import LatestProof
from chalicelib.domain.billing.books.settlement import KindSum, Settlement
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.guards import Charging, Halted, Stopped
from chalicelib.domain.billing.journal import Account, balanced
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.operating.proposal import Command, Proposal
from chalicelib.domain.billing.renewal import due_item
from chalicelib.domain.billing.returns.dispute import Dispute, Heard, booked
from chalicelib.domain.billing.returns.refund import Refund, promise
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal, give_back
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel import unique
from chalicelib.domain.kernel.beat import Beat
from chalicelib.domain.kernel.change import Insert
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.correspondence import SentLetter
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Buyer, Checkout, Consent, Evidence
from chalicelib.domain.selling.throttle import Tries
from tests.fakes_gateway import VISA

SUBSCRIPTION_ID = "01JDABCDEFGHJKMNPQRSTVWXYZ"
CUSTOMER_ID = "01JDZYXWVTSRQPNMKJHGFEDCBA"
CONCLUDED_AT = datetime(2026, 10, 5, 9, 30, 12, 345678, tzinfo=UTC)
CONSENTS = (
    Consent(
        name="terms",
        words="J’ai lu et j’accepte les conditions générales.",
        screen="order",
        lang="fr",
        given_at=CONCLUDED_AT,
        terms_version="2026-09-01",
        terms_sha256="f" * 64,
    ),
    Consent(
        name="immediate_start",
        words="Je demande l’accès immédiat.",
        screen="order",
        lang="fr",
        given_at=CONCLUDED_AT,
    ),
)
EVIDENCE = Evidence(session_id="01JDSESSION", address="203.0.113.0", agent="Mozilla/5.0")


def a_checkout(**changes: Any) -> Checkout:
    checkout = Checkout(
        id=SUBSCRIPTION_ID,
        lang="fr",
        plan="solo",
        price_row="solo-eur-1",
        currency="EUR",
        gross_minor=2000,
        rate_bps=2000,
        buyer=Buyer(
            given_name="Zoé",
            family_name="d’Aubigné-Łukasz",
            email="zoe@example.org",
            born_on=date(1990, 2, 28),
            address_line="3 rue de l’Été",
            postal_code="75011",
            city="Paris",
            country="FR",
        ),
        customer_id=CUSTOMER_ID,
        is_new_customer=True,
        mailbox_digest="m" * 32,
        policy="recommended@1",
        terms_version="2026-09-01",
        terms_sha256="f" * 64,
        consents=CONSENTS,
        evidence=EVIDENCE,
        started_at=CONCLUDED_AT,
    )
    return checkout.replace(**changes)


def a_subscription(**changes: Any) -> Subscription:
    subscription = Subscription(
        id=SUBSCRIPTION_ID,
        customer_id=CUSTOMER_ID,
        plan="solo",
        lang="fr",
        price_row="solo-eur-1",
        gross_minor=2000,
        currency="EUR",
        rate_bps=2000,
        policy="recommended@1",
        terms_version="2026-09-01",
        anchor_on=date(2026, 10, 5),
        concluded_at=CONCLUDED_AT,
        starts_at_once=True,
        method=VISA,
    )
    return subscription.replace(**changes)


def a_contract(**changes: Any) -> Contract:
    contract = Contract(
        subscription_id=SUBSCRIPTION_ID,
        customer_id=CUSTOMER_ID,
        plan="solo",
        price_row="solo-eur-1",
        gross_minor=2000,
        currency="EUR",
        rate_bps=2000,
        terms_version="2026-09-01",
        terms_sha256="f" * 64,
        lang="fr",
        policy=current_policy("recommended").model_dump(mode="json"),
        consents=CONSENTS,
        evidence=EVIDENCE,
        concluded_at=CONCLUDED_AT,
    )
    return contract.replace(**changes)


def a_due(period: int = 1, **changes: Any) -> DueItem:
    """A due item of the sample subscription, as it waits for its date."""
    owner = changes.pop("subscription_id", SUBSCRIPTION_ID)
    return due_item(a_subscription(id=owner), period).replace(**changes)


def a_customer(**changes: Any) -> Customer:
    customer = Customer(
        id=CUSTOMER_ID,
        lang="fr",
        given_name="Zoé",
        family_name="d’Aubigné-Łukasz",
        email="zoe@example.org",
        born_on=date(1990, 2, 28),
        mailbox_digest="m" * 32,
        subscription_ids=(SUBSCRIPTION_ID,),
        created_at=CONCLUDED_AT,
    )
    return customer.replace(**changes)


def a_billing_identity(**changes: Any) -> BillingIdentity:
    identity = BillingIdentity(
        customer_id=CUSTOMER_ID,
        number=1,
        given_name="Zoé",
        family_name="d’Aubigné-Łukasz",
        address_line="3 rue de l’Été",
        postal_code="75011",
        city="Paris",
        country="FR",
    )
    return identity.replace(**changes)


def a_series(**changes: Any) -> Series:
    return Series(legal_entity="900000019", series="F", year=2026).replace(**changes)


def a_reversal(**changes: Any) -> Reversal:
    key = DueKey(subscription_id=SUBSCRIPTION_ID, period=1)
    price = Money(minor=2000, currency="EUR")
    reversal = give_back(key, 2, "WNS7GQ4TG5PFWR50", price, "paid_twice", CONCLUDED_AT).entity
    assert isinstance(reversal, Reversal)
    return reversal.replace(**changes)


def a_settlement(**changes: Any) -> Settlement:
    """A batch that was read: one payment came, less its fees, and was paid out but for them."""
    facts: dict[str, Any] = {
        "batch": 12,
        "report": "settlement_detail_report_batch_12.csv",
        "announced_at": CONCLUDED_AT,
        "currency": "EUR",
        "sha256": "b" * 64,
        "rows": 3,
        "done": 3,
        "sums": (
            KindSum(kind="Fee", count=1, gross_minor=0, net_minor=-11),
            KindSum(kind="MerchantPayout", count=1, gross_minor=0, net_minor=-1969),
            KindSum(kind="Settled", count=1, gross_minor=2000, net_minor=1980),
        ),
        "postings": balanced((Account.FEES, 31), (Account.BANK, 1969), (Account.CLEARING, -2000)),
        "read_at": CONCLUDED_AT,
    }
    return Settlement(**(facts | changes))


def a_brake(**changes: Any) -> Charging:
    """The brake of the fake table, stopped by hand after it had stopped itself."""
    brake = Charging(
        table_id="table-1",
        day_on=date(2026, 10, 5),
        hour_at=datetime(2026, 10, 5, 9, tzinfo=UTC),
        granted=70,
        reported=60,
        refused=40,
        unknown=2,
        paid_twice=1,
        hour_granted=50,
        hour_refused=40,
        hour_unknown=2,
        granted_at=CONCLUDED_AT,
        canary_passed=True,
        stopped=Stopped(reason="a wrong price", by="odile", since=CONCLUDED_AT),
        halted=Halted(cause="approval_fell", since=CONCLUDED_AT),
    )
    return brake.replace(**changes)


def a_refund(**changes: Any) -> Refund:
    """Part of the first renewal, promised back and not asked for yet."""
    paid = Attempt(
        number=1, state="authorised", opened_at=CONCLUDED_AT, provider_reference="WNS7GQ4TG5PFWR50"
    )
    due = a_due(state=DueState.PAID, attempts=(paid,))
    change = promise(due, (), 1533, cause="withdrawal", now=CONCLUDED_AT)
    refund = change.writes[1]
    assert isinstance(refund, Insert)
    assert isinstance(refund.entity, Refund)
    return refund.entity.replace(**changes)


def a_dispute(*events: str, **changes: Any) -> Dispute:
    """A dispute about the first renewal that heard these events; a chargeback unless told."""
    heard = tuple(
        Heard(event=event, minor=2000, heard_at=CONCLUDED_AT, reason="10.4")
        for event in events or ("CHARGEBACK",)
    )
    dispute = Dispute(
        subscription_id=SUBSCRIPTION_ID,
        period=1,
        instalment=1,
        dispute="QFQTPCQ8HXSKGK82",
        attempt=1,
        payment_reference="WNS7GQ4TG5PFWR50",
        currency="EUR",
        heard=heard,
        opened_at=CONCLUDED_AT,
    )
    return booked(None, dispute).replace(**changes)


def unplaced_money(**changes: Any) -> UnplacedMoney:
    fact = UnplacedMoney(
        provider_reference="QFQTPCQ8HXSKGK82",
        event="CHARGEBACK",
        success="true",
        reference="order-7",
        minor=2000,
        currency="EUR",
        reason="not one of our references",
        heard_at=CONCLUDED_AT,
    )
    return fact.replace(**changes)


def a_latest_proof(**changes: Any) -> LatestProof:
    """Yesterday's, with one finding."""
    facts: dict[str, Any] = {
        "file": "proofs/2026-10-05/2026-10-05T01:30:00+00:00.json",
        "made_at": CONCLUDED_AT,
        "finding_count": 1,
        "parked_count": 0,
    }
    return LatestProof(**(facts | changes))


def a_letter(**changes: Any) -> SentLetter:
    letter = SentLetter(
        subscription_id=SUBSCRIPTION_ID,
        event_id=f"{SUBSCRIPTION_ID}.3.CancellationScheduled",
        template="cancellation",
        template_version=1,
        lang="fr",
        relay_id="0110019a-0000-4000-8000-000000000000",
        sha256="a" * 64,
        sent_at=CONCLUDED_AT,
    )
    return letter.replace(**changes)


def a_proposal(**changes: Any) -> Proposal:
    proposal = Proposal(
        id="01JDREPAJRABCDEFGHJKMNPQRS",
        command=Command.RE_DRIVE,
        arguments={"item": f"{SUBSCRIPTION_ID}.0001.1"},
        why="the bank had a bad day",
        proposed_by="arn:aws:sts::000000000000:assumed-role/proposer/ada",
        proposed_at=CONCLUDED_AT,
        lapses_at=CONCLUDED_AT + timedelta(hours=24),
        basis=(f"DueItem {SUBSCRIPTION_ID}.1.1 version 4",),
        shown=("  state: unpaid -> scheduled",),
    )
    return proposal.replace(**changes)


def a_notification(success: str = "true") -> Notification:
    return Notification(
        provider_reference="WNS7GQ4TG5PFWR50",
        event="AUTHORISATION",
        success=success,
        raw='{"additionalData": {"cardHolderName": "Zoé"}}'.encode(),
        received_at=CONCLUDED_AT,
    )


def one_of_each() -> tuple[Entity, ...]:
    """A thing of every kind that the table holds."""
    return (
        a_checkout(),
        a_subscription(),
        a_contract(),
        a_due(),
        a_customer(),
        a_billing_identity(),
        unique.live("solo", CUSTOMER_ID, SUBSCRIPTION_ID),
        a_series(),
        a_reversal(),
        a_refund(),
        a_dispute(),
        unplaced_money(),
        a_letter(),
        a_settlement(),
        a_brake(),
        Tries(
            subject="mailbox#" + "m" * 32,
            hour_at=datetime(2026, 10, 5, 9, tzinfo=UTC),
            refused=3,
            paid=1,
        ),
        Beat(name="sweep", at=CONCLUDED_AT),
        a_proposal(),
        a_latest_proof(),
    )
