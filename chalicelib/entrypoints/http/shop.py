"""Routes of the order: offers, form, review, payment, result."""

from http import HTTPStatus

from chalice.app import Blueprint, Request, Response

from chalicelib.application.billing.settle_first_charge import report_session
from chalicelib.application.people.account import correct_mailbox
from chalicelib.application.selling.open_payment import open_payment, try_again
from chalicelib.application.selling.place_order import place_order
from chalicelib.application.selling.start_checkout import correct_checkout, start_checkout
from chalicelib.domain.kernel.errors import (
    Conflict,
    GatewayUnavailable,
    Invalid,
    NotFound,
    Refused,
)
from chalicelib.domain.kernel.ids import is_id
from chalicelib.domain.selling.checkout import Checkout, Stage
from chalicelib.entrypoints.http import order_form, payment_page, shop_views
from chalicelib.entrypoints.http.ownership import keep_ownership, own_checkout
from chalicelib.entrypoints.http.visit import FORM, Visit, answer

routes = Blueprint(__name__)
DIGITS_MAX = 12
STAGE_PAGE = {Stage.REVIEW: "", Stage.PLACED: "/pay", Stage.PAID: "/result", Stage.VOID: "/result"}


def _request() -> Request:
    request: Request = routes.current_request
    return request


@routes.route("/{lang}")
def offers(lang: str) -> Response:
    return answer(_request(), lang, _offers)


def _offers(visit: Visit) -> Response:
    from chalicelib.pages.selling import render_offers  # noqa: PLC0415 - heavy templates

    return visit.page(render_offers(shop_views.offers(visit), visit.chrome))


@routes.route("/{lang}/order/{plan}")
def order(lang: str, plan: str) -> Response:
    return answer(_request(), lang, lambda visit: _order(visit, plan))


@routes.route("/{lang}/order/{plan}", methods=["POST"], content_types=FORM)
def send_order(lang: str, plan: str) -> Response:
    return answer(_request(), lang, lambda visit: _order(visit, plan))


def _order(visit: Visit, plan: str) -> Response:
    visit.ports.facts.catalogue.plan(plan)
    if visit.request.method == "GET":
        values = order_form.known_answers(visit)
        return _order_page(visit, plan, visit.ports.ids(), values=values)
    checkout_id = visit.form.get("checkout_id", "")
    if not is_id(checkout_id):
        raise NotFound
    if visit.switches_language():
        return _order_page(visit, plan, checkout_id, values=visit.form)
    try:
        checkout = start_checkout(
            checkout_id, plan, order_form.read(visit), customer=visit.customer, ports=visit.ports
        )
    except (Invalid, Refused) as error:
        errors = order_form.errors(error)
        return _order_page(visit, plan, checkout_id, values=visit.form, errors=errors)
    return visit.go(f"/checkout/{checkout.id}")


