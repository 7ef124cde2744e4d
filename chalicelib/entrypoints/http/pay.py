"""Routes of a payment link: a month that is owed, paid without signing in (DUN-1)."""

from contextlib import suppress
from functools import partial

from chalice.app import Blueprint, Request, Response

from chalicelib.application.billing import pay_page
from chalicelib.application.pause import are_paused
from chalicelib.application.ports import PaymentSession, Ports
from chalicelib.bootstrap import container
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.pay_page import page_of
from chalicelib.domain.kernel.errors import BillingError, Conflict, GatewayUnavailable, Refused
from chalicelib.entrypoints.http import pay_views, payment_page
from chalicelib.entrypoints.http.problems import as_json, problem_details
from chalicelib.entrypoints.http.statuses import status_of
from chalicelib.entrypoints.http.visit import FORM, Visit, answer

routes = Blueprint(__name__)


def _request() -> Request:
    request: Request = routes.current_request
    return request


@routes.route("/{lang}/pay/{token}")
def month(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _month(visit, token))


@routes.route("/{lang}/pay/{token}", methods=["POST"], content_types=FORM)
def open_page(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _open_page(visit, token))


@routes.route("/{lang}/pay/{token}/form")
def form(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _form(visit, token))


@routes.route("/{lang}/pay/{token}/outcome", methods=["POST"], content_types=FORM)
def outcome(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _outcome(visit, token))


@routes.route("/{lang}/pay/{token}/result")
def result(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _result(visit, token))


@routes.route("/{lang}/pay/{token}/again", methods=["POST"], content_types=FORM)
def again(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _again(visit, token))


@routes.route("/{lang}/payments")
def payments(lang: str) -> Response:
    """For a page that is open, before it lets anybody pay: whether payments are paused."""
    assert lang, "the gateway routes no empty part"
    return _told(container())


@routes.route("/{lang}/pay/{token}/standing")
def standing(lang: str, token: str) -> Response:
    """As `payments`, on the page of a month: it may be paid by now; the same in every language."""
    assert lang, "the gateway routes no empty part"
    ports = container()
    try:
        due = pay_page.month_of_link(token, ports=ports)
    except BillingError as error:
        return problem_details(error, _request(), ports.facts.public_url)
    if page_of(due, ports.clock()) is None or due.state is DueState.PAID:
        return as_json({"standing": "settled"})
    return _told(ports)


def _told(ports: Ports) -> Response:
    return as_json({"standing": "paused" if are_paused(ports) else "open"})


def _month(visit: Visit, token: str) -> Response:
    from chalicelib.pages.instalment import render_instalment  # noqa: PLC0415 - heavy templates

    try:
        due = pay_page.month_of_link(token, ports=visit.ports)
    except Refused as expired:
        return _old_link(visit, token, expired)
    return visit.page(render_instalment(pay_views.month(visit, token, due), visit.chrome))


def _old_link(visit: Visit, token: str, expired: Refused, *, is_sent: bool = False) -> Response:
    from chalicelib.pages.instalment import OldLinkView, render_old_link  # noqa: PLC0415

    view = OldLinkView(token=token, is_sent=is_sent)
    return visit.page(render_old_link(view, visit.chrome), status_of(expired))


def _again(visit: Visit, token: str) -> Response:
    """The answer is the same whether a mail goes out or not."""
    with suppress(Conflict):
        pay_page.ask_link_again(token, ports=visit.ports)
    return _old_link(visit, token, Refused("PAY_LINK_EXPIRED"), is_sent=True)


def _open_page(visit: Visit, token: str) -> Response:
    due = pay_page.month_of_link(token, ports=visit.ports)
    with suppress(Conflict):  # the button was pressed twice, or in two windows
        pay_page.open_page(due.key, ports=visit.ports)
    due = pay_page.month_of_link(token, ports=visit.ports)
    page = page_of(due, visit.ports.clock())
    if page is None:
        return visit.go(f"/pay/{token}")
    return visit.go(f"/pay/{pay_page.page_token(due, page, visit.ports.keys)}/form")


def _form(visit: Visit, token: str) -> Response:
    """The provider's form, after a last look at what is owed."""
    from chalicelib.pages.billing import render_payment  # noqa: PLC0415

    due = pay_page.month_of_link(token, ports=visit.ports)
    if due.state is DueState.PAID:
        return visit.go(f"/pay/{token}/result")
    page = page_of(due, visit.ports.clock())
    opens = partial(_opened, visit, due, page) if page is not None else None
    session = payment_page.session_of(visit, opens)
    if session is None:
        return visit.go(f"/pay/{token}")
    view = pay_views.payment(visit, token, due, session)
    return visit.page(render_payment(view, visit.chrome), pays=True)


def _opened(visit: Visit, due: DueItem, page: Attempt) -> PaymentSession:
    """In the contract's language, by the page's own link: one key is one question."""
    own = pay_page.page_token(due, page, visit.ports.keys)
    back = f"{visit.ports.facts.public_url}/{due.lang}/pay/{own}/form"
    return pay_page.page_session(due, page, return_url=back, ports=visit.ports)


def _outcome(visit: Visit, token: str) -> Response:
    """What the page says is not believed: the provider is asked, and may be silent for now."""
    due = pay_page.month_of_link(token, ports=visit.ports)
    session_id = visit.form.get("sessionId", "")
    session_result = visit.form.get("sessionResult", "")
    try:
        pay_page.report_page(due, session_id, session_result, ports=visit.ports)
    except (GatewayUnavailable, Conflict) as error:
        visit.ports.note("session_not_settled", code=error.code, subscription=due.subscription_id)
    return visit.go(f"/pay/{token}/result")


def _result(visit: Visit, token: str) -> Response:
    from chalicelib.pages.instalment import render_instalment  # noqa: PLC0415

    due = pay_page.month_of_link(token, ports=visit.ports)
    return visit.page(render_instalment(pay_views.outcome(visit, token, due), visit.chrome))
