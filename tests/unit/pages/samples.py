"""The facts of the sample pages: one shop, one person, one subscription."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from chalicelib.domain.billing.books.findings import CODES, Finding, ParkedThing
from chalicelib.domain.billing.books.proof import Proof
from chalicelib.domain.kernel.money import Money
from chalicelib.pages import (
    billing,
    contract,
    instalment,
    methods,
    papers,
    people,
    selling,
)
from chalicelib.pages.chrome import Assets, Chrome, Form, Lang, Seller
from chalicelib.pages.period_line import PeriodLine

ASSETS = Assets(
    site_css="/assets/site.css",
    pay_css="/assets/pay.css",
    pay_js="/assets/pay.js",
    icon="/assets/icon.svg",
)
SELLER = Seller(
    platform="Clairière",
    name="Clairière SAS",
    address="12 rue des Tilleuls, 75011 Paris",
    email="aide@clairiere.example",
    phone="+33 1 00 00 00 00",
)
PRICE = Money(minor=2000, currency="EUR")
START, NEXT, TODAY = date(2026, 11, 15), date(2026, 12, 15), date(2026, 11, 23)

Page = Callable[[Chrome], str]


def a_chrome(lang: Lang = "fr", *, path: str = "/order/solo", assets: Assets = ASSETS) -> Chrome:
    return Chrome(
        lang=lang,
        path=path,
        csrf="token-1",
        assets=assets,
        seller=SELLER,
        environment="sandbox",
        policy_profile="recommended",
        withdrawal_path="/withdraw",
    )


def a_line(**changes: date | Money | bool | None) -> PeriodLine:
    facts: dict[str, date | Money | bool | None] = {
        "paid_from": START,
        "paid_until": NEXT,
        "today": TODAY,
        "next_due_on": NEXT,
        "amount": PRICE,
    }
    return PeriodLine(**{**facts, **changes})  # type: ignore[arg-type]  # the tests choose the facts


ENDING = a_line(next_due_on=None, amount=None, ends_on=NEXT)

OFFER = selling.Offer(
    plan="solo",
    name="Premium Solo",
    price=PRICE,
    vat_bps=2000,
    features=("courses", "exercises", "certificates", "forum", "private_messages"),
)
PLUS = selling.Offer(
    plan="plus",
    name="Premium Plus",
    price=Money(minor=30000, currency="EUR"),
    vat_bps=0,
    features=("mentor_sessions", "projects", "diploma"),
)

FILLED = {
    "given_name": "Zoé",
    "family_name": "L’Hôte & fils <b>",
    "email": "zoe@mail.example",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1998",
    "country": "FR",
    "address_line": '3 rue "des Arts"',
    "postal_code": "69001",
    "city": "Lyon",
}
WRONG = {
    "email": "BAD_EMAIL",
    "birth_date": "BAD_BIRTH_DATE",
    "country": "BAD_COUNTRY",
    "city": "MISSING_FIELD",
    "capacity": "MISSING_FIELD",
    "terms": "CGS_NOT_ACCEPTED",
}


def an_order(form: Form, *, is_edit: bool = False) -> selling.OrderFormView:
    return selling.OrderFormView(
        offer=OFFER,
        action="/checkout/c1/edit" if is_edit else "/order/solo",
        checkout_id="c1",
        form=form,
        countries=("FR", "BE", "DE", "EG", "CH", "GB"),
        terms_version=date(2026, 9, 1),
        access_without_start_on=date(2026, 12, 8),
        is_edit=is_edit,
    )


def a_review(*, immediate: bool = True, error: str | None = None) -> selling.ReviewView:
    return selling.ReviewView(
        offer=OFFER,
        checkout_id="c1",
        given_name="Zoé",
        family_name="L’Hôte",
        email="zoe@mail.example",
        birth_on=date(1998, 3, 27),
        country="FR",
        address_line="3 rue des Arts",
        postal_code="69001",
        city="Lyon",
        terms_version=date(2026, 9, 1),
        immediate_start=immediate,
        charged_now=PRICE,
        period=a_line(is_paid=False, today=START)
        if immediate
        else a_line(is_paid=False, today=date(2026, 11, 1)),
        access_opens_on=START,
        withdrawal_until=date(2026, 11, 30),
        button_label="Valider : commande avec obligation de paiement",
        hidden={"shown_minor": "2000", "terms": "2026-09-01"},
        error=error,
    )


def a_payment(
    purpose: billing.Purpose = "order", *, sandbox: bool = True, back: bool = False
) -> billing.PaymentView:
    base = {"order": "/checkout/c1", "instalment": "/pay/t1", "method": "/account/method/s1"}
    return billing.PaymentView(
        purpose=purpose,
        base=base[purpose],
        here=f"{base[purpose]}/form",
        check="/pay/t1/standing" if purpose == "instalment" else "/payments",
        offer_name="Premium Solo",
        amount=PRICE,
        client_key="test_SIMCLIENTKEY",
        environment="test",
        session=billing.RedirectReturn(session_id="CS1", redirect_result="r'\"<")
        if back
        else billing.OpenSession(id="CS1", session_data="data"),
        environment_url="http://localhost:8080/checkoutshopper/test/" if sandbox else None,
        shim_url="http://localhost:8080/sandbox-shim.js" if sandbox else None,
    )


def an_instalment(
    standing: instalment.Standing = "owed", **changes: object
) -> instalment.InstalmentView:
    facts: dict[str, object] = {
        "token": "t1",
        "standing": standing,
        "offer_name": "Premium Solo",
        "amount": PRICE,
        "from_on": START,
        "last_on": NEXT - timedelta(days=1),
    }
    return instalment.InstalmentView(**{**facts, **changes})  # type: ignore[arg-type]  # as above


def a_contract_method(
    method: methods.PaymentMethod | None, **changes: object
) -> methods.ContractMethod:
    facts: dict[str, object] = {
        "subscription_id": "s1",
        "offer_name": "Premium Solo",
        "method": method,
    }
    return methods.ContractMethod(**{**facts, **changes})  # type: ignore[arg-type]  # as above


VISA = methods.PaymentMethod(
    kind="card", brand="Visa", last_four="1111", expires_on=date(2026, 10, 31), is_expired=True
)


def a_result(**changes: object) -> billing.ResultView:
    facts: dict[str, object] = {
        "checkout_id": "c1",
        "plan": "solo",
        "state": "paid",
        "offer_name": "Premium Solo",
        "amount": PRICE,
        "email": "zoe@mail.example",
        "access_opens_on": START,
        "next_due_on": NEXT,
    }
    return billing.ResultView(**{**facts, **changes})  # type: ignore[arg-type]  # as above


def an_account(
    state: people.SubscriptionState, line: PeriodLine | None, **changes: object
) -> people.AccountView:
    subscription = people.Subscription(
        **{"offer_name": "Premium Solo", "state": state, "price": PRICE, "period": line} | changes  # type: ignore[arg-type]  # as above
    )
    return people.AccountView(given_name="Zoé", email="zoe@mail.example", subscription=subscription)


DOCUMENTS = papers.DocumentsView(
    rows=(
        papers.DocumentRow(kind="invoice", dated_on=NEXT, status="in_preparation", gross=PRICE),
        papers.DocumentRow(
            kind="credit_note",
            dated_on=TODAY,
            status="refunded",
            number="A-2026-000002",
            gross=-PRICE,
            path="/account/documents/d2",
        ),
        papers.DocumentRow(
            kind="invoice",
            dated_on=START,
            status="paid",
            number="F-2026-000001",
            gross=PRICE,
            path="/account/documents/d1",
        ),
        papers.DocumentRow(
            kind="contract", dated_on=START, status="kept", path="/account/documents/d0"
        ),
        papers.DocumentRow(
            kind="invoice", dated_on=START, status="to_pay", number="F-2026-000003", gross=PRICE
        ),
    ),
    next_path="/account/documents?before=d0",
)

MARKDOWN = """# Conditions générales