def _order_page(
    visit: Visit,
    plan: str,
    checkout_id: str,
    *,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    edits: bool = False,
) -> Response:
    from chalicelib.pages.selling import render_order_form  # noqa: PLC0415

    view = shop_views.order_form(
        visit, plan, checkout_id, values=values, errors=errors or {}, edits=edits
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return visit.page(render_order_form(view, visit.chrome), status)


@routes.route("/{lang}/checkout/{checkout_id}")
def review(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _review(visit, checkout_id))


def _review(visit: Visit, checkout_id: str) -> Response:
    checkout = own_checkout(visit, checkout_id)
    keep_ownership(visit, checkout)
    if checkout.stage is not Stage.REVIEW:
        return visit.go(f"/checkout/{checkout_id}{STAGE_PAGE[checkout.stage]}")
    return _review_page(visit, checkout)


def _review_page(visit: Visit, checkout: Checkout, error: str | None = None) -> Response:
    from chalicelib.pages.selling import render_review  # noqa: PLC0415

    view = shop_views.review(visit, checkout, error)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return visit.page(render_review(view, visit.chrome), status)


@routes.route("/{lang}/checkout/{checkout_id}/edit")
def edit(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _edit(visit, checkout_id))


@routes.route("/{lang}/checkout/{checkout_id}/edit", methods=["POST"], content_types=FORM)
def send_edit(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _edit(visit, checkout_id))


def _edit(visit: Visit, checkout_id: str) -> Response:
    checkout = own_checkout(visit, checkout_id)
    if checkout.stage is not Stage.REVIEW:
        return visit.go(f"/checkout/{checkout_id}")
    if visit.request.method == "GET":
        values = order_form.answers_of(checkout)
        return _order_page(visit, checkout.plan, checkout_id, values=values, edits=True)
    if visit.switches_language():
        return _order_page(visit, checkout.plan, checkout_id, values=visit.form, edits=True)
    try:
        correct_checkout(
            checkout_id, order_form.read(visit), customer=visit.customer, ports=visit.ports
        )
    except (Invalid, Refused) as error:
        errors = order_form.errors(error)
        return _order_page(
            visit, checkout.plan, checkout_id, values=visit.form, errors=errors, edits=True
        )
    return visit.go(f"/checkout/{checkout_id}")


@routes.route("/{lang}/checkout/{checkout_id}/place", methods=["POST"], content_types=FORM)
def place(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _place(visit, checkout_id))


def _place(visit: Visit, checkout_id: str) -> Response:
    try:
        place_order(
            own_checkout(visit, checkout_id),
            shown_minor=_shown_minor(visit),
            words=shop_views.order_button(visit),
            lang=visit.lang,
            ports=visit.ports,
        )
    except Conflict:  # the button was pressed twice, or in two windows
        return visit.go(f"/checkout/{checkout_id}")
    except Refused as refused:
        if refused.code == "PRICE_CHANGED_REVIEW_AGAIN":
            return _review_page(visit, own_checkout(visit, checkout_id), refused.code)
        if refused.code == "TERMS_CHANGED":
            checkout = own_checkout(visit, checkout_id)
            values = order_form.answers_of(checkout)
            return _order_page(
                visit, checkout.plan, checkout_id, values=values, errors={"terms": refused.code},
                edits=True,
            )  # fmt: skip
        raise
    return visit.go(f"/checkout/{checkout_id}/pay")


def _shown_minor(visit: Visit) -> int:
    """The total on the review page; anything but a sensible figure is no total."""
    shown = visit.form.get("shown_minor", "")
    return int(shown) if shown.isdecimal() and len(shown) <= DIGITS_MAX else -1


@routes.route("/{lang}/checkout/{checkout_id}/pay")
def pay(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _pay(visit, checkout_id))


def _pay(visit: Visit, checkout_id: str) -> Response:
    from chalicelib.pages.billing import render_payment  # noqa: PLC0415

    checkout = own_checkout(visit, checkout_id)
    session = checkout.session
    if checkout.stage is not Stage.PLACED or (session and session.state == "refused"):
        tail = "" if checkout.stage is Stage.REVIEW else "/result"
        return visit.go(f"/checkout/{checkout_id}{tail}")
    # the order's language, not the screen's: one key is one question to the provider
    back = f"{visit.ports.facts.public_url}/{checkout.lang}/checkout/{checkout_id}/pay"
    mounted = payment_page.session_of(
        visit, lambda: open_payment(checkout, return_url=back, ports=visit.ports)
    )
    assert mounted is not None, "a page always opens"
    view = shop_views.payment(visit, checkout, mounted)
    return visit.page(render_payment(view, visit.chrome), pays=True)


@routes.route("/{lang}/checkout/{checkout_id}/retry", methods=["POST"], content_types=FORM)
def retry(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _retry(visit, checkout_id))


def _retry(visit: Visit, checkout_id: str) -> Response:
    own_checkout(visit, checkout_id)
    try:
        try_again(checkout_id, ports=visit.ports)
    except Conflict:  # the button was pressed twice, or the payment went through after all
        return visit.go(f"/checkout/{checkout_id}")
    return visit.go(f"/checkout/{checkout_id}/pay")


@routes.route("/{lang}/checkout/{checkout_id}/outcome", methods=["POST"], content_types=FORM)
def outcome(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _outcome(visit, checkout_id))


def _outcome(visit: Visit, checkout_id: str) -> Response:
    """What the page says is not believed: the provider is asked, and may be silent for now."""
    if own_checkout(visit, checkout_id).stage is not Stage.PLACED:
        return visit.go(f"/checkout/{checkout_id}")
    session_id = visit.form.get("sessionId", "")
    session_result = visit.form.get("sessionResult", "")
    try:
        report_session(checkout_id, session_id, session_result, ports=visit.ports)
    except (GatewayUnavailable, Conflict) as error:
        visit.ports.note("session_not_settled", code=error.code, checkout_id=checkout_id)
    return visit.go(f"/checkout/{checkout_id}/result")


@routes.route("/{lang}/checkout/{checkout_id}/result")
def result(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _result(visit, checkout_id))


def _result(visit: Visit, checkout_id: str) -> Response:
    checkout = own_checkout(visit, checkout_id)
    if checkout.stage is Stage.REVIEW:
        return visit.go(f"/checkout/{checkout_id}")
    return _result_page(visit, checkout)


def _result_page(
    visit: Visit, checkout: Checkout, errors: dict[str, str] | None = None
) -> Response:
    from chalicelib.pages.billing import render_result  # noqa: PLC0415

    view = shop_views.result(visit, checkout, errors or {})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return visit.page(render_result(view, visit.chrome), status)


@routes.route("/{lang}/checkout/{checkout_id}/mailbox", methods=["POST"], content_types=FORM)
def mailbox(lang: str, checkout_id: str) -> Response:
    return answer(_request(), lang, lambda visit: _mailbox(visit, checkout_id))


def _mailbox(visit: Visit, checkout_id: str) -> Response:
    checkout = own_checkout(visit, checkout_id)
    if checkout.stage is not Stage.PAID:
        return visit.go(f"/checkout/{checkout_id}")
    try:
        correct_mailbox(checkout_id, visit.form.get("email", ""), ports=visit.ports)
    except Invalid as invalid:
        return _result_page(visit, checkout, invalid.fields)
    except Refused as refused:
        if refused.code == "ACCOUNT_OPENED":  # the page has no field any more to say it beside
            raise
        return _result_page(visit, checkout, {"email": refused.code})
    return visit.go_to(f"/{visit.lang}/checkout/{checkout_id}/result?corrected=1")
