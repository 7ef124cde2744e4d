"""Every page of the shop, in every state that changes what it says, by name."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from chalicelib.pages import (
    billing,
    contract,
    exits,
    gallery,
    instalment,
    methods,
    papers,
    people,
    problems,
    proof,
    selling,
)
from chalicelib.pages.chrome import LANGS, Chrome, Form, blank
from chalicelib.pages.refusals import PROBLEMS
from tests.unit.pages.samples import (
    DOCUMENTS,
    ENDING,
    FILLED,
    NEXT,
    OFFER,
    PLUS,
    PRICE,
    VISA,
    WRONG,
    Page,
    a_contract_method,
    a_line,
    a_payment,
    a_proof,
    a_red_proof,
    a_result,
    a_review,
    a_text,
    an_account,
    an_instalment,
    an_order,
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


def _methods(*contracts: methods.ContractMethod, notice: methods.Notice | None = None) -> Page:
    return _page(methods.render_method, methods.MethodView(contracts=contracts, notice=notice))


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
    "payment-instalment": _page(billing.render_payment, a_payment("instalment")),
    "payment-method": _page(billing.render_payment, a_payment("method")),
    "pay": _page(
        instalment.render_instalment,
        an_instalment(
            method_label="Visa •••• 1111", retry_on=NEXT, access_until_on=date(2026, 11, 22)
        ),
    ),
    "pay-suspended": _page(instalment.render_instalment, an_instalment(is_suspended=True)),
    "pay-ended": _page(instalment.render_instalment, an_instalment()),
    "pay-refused": _page(
        instalment.render_instalment,
        an_instalment(just_tried="refused", access_until_on=date(2026, 11, 22)),
    ),
    "pay-pending": _page(instalment.render_instalment, an_instalment(just_tried="pending")),
    "pay-checking": _page(instalment.render_instalment, an_instalment("checking")),
    "pay-thanks": _page(
        instalment.render_instalment, an_instalment("paid", just_tried="paid", next_due_on=NEXT)
    ),
    "pay-thanks-ended": _page(
        instalment.render_instalment, an_instalment("paid", just_tried="paid", has_access=False)
    ),
    "pay-old-link": _page(instalment.render_old_link, instalment.OldLinkView(token="t1")),
    "pay-link-asked": _page(
        instalment.render_old_link, instalment.OldLinkView(token="t1", is_sent=True)
    ),
    "proof-none": _page(proof.render_proof, proof.ProofView(proof=None)),
    "proof-green": _page(proof.render_proof, proof.ProofView(proof=a_proof())),
    "proof-red": _page(proof.render_proof, proof.ProofView(proof=a_red_proof())),
    "pay-spent": _page(instalment.render_instalment, an_instalment("paid")),
    "pay-exceeded": _page(instalment.render_instalment, an_instalment("exceeded")),
    "pay-closed": _page(instalment.render_instalment, an_instalment("closed")),
    "method-card": _methods(a_contract_method(VISA, next_due_on=NEXT, amount=PRICE)),
    "method-several": _methods(
        a_contract_method(VISA, owed=PRICE, pay="/pay/t1"),
        a_contract_method(methods.PaymentMethod(kind="paypal"), subscription_id="s2"),
        notice="replaced",
    ),
    "method-sepa": _methods(
        a_contract_method(methods.PaymentMethod(kind="sepa", last_four="0189")), notice="waiting"
    ),
    "method-deleted": _methods(
        a_contract_method(None, next_due_on=NEXT, amount=PRICE), notice="deleted"
    ),
    "method-none": _methods(),
    "method-delete": _page(
        methods.render_delete_method,
        methods.DeleteMethodView(
            contract=a_contract_method(VISA, next_due_on=NEXT, amount=PRICE, owed=PRICE)
        ),
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
