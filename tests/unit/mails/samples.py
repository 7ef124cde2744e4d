"""Facts of a fictional seller, one or more per mail, for the tests and for the eye."""

from datetime import UTC, date, datetime
from typing import Any, TypedDict

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.confirmation import Withdrawal
from chalicelib.domain.papers.seller import Mediator, PostalAddress, Seller
from chalicelib.mails import facts

SITE = "https://clairiere.example"
PRICE = Money(minor=2000, currency="EUR")
PERIOD = facts.Period(start_on=date(2026, 11, 15), end_on=date(2026, 12, 15))
NOON = datetime(2026, 11, 15, 11, 0, tzinfo=UTC)
LATE = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)
SELLER = Seller(
    legal_name="Clairière SAS",
    trade_name="Clairière",
    legal_form="SAS",
    capital=Money(minor=1_000_000, currency="EUR"),
    address=PostalAddress(
        street="12 rue des Tilleuls", postal_code="75011", city="Paris", country="FR"
    ),
    siren="900000019",
    register_city="Paris",
    vat_number="FR32900000019",
    email="aide@clairiere.example",
    phone="+33 1 00 00 00 00",
    mediator=Mediator(name="AME Conso", url="https://www.mediationconso-ame.com"),
)


class Common(TypedDict):
    seller: Seller
    site: str


COMMON = Common(seller=SELLER, site=SITE)


def confirmed(**changes: Any) -> facts.SubscriptionConfirmed:
    sample = facts.SubscriptionConfirmed(
        **COMMON,
        contract="01JCQZ7K5V0000000000000001",
        concluded_at=NOON,
        plan="Premium Solo",
        price=PRICE,
        paid=Money(minor=1400, currency="EUR"),
        payment_method="visa •••• 1111",
        period=PERIOD,
        access_from_on=None,
        withdrawal=Withdrawal(kind="lost_at_first_use", last_on=date(2026, 11, 30)),
        withdraw=f"{SITE}/fr/withdraw",
        terms_version="2026-09-01",
        terms=f"{SITE}/fr/terms/2026-09-01",
        attachment="confirmation.pdf",
    )
    return sample.replace(**changes)


def refused(**changes: Any) -> facts.PaymentRefused:
    sample = facts.PaymentRefused(
        **COMMON,
        plan="Premium Solo",
        amount=PRICE,
        due_on=date(2026, 12, 15),
        refused_at=datetime(2026, 12, 15, 5, 12, tzinfo=UTC),
        payment_method="visa •••• 1111",
        why="soft",
        next_attempt_on=date(2026, 12, 16),
        suspension_on=date(2026, 12, 22),
        access_closed=False,
        termination_on=date(2027, 1, 14),
        pay=f"{SITE}/fr/account/method",
        pay_until_at=None,
    )
    return sample.replace(**changes)


def by_link(why: str, **changes: Any) -> facts.PaymentRefused:
    """A refusal that only the payer can mend."""
    return refused(
        why=why,
        next_attempt_on=None,
        pay=f"{SITE}/fr/pay/01JCQZ7K5V0000000000000001.0001.1~0~1800000000~abc",
        pay_until_at=LATE,
        **changes,
    )


def linked(**changes: Any) -> facts.PaymentLinkSent:
    sample = facts.PaymentLinkSent(
        **COMMON,
        plan="Premium Solo",
        amount=PRICE,
        due_on=date(2026, 12, 15),
        method_gone=False,
        suspension_on=date(2026, 12, 22),
        access_closed=False,
        pay=f"{SITE}/fr/pay/01JCQZ7K5V0000000000000001.0001.1~0~1800000000~abc",
        valid_until_at=LATE,
    )
    return sample.replace(**changes)


def method_replaced(**changes: Any) -> facts.MethodReplaced:
    sample = facts.MethodReplaced(
        **COMMON,
        plan="Premium Solo",
        payment_method="Visa •••• 1111",
        replaced_at=NOON,
        price=PRICE,
        next_due_on=date(2026, 12, 15),
        account=f"{SITE}/fr/account/method",
    )
    return sample.replace(**changes)


def acknowledged(**changes: Any) -> facts.CancellationAcknowledged:
    sample = facts.CancellationAcknowledged(
        **COMMON,
        contract="01JCQZ7K5V0000000000000001",
        plan="Premium Solo",
        received_at=LATE,
        period=PERIOD,
        amount_due=None,
        undo=f"{SITE}/fr/account",
    )
    return sample.replace(**changes)


def invoiced(**changes: Any) -> facts.InvoiceReady:
    sample = facts.InvoiceReady(
        **COMMON,
        number="F2026-000042",
        issued_on=date(2026, 11, 15),
        plan="Premium Solo",
        total=PRICE,
        paid_on=date(2026, 11, 15),
        period=PERIOD,
        invoice=f"{SITE}/fr/account/documents/0042",
    )
    return sample.replace(**changes)


def ended(**changes: Any) -> facts.SubscriptionEnded:
    sample = facts.SubscriptionEnded(
        **COMMON,
        contract="01JCQZ7K5V0000000000000001",
        plan="Premium Solo",
        ended_on=date(2026, 12, 15),
        cause="terminated",
        amount_due=None,
        subscribe=f"{SITE}/fr/order/solo",
    )
    return sample.replace(**changes)


