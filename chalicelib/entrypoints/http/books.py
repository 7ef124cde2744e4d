"""The page of the last proof of the books, behind a link that an operator is handed."""

from chalice.app import Blueprint, Request, Response

from chalicelib.application.billing.books.show_proof import proof_of_link
from chalicelib.entrypoints.http.visit import Visit, answer

routes = Blueprint(__name__)


def _request() -> Request:
    request: Request = routes.current_request
    return request


@routes.route("/{lang}/proof/{token}")
def proof(lang: str, token: str) -> Response:
    return answer(_request(), lang, lambda visit: _proof(visit, token))


def _proof(visit: Visit, token: str) -> Response:
    from chalicelib.pages.proof import ProofView, render_proof  # noqa: PLC0415 - heavy templates

    view = ProofView(proof=proof_of_link(token, ports=visit.ports))
    return visit.page(render_proof(view, visit.chrome))
