"""An HTTP request reaches the application as API Gateway would send it."""

import base64
from typing import Any

import pytest

from infra.local.container import proxy_event, route_of

ROUTES = ["/", "/{lang}", "/{lang}/account", "/{lang}/{page}", "/api/entitlements/{learner_id}"]


@pytest.mark.parametrize(
    ("path", "route", "captured"),
    [
        ("/", "/", {}),
        ("/fr", "/{lang}", {"lang": "fr"}),
        ("/fr/", "/{lang}", {"lang": "fr"}),
        ("/fr/account", "/{lang}/account", {"lang": "fr"}),
        ("/fr/terms", "/{lang}/{page}", {"lang": "fr", "page": "terms"}),
        ("/api/entitlements/a%20b", "/api/entitlements/{learner_id}", {"learner_id": "a b"}),
    ],
)
def test_a_literal_part_wins_over_a_name(path: str, route: str, captured: dict[str, str]) -> None:
    assert route_of(path, ROUTES) == (route, captured)


def test_an_unknown_path_has_no_route() -> None:
    assert route_of("/a/b/c/d", ROUTES) is None


def call(**changes: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/fr/account",
        "query": "",
        "headers": [],
        "body": "",
        "source_ip": "127.0.0.1",
        **changes,
    }


def test_a_form_arrives_as_text_with_every_header_value() -> None:
    body = base64.b64encode("nom=Zoé".encode()).decode()
    headers = [["Cookie", "a=1"], ["Cookie", "b=2"]]
    event = proxy_event(call(body=body, headers=headers), "/{lang}/account", {"lang": "fr"}, "r1")
    assert event["body"] == "nom=Zoé"
    assert event["multiValueHeaders"] == {"Cookie": ["a=1", "b=2"]}
    assert event["headers"] == {"Cookie": "b=2"}
    assert event["requestContext"]["resourcePath"] == "/{lang}/account"


def test_nothing_is_null_not_empty() -> None:
    event = proxy_event(call(), "/", {}, "r1")
    assert event["body"] is None
    assert event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is None


def test_a_query_keeps_repeated_and_blank_values() -> None:
    event = proxy_event(call(query="a=1&a=2&b="), "/", {}, "r1")
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""]}
