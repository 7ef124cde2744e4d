"""The facts of the sample pages: one shop, one person, one subscription."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from chalicelib.domain.kernel.money import Money
from chalicelib.pages import (
    billing,
    contract,
    exits,
    gallery,
    papers,
    people,
    problems,
    selling,
)
from chalicelib.pages.chrome import LANGS, Assets, Chrome, Form, Lang, Seller, blank
from chalicelib.pages.period_line import PeriodLine
from chalicelib.pages.refusals import PROBLEMS

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


def a_payment(*, sandbox: bool = True, back: bool = False) -> billing.PaymentView:
    return billing.PaymentView(
        checkout_id="c1",
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


def _page(render: Callable[..., str], view: object) -> Page:
    return lambda chrome: render(view, chrome)


def _signed(page: Page) -> Page:
    """The same page for a person who is signed in, in a live shop without a sandbox strip."""

    def render(chrome: Chrome) -> str:
        return page(
            Chrome(
                lang=chrome.lang,
                path=chrome.path,
                csrf=chrome.csrf,
                assets=chrome.assets,
                seller=chrome.seller,
                environment="live",
                signed_in=True,
            )
        )

    return render


_OWED = a_line(today=date(2026, 12, 20))
_ACCOUNT = _page(people.render_account, an_account("active", a_line(), withdrawal_until=NEXT))

PAGES: dict[str, Page] = {
    "offers": _page(selling.render_offers, selling.OffersView(offers=(OFFER,))),
    "offers-two": _page(selling.render_offers, selling.OffersView(offers=(OFFER, PLUS))),
    "order": _page(selling.render_order_form, an_order(blank())),
    "order-wrong": _page(selling.render_order_form, an_order(Form(values=FILLED, errors=WRONG))),
    "order-edit": _page(selling.render_order_form, an_order(blank(FILLED), is_edit=True)),
    "review": _page(selling.render_review, a_review()),
    "review-later": _page(
        selling.render_review, a_review(immediate=False, error="PRICE_CHANGED_REVIEW_AGAIN")
    ),
    "payment": _page(billing.render_payment, a_payment()),
    "payment-live": _page(billing.render_payment, a_payment(sandbox=False)),
    "payment-back": _page(billing.render_payment, a_payment(back=True)),
    "result-paid": _page(
        billing.render_result, a_result(mailbox=blank({"email": "zoe@mail.example"}))
    ),
    "result-corrected": _page(billing.render_result, a_result(mailbox_corrected=True)),
    "result-mistyped": _page(
        billing.render_result,
        a_result(mailbox=Form(values={"email": "zoe@"}, errors={"email": "BAD_EMAIL"})),
    ),
    "result-pending": _page(billing.render_result, a_result(state="pending")),
    "result-refused": _page(billing.render_result, a_result(state="refused")),
    "result-void": _page(billing.render_result, a_result(state="void")),
    "sign-in": _page(people.render_sign_in, people.SignInView(form=blank(), next_path="/account")),
    "sign-in-wrong": _page(
        people.render_sign_in,
        people.SignInView(
            form=Form(values={"email": "zoe@mail.example"}, errors={"": "BAD_CREDENTIALS"})
        ),
    ),
    "password-link": _page(people.render_password_link, people.PasswordLinkView(form=blank())),
    "password-link-sent": _page(
        people.render_password_link,
        people.PasswordLinkView(form=blank({"email": "zoe@mail.example"}), sent=True),
    ),
    "set-password": _page(
        people.render_set_password,
        people.SetPasswordView(
            token="t1",
            email="zoe@mail.example",
            form=Form(values={}, errors={"new_password": "WEAK_PASSWORD"}),
        ),
    ),
    "account": _signed(_ACCOUNT),
    "account-waiting": _page(
        people.render_account, an_account("waiting", a_line(today=date(2026, 11, 5)))
    ),
    "account-ending": _page(people.render_account, an_account("ending", ENDING, can_resume=True)),
    "account-past-due": _page(
        people.render_account,
        an_account("past_due", _OWED, owed=PRICE, suspends_on=date(2026, 12, 22)),
    ),
    "account-suspended": _page(people.render_account, an_account("suspended", _OWED, owed=PRICE)),
    "account-ended": _page(people.render_account, an_account("ended", None, ended_on=NEXT)),
    "account-none": _page(
        people.render_account,
        people.AccountView(
            given_name="Zoé",
            email="zoe@mail.example",
            subscription=None,
            notice="confirmation_bounced",
        ),
    ),
    "account-resumed": _page(
        people.render_account,
        people.AccountView(
            given_name="Zoé", email="zoe@mail.example", subscription=None, notice="resumed"
        ),
    ),
    "account-of-age": _page(
        people.render_account,
        people.AccountView(
            given_name="Zoé", email="zoe@mail.example", subscription=None, notice="coming_of_age"
        ),
    ),
    "documents": _page(papers.render_documents, DOCUMENTS),
    "documents-none": _page(papers.render_documents, papers.DocumentsView(rows=())),
    "method-card": _page(
        billing.render_method,
        billing.MethodView(
            method=billing.PaymentMethod(
                kind="card",
                brand="Visa",
                last_four="1111",
                expires_on=date(2026, 10, 31),
                is_expired=True,
            ),
            next_due_on=NEXT,
            amount=PRICE,
        ),
    ),
    "method-paypal": _page(
        billing.render_method,
        billing.MethodView(
            method=billing.PaymentMethod(kind="paypal"), next_due_on=None, amount=None
        ),
    ),
    "method-sepa": _page(
        billing.render_method,
        billing.MethodView(
            method=billing.PaymentMethod(kind="sepa", last_four="0189"),
            next_due_on=None,
            amount=None,
        ),
    ),
    "method-none": _page(
        billing.render_method, billing.MethodView(method=None, next_due_on=None, amount=None)
    ),
    "cancel": _page(
        exits.render_cancel,
        exits.CancelView(
            offer_name="Premium Solo",
            period=ENDING,
            ends_on=NEXT,
            owed=PRICE,
            hidden={"seen_version": "4"},
        ),
    ),
    "cancelled": _page(
        exits.render_cancelled,
        exits.CancelledView(
            offer_name="Premium Solo",
            period=ENDING,
            ends_on=NEXT,
            received_at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC),
            email="zoe@mail.example",
            owed=PRICE,
        ),
    ),
    "text": _page(contract.render_text, a_text()),
    "contact": _page(
        people.render_contact,
        people.ContactView(
            answer_days=5,
            mediator_name="AME Conso",
            mediator_url="https://www.mediationconso-ame.com",
        ),
    ),
    "language": people.render_language_choice,
    "problem": _page(
        problems.render_problem,
        problems.ProblemView(code="PRICE_CHANGED_REVIEW_AGAIN", back_path="/checkout/c1"),
    ),
    "problem-unexpected": _page(
        problems.render_problem, problems.ProblemView(code="UNEXPECTED", reference="r-1")
    ),
    "gallery": gallery.render_gallery,
}
for _code in PROBLEMS:
    PAGES[f"problem-{_code.lower().replace('_', '-')}"] = _page(
        problems.render_problem, problems.ProblemView(code=_code, back_path="/")
    )

EVERY_PAGE = [(name, lang) for name in PAGES for lang in LANGS]