def opened(**changes: Any) -> facts.AccessOpened:
    sample = facts.AccessOpened(
        **COMMON,
        plan="Premium Solo",
        login="camille@example.org",
        set_password=f"{SITE}/fr/password/abc123",
        valid_until_at=LATE,
        access_from_on=None,
    )
    return sample.replace(**changes)


def recovered(**changes: Any) -> facts.PaymentRecovered:
    sample = facts.PaymentRecovered(
        **COMMON,
        plan="Premium Solo",
        amount=PRICE,
        paid_at=NOON,
        period=PERIOD,
        access_restored=True,
    )
    return sample.replace(**changes)


def _withdrawal(kind: str, **changes: Any) -> facts.SubscriptionConfirmed:
    right = Withdrawal.model_validate({"kind": kind, "last_on": date(2026, 11, 30)})
    return confirmed(withdrawal=right, **changes)


DEFERRED = _withdrawal(
    "kept",
    access_from_on=date(2026, 12, 1),
    period=facts.Period(start_on=date(2026, 12, 1), end_on=date(2027, 1, 1)),
)

SAMPLES: dict[str, facts.Fact] = {
    "confirmed": confirmed(),
    "confirmed, withdrawal kept": DEFERRED,
    "confirmed, pro rata": _withdrawal("kept_pro_rata"),
    "confirmed, as written": _withdrawal("lost_at_sign_in"),
    "access": opened(),
    "access, later": opened(access_from_on=date(2026, 12, 1)),
    "invoice": invoiced(),
    "invoice, unpaid": invoiced(paid_on=None),
    "refused": refused(),
    "refused, for good": by_link("soft", termination_on=None),
    "refused, bank silent": refused(why="tech"),
    "refused, to be confirmed": by_link("sca", termination_on=None),
    "refused, card over": by_link("update"),
    "refused, forbidden": by_link(
        "stop", suspension_on=None, access_closed=True, termination_on=None
    ),
    "refused, no method": by_link("none", termination_on=None),
    "link again": linked(),
    "link, method gone": linked(method_gone=True),
    "link, access closed": linked(suspension_on=None, access_closed=True),
    "method replaced": method_replaced(),
    "method replaced, at the end": method_replaced(next_due_on=None),
    "method removed": facts.MethodRemoved(
        **COMMON,
        plan="Premium Solo",
        removed_at=NOON,
        price=PRICE,
        next_due_on=date(2026, 12, 15),
        account=f"{SITE}/fr/account/method",
    ),
    "method expires": facts.MethodExpires(
        **COMMON,
        plan="Premium Solo",
        payment_method="Visa •••• 1111",
        last_on=date(2026, 12, 31),
        price=PRICE,
        next_due_on=date(2027, 1, 15),
        account=f"{SITE}/fr/account/method",
    ),
    "refused, nothing planned": refused(suspension_on=None, termination_on=None),
    "recovered": recovered(),
    "recovered, never closed": recovered(access_restored=False),
    "cancelled": acknowledged(),
    "cancelled, in debt": acknowledged(amount_due=PRICE),
    "undone": facts.CancellationUndone(
        **COMMON,
        contract="01JCQZ7K5V0000000000000001",
        plan="Premium Solo",
        undone_at=LATE,
        period=PERIOD,
        price=PRICE,
    ),
    "waiting": facts.CheckoutWaiting(
        **COMMON,
        plan="Premium Solo",
        price=PRICE,
        resume=f"{SITE}/fr/checkout/01JCQZ7K5V0000000000000001",
        valid_until_at=LATE,
    ),
    "voided": facts.CheckoutVoided(
        **COMMON,
        plan="Premium Solo",
        price=PRICE,
        opened_at=NOON,
        voided_at=LATE,
        order=f"{SITE}/fr/order/solo",
    ),
    "password": facts.PasswordLinkAsked(
        **COMMON,
        asked_at=NOON,
        set_password=f"{SITE}/fr/password/abc123",
        valid_until_at=LATE,
    ),
    "duplicate": facts.DuplicatePaymentReturned(
        **COMMON,
        plan="Premium Solo",
        amount=PRICE,
        received_at=NOON,
        returned_at=LATE,
        payment_method="visa •••• 1111",
        reference="01JCQZ7K5V0000000000000001.0000.1.2",
        period=PERIOD,
    ),
    "refund": facts.RefundSent(
        **COMMON,
        amount=Money(minor=1533, currency="EUR"),
        promised_at=NOON,
        sent_at=LATE,
        payment_method="visa •••• 1111",
        reference="WNS7GQ4TG5PFWR50",
        period=PERIOD,
    ),
    "refund, lost": facts.RefundFailed(
        **COMMON,
        amount=Money(minor=1533, currency="EUR"),
        promised_at=NOON,
        payment_method="visa •••• 1111",
        reference="WNS7GQ4TG5PFWR50",
        contact=f"{SITE}/fr/contact",
    ),
    "ended": ended(),
    "ended, unpaid": ended(cause="unpaid", amount_due=PRICE),
}