Un <b>texte</b> & [un lien](/fr/privacy), puis [un piège](javascript:alert(1)).

## 1. Objet

Le texte.

## 2. Abonnement

### 2.1 Premium Solo

- un
- deux

## 2. Abonnement

| Taux | Jours |
|---|---|
| 4 % | 10 |

## 4. Été
"""


def a_text(lang: Lang = "fr") -> contract.TextView:
    return contract.TextView(
        markdown=MARKDOWN,
        text_lang=lang,
        version=date(2025, 9, 25),
        versions=(
            contract.TextVersion(version=date(2026, 9, 1), path="/terms", is_current=True),
            contract.TextVersion(
                version=date(2025, 9, 25), path="/terms/2025-09-25", is_current=False
            ),
        ),
        pdf_path="/terms/2025-09-25.pdf",
        sha256="ab" * 32,
    )


def a_proof(findings: tuple[Finding, ...] = (), parked: tuple[ParkedThing, ...] = ()) -> Proof:
    """A daily proof; green unless something was found or waits."""
    return Proof(
        made_at=datetime(2026, 11, 23, 3, 30, tzinfo=UTC),
        due_count={"paid": 12, "scheduled": 5},
        captures=12,
        captured_minor=24_000,
        returned_minor=2_000,
        numbers=12,
        journal_minor=0,
        balances={"bank": 21_000, "fees": 312},
        batches=9,
        unsettled_minor=2_000,
        returning_minor=0,
        held_minor=500,
        parked=parked,
        parked_count=len(parked),
        findings=findings,
        finding_count=len(findings),
    )


def a_red_proof() -> Proof:
    """Everything that can be found, and two things that wait, one of a reason nobody foresaw."""
    item = "01JDABCDEFGHJKMNPQRSTVWXYZ.0004.1"
    return a_proof(
        tuple(Finding(code=code, subject=item, minor=2_000) for code in CODES),
        (ParkedThing(why="unpaid", subject=item), ParkedThing(why="strange", subject=item)),
    )
