"""Routes of the account: sign-in, password, settings, documents, cancel and undo."""

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

from chalice.app import Blueprint, Request, Response

from chalicelib.application.exits.cancel_renewal import cancel_renewal, resume_renewal
from chalicelib.application.people import account as accounts
from chalicelib.domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from chalicelib.domain.people.customer import Customer
from chalicelib.entrypoints.http import account_views
from chalicelib.entrypoints.http.destination import after_sign_in
from chalicelib.entrypoints.http.visit import FORM, Visit, answer
from chalicelib.pages.chrome import Form, blank

routes = Blueprint(__name__)
PASSWORD_LENGTH_MAX = 256


def _request() -> Request:
    request: Request = routes.current_request
    return request


def _signed_in(visit: Visit) -> Customer:
    if visit.customer is None:
        raise Forbidden("SIGN_IN_FIRST")
    return visit.customer


@routes.route("/{lang}/sign-in")
def sign_in(lang: str) -> Response:
    return answer(_request(), lang, _sign_in)


@routes.route("/{lang}/sign-in", methods=["POST"], content_types=FORM)
def send_sign_in(lang: str) -> Response:
    return answer(_request(), lang, _sign_in)


def _sign_in(visit: Visit) -> Response:
    from chalicelib.pages.people import SignInView, render_sign_in  # noqa: PLC0415

    next_path = after_sign_in(visit)
    email = visit.form.get("email", "")
    if visit.request.method == "GET" or visit.switches_language():
        view = SignInView(form=blank({"email": email}), next_path=next_path)
        return visit.page(render_sign_in(view, visit.chrome))
    try:
        token = _session(visit, email)
    except Forbidden as wrong:
        form = Form(values={"email": email}, errors={"": wrong.code})
        view = SignInView(form=form, next_path=next_path)
        return visit.page(render_sign_in(view, visit.chrome), HTTPStatus.UNPROCESSABLE_ENTITY)
    visit.open_session(token)
    return visit.go(next_path or "/account")


def _session(visit: Visit, email: str) -> str:
    password = visit.form.get("password", "")
    if not 0 < len(password) <= PASSWORD_LENGTH_MAX:
        raise Forbidden("BAD_CREDENTIALS")
    _, token = accounts.sign_in(email, password, ports=visit.ports)
    return token


@routes.route("/{lang}/sign-out", methods=["POST"], content_types=FORM)
def sign_out(lang: str) -> Response:
    return answer(_request(), lang, _sign_out)


def _sign_out(visit: Visit) -> Response:
    if visit.customer is not None and visit.form.get("everywhere") == "yes":
        accounts.sign_out_everywhere(visit.customer, ports=visit.ports)
    visit.close_session()
    return visit.go("")


@routes.route("/{lang}/password")
def ask_password(lang: str) -> Response:
    return answer(_request(), lang, _ask_password)


@routes.route("/{lang}/password", methods=["POST"], content_types=FORM)
def send_ask_password(lang: str) -> Response:
    return answer(_request(), lang, _ask_password)


def _ask_password(visit: Visit) -> Response:
    from chalicelib.pages.people import PasswordLinkView, render_password_link  # noqa: PLC0415

    is_sent = visit.request.method == "POST" and not visit.switches_language()
    if is_sent:
        # somebody who asks twice at once is not told more than somebody unknown
        with suppress(Conflict):
            accounts.ask_password_link(visit.form.get("email", ""), ports=visit.ports)
    view = PasswordLinkView(form=blank({"email": visit.form.get("email", "")}), sent=is_sent)
    return visit.page(render_password_link(view, visit.chrome))


@routes.route("/{lang}/password/{token}")
def set_password(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _set_password(visit, token))


@routes.route("/{lang}/password/{token}", methods=["POST"], content_types=FORM)
def send_set_password(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _set_password(visit, token))


