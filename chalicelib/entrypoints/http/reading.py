"""What a request brings, read without trust: body, form, cookies, address."""

from urllib.parse import parse_qsl, quote

from chalice.app import Request

from chalicelib.domain.kernel import errors

BODY_MAX = 64 * 1024
FIELDS_MAX = 60
# Addresses that only take a form: the page that a reader can be shown instead of each.
FORM_ONLY = (
    ("/place", ""), ("/retry", ""), ("/outcome", ""), ("/mailbox", "/result"),
    ("/account/resume", "/account"), ("/sign-out", ""), ("/again", ""),
)  # fmt: skip


def raw_bytes(request: Request) -> bytes:
    """The body as it came."""
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else raw.encode()


def read_form(request: Request) -> dict[str, str]:
    """The posted fields, each of them once.

    Raises:
        Refused: `BODY_TOO_LARGE`, `REPEATED_FIELD`.
        Invalid: the body is no form.
    """
    raw = raw_bytes(request)
    if len(raw) > BODY_MAX:
        raise errors.Refused("BODY_TOO_LARGE")
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError:
        raise errors.Invalid({"": "MISSING_FIELD"}) from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise errors.Refused("REPEATED_FIELD")
    return form


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a header; one that another part of the site wrote oddly spoils no other."""
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def address_after_language(request: Request) -> str:
    """Where a reader is, after the language; for a form's address, the page it belongs to."""
    named = {name: quote(value, safe="") for name, value in (request.uri_params or {}).items()}
    path: str = request.path.removeprefix("/{lang}").format_map(named).rstrip("/")
    if request.method != "GET":
        path = page_of(path)
    return path


def page_of(path: str) -> str:
    """The page behind an address that may only take a form."""
    for form, page in FORM_ONLY:
        if path.endswith(form):
            return path.removesuffix(form) + page
    return path
