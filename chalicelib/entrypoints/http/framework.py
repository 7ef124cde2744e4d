"""The framework's own refusals (method, content type), told like every other refusal of ours."""

from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.bootstrap import container
from chalicelib.domain.kernel.errors import BillingError, Refused
from chalicelib.entrypoints.http.problems import MACHINES, problem_details
from chalicelib.entrypoints.http.visit import answer

CODES = {405: "METHOD_NOT_ALLOWED", 415: "WRONG_CONTENT_TYPE"}


def dress(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """The answer as it is, or in place of the framework's own words a page or problem details.

    Our answers are text; a dictionary is the framework speaking.
    """
    response = get_response(request)
    if not isinstance(response.body, dict):
        return response
    code = CODES.get(response.status_code)
    dressed = _told(request, Refused(code) if code else BillingError())
    if "Allow" in response.headers:
        dressed.headers["Allow"] = response.headers["Allow"]
    return dressed


def _told(request: Request, error: BillingError) -> Response:
    if request.path.startswith(tuple(f"/{name}/" for name in MACHINES)):
        return problem_details(error, request, container().facts.public_url)
    lang = (request.uri_params or {}).get("lang", "fr")
    return answer(request, lang, lambda visit: visit.problem(error))
