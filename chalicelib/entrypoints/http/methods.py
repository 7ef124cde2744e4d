"""Routes of the payment method: shown, replaced, deleted (PAY-5)."""

from chalice.app import Blueprint, Request, Response

from chalicelib.application.billing import replace_method
from chalicelib.application.ports import PaymentSession
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.errors import Conflict, Forbidden, GatewayUnavailable, NotFound
from chalicelib.domain.kernel.ids import is_id
from chalicelib.domain.people.customer import Customer
from chalicelib.entrypoints.http import method_views, payment_page
from chalicelib.entrypoints.http.visit import FORM, Visit, answer

routes = Blueprint(__name__)
HERE = "/account/method"


def _request() -> Request:
    request: Request = routes.current_request
    return request


@routes.route("/{lang}/account/method")
def method(lang: str) -> Response:
    return answer(_request(), lang, _method)


@routes.route("/{lang}/account/method/{contract}", methods=["POST"], content_types=FORM)
def replace(lang: str, contract: str) -> Response:
    return answer(_request(), lang, lambda visit: _replace(visit, contract))


@routes.route("/{lang}/account/method/{contract}/form")
def form(lang: str, contract: str) -> Response:
    return answer(_request(), lang, lambda visit: _form(visit, contract))


@routes.route("/{lang}/account/method/{contract}/outcome", methods=["POST"], content_types=FORM)
def outcome(lang: str, contract: str) -> Response:
    return answer(_request(), lang, lambda visit: _outcome(visit, contract))


@routes.route("/{lang}/account/method/{contract}/delete")
def delete(lang: str, contract: str) -> Response:
    return answer(_request(), lang, lambda visit: _delete(visit, contract))


@routes.route("/{lang}/account/method/{contract}/delete", methods=["POST"], content_types=FORM)
def send_delete(lang: str, contract: str) -> Response:
    return answer(_request(), lang, lambda visit: _delete(visit, contract))


def _method(visit: Visit) -> Response:
    from chalicelib.pages.methods import render_method  # noqa: PLC0415 - heavy templates

    if visit.customer is None:
        return visit.go(f"/sign-in?next={HERE}")
    view = method_views.methods(visit, visit.customer)
    return visit.page(render_method(view, visit.chrome))


def _own(visit: Visit, contract: str) -> tuple[Customer, Subscription]:
    if visit.customer is None:
        raise Forbidden("SIGN_IN_FIRST")
    if not is_id(contract):
        raise NotFound
    own = replace_method.own_contract(contract, visit.customer.id, ports=visit.ports)
    return visit.customer, own


def _replace(visit: Visit, contract: str) -> Response:
    customer, _ = _own(visit, contract)
    try:
        replace_method.open_method_page(contract, customer.id, ports=visit.ports)
    except Conflict:  # the button was pressed twice
        return visit.go(HERE)
    return visit.go(f"{HERE}/{contract}/form")


def _form(visit: Visit, contract: str) -> Response:
    from chalicelib.pages.billing import render_payment  # noqa: PLC0415

    if visit.customer is None:
        return visit.go(f"/sign-in?next={HERE}")
    _, own = _own(visit, contract)
    # the contract's language, not the screen's: one key is one question to the provider
    back = f"{visit.ports.facts.public_url}/{own.lang}{HERE}/{contract}/form"
    is_open = replace_method.has_method_page(own, ports=visit.ports)

    def opens() -> PaymentSession:
        return replace_method.method_session(own, return_url=back, ports=visit.ports)

    session = payment_page.session_of(visit, opens if is_open else None)
    if session is None:
        return visit.go(HERE)
    view = method_views.payment(visit, own, session)
    return visit.page(render_payment(view, visit.chrome), pays=True)


def _outcome(visit: Visit, contract: str) -> Response:
    """What the page says is not believed: the provider is asked, and may be silent for now."""
    _, own = _own(visit, contract)
    session_id = visit.form.get("sessionId", "")
    session_result = visit.form.get("sessionResult", "")
    try:
        kept = replace_method.report_method(own, session_id, session_result, ports=visit.ports)
    except (GatewayUnavailable, Conflict) as error:
        visit.ports.note("session_not_settled", code=error.code, subscription=contract)
        return visit.go(f"{HERE}?notice=waiting")
    return visit.go(f"{HERE}?notice={'replaced' if kept else 'refused'}")


def _delete(visit: Visit, contract: str) -> Response:
    from chalicelib.pages.methods import render_delete_method  # noqa: PLC0415

    if visit.customer is None and visit.request.method == "GET":
        return visit.go(f"/sign-in?next={HERE}")
    customer, own = _own(visit, contract)
    if visit.request.method == "POST":
        replace_method.delete_method(contract, customer.id, ports=visit.ports)
        return visit.go(f"{HERE}?notice=deleted")
    if own.method is None:
        return visit.go(HERE)
    view = method_views.deletion(visit, own)
    return visit.page(render_delete_method(view, visit.chrome))