def _set_password(visit: Visit, token: str) -> Response:
    from chalicelib.pages.people import SetPasswordView, render_set_password  # noqa: PLC0415

    customer = accounts.customer_of_link(token, ports=visit.ports)
    errors: dict[str, str] = {}
    if visit.request.method == "POST" and not visit.switches_language():
        # what is too long for the identity service is refused as what is too short
        password = visit.form.get("new_password", "")
        chosen = password if len(password) <= PASSWORD_LENGTH_MAX else ""
        try:
            _, session = accounts.set_password(token, chosen, ports=visit.ports)
        except Invalid:
            errors = {"new_password": "WEAK_PASSWORD"}
        else:
            visit.open_session(session)
            return visit.go("/account")
    view = SetPasswordView(token=token, email=customer.email, form=Form(values={}, errors=errors))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return visit.page(render_set_password(view, visit.chrome), status)


def _account_page(visit: Visit) -> Response:
    from chalicelib.pages.people import render_account  # noqa: PLC0415

    if visit.customer is None:
        return visit.go("/sign-in?next=/account")
    view = account_views.account(visit, visit.customer)
    return visit.page(render_account(view, visit.chrome))


@routes.route("/{lang}/account")
def account(lang: str) -> Response:
    return answer(_request(), lang, _account_page)


# The terms call the settings page by four names (K12): each leads there.
@routes.route("/{lang}/my-settings/premium")
def my_settings(lang: str) -> Response:
    return answer(_request(), lang, lambda visit: visit.go("/account"))


@routes.route("/{lang}/account-and-settings")
def account_and_settings(lang: str) -> Response:
    return answer(_request(), lang, lambda visit: visit.go("/account"))


@routes.route("/{lang}/my-account/premium")
def my_account(lang: str) -> Response:
    return answer(_request(), lang, lambda visit: visit.go("/account"))


@routes.route("/{lang}/premium-space")
def premium_space(lang: str) -> Response:
    return answer(_request(), lang, lambda visit: visit.go("/account"))


@routes.route("/{lang}/account/documents")
def documents(lang: str) -> Response:
    return answer(_request(), lang, _documents)


def _documents(visit: Visit) -> Response:
    from chalicelib.pages.papers import render_documents  # noqa: PLC0415

    if visit.customer is None:
        return visit.go("/sign-in?next=/account/documents")
    view = account_views.documents(visit, visit.customer)
    return visit.page(render_documents(view, visit.chrome))


@routes.route("/{lang}/account/documents/{name}")
def document(lang: str, name: str) -> Response:
    return answer(_request(), lang, lambda visit: _document(visit, name))


def _document(visit: Visit, name: str) -> Response:
    if visit.customer is None:
        return visit.go(f"/sign-in?next=/account/documents/{quote(name, safe='')}")
    found = account_views.files(visit, visit.customer).get(name)
    if found is None:
        raise NotFound
    return visit.go_to(visit.ports.files.link(found, file_name=f"{name}.pdf"))


@routes.route("/{lang}/account/cancel")
def cancel(lang: str) -> Response:
    return answer(_request(), lang, _cancel)


@routes.route("/{lang}/account/cancel", methods=["POST"], content_types=FORM)
def send_cancel(lang: str) -> Response:
    return answer(_request(), lang, _cancel)


def _cancel(visit: Visit) -> Response:
    from chalicelib.pages.exits import render_cancel, render_cancelled  # noqa: PLC0415

    if visit.customer is None:
        return visit.go("/sign-in?next=/account/cancel")
    running = account_views.running(visit, visit.customer)
    if running is None:
        raise Refused("ALREADY_ENDED")
    if visit.request.method == "POST":
        cancel_renewal(running.id, visit.customer.id, ports=visit.ports)
        return visit.go("/account/cancel")
    if running.ends_on is not None:
        view = account_views.cancelled(visit, visit.customer, running)
        return visit.page(render_cancelled(view, visit.chrome))
    return visit.page(render_cancel(account_views.cancel(visit, running), visit.chrome))


@routes.route("/{lang}/account/resume", methods=["POST"], content_types=FORM)
def resume(lang: str) -> Response:
    return answer(_request(), lang, _resume)


def _resume(visit: Visit) -> Response:
    customer = _signed_in(visit)
    running = account_views.running(visit, customer)
    if running is None:
        raise Refused("ALREADY_ENDED")
    resume_renewal(running.id, customer.id, ports=visit.ports)
    return visit.go("/account?notice=resumed")
