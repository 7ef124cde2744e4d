"""What a request brings, read without trust."""

import base64
from typing import Any

import pytest
from chalice.app import Request
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.errors import BillingError, Invalid, Refused
from chalicelib.entrypoints.http.reading import (
    BODY_MAX,
    address_after_language,
    page_of,
    read_cookies,
    read_form,
)


def a_request(
    body: bytes = b"",
    *,
    method: str = "POST",
    route: str = "/{lang}",
    named: dict[str, str] | None = None,
) -> Request:
    """A request as the framework hands it over."""
    event: dict[str, Any] = {
        "multiValueQueryStringParameters": None,
        "headers": {},
        "pathParameters": named,
        "requestContext": {"httpMethod": method, "resourcePath": route},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "stageVariables": None,
    }
    return Request(event)


def test_a_form_is_read_as_it_was_written() -> None:
    assert read_form(a_request(b"a=1&b=&c=%C3%A9+x")) == {"a": "1", "b": "", "c": "é x"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a=1&a=1", "REPEATED_FIELD"),
        (b"a=" + b"x" * BODY_MAX, "BODY_TOO_LARGE"),
        (b"&".join(b"f%d=" % n for n in range(61)), "INVALID"),
        (b"\xff=1", "INVALID"),
        (b"a=%ff", "INVALID"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, code: str) -> None:
    with pytest.raises((Refused, Invalid)) as refused:
        read_form(a_request(body))
    assert refused.value.code == code


@pytest.mark.property
@given(st.binary(max_size=300))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """No body brings the reader down."""
    assert came_to(body) in ("read", "INVALID", "REPEATED_FIELD")


def came_to(body: bytes) -> str:
    """The code of the refusal, or that the form was read."""
    try:
        read_form(a_request(body))
    except BillingError as refused:
        return refused.code
    return "read"


@pytest.mark.property
@given(st.text(max_size=200))
def test_any_cookies_leave_ours_readable(odd: str) -> None:
    """Whatever another part of the site left behind, our cookie is found."""
    assert read_cookies(f"visitor=abc~1; {odd}").get("visitor") is not None
    assert read_cookies(f"{odd};visitor=abc~1")["visitor"] == "abc~1"


@pytest.mark.parametrize(
    ("route", "named", "method", "address"),
    [
        ("/{lang}", {"lang": "fr"}, "GET", ""),
        ("/{lang}/sign-in", {"lang": "fr"}, "GET", "/sign-in"),
        ("/{lang}/order/{plan}", {"lang": "fr", "plan": "solo"}, "POST", "/order/solo"),
        ("/{lang}/{name}", {"lang": "fr", "name": 'a"b/../{lang}'}, "GET",
         "/a%22b%2F..%2F%7Blang%7D"),
        ("/{lang}/checkout/{id}/place", {"lang": "en", "id": "X"}, "POST", "/checkout/X"),
        ("/{lang}/checkout/{id}/mailbox", {"lang": "en", "id": "X"}, "POST", "/checkout/X/result"),
        ("/{lang}/account/resume", {"lang": "en"}, "POST", "/account"),
        ("/{lang}/sign-out", {"lang": "en"}, "POST", ""),
        ("/{lang}/account/cancel", {"lang": "en"}, "POST", "/account/cancel"),
    ],
)  # fmt: skip
def test_the_address_of_a_page_can_be_opened(
    route: str, named: dict[str, str], method: str, address: str
) -> None:
    """With the real names in it, and for a form's address the page it belongs to."""
    assert address_after_language(a_request(method=method, route=route, named=named)) == address


@pytest.mark.parametrize("path", ["", "/account", "/order/place", "/checkout/X/pay"])
def test_a_page_is_its_own_page(path: str) -> None:
    if path == "/order/place":  # no plan bears such a name; were there one, its form leads back
        assert page_of(path) == "/order"
    else:
        assert page_of(path) == path
