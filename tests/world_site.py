"""The deployed application's HTTP side in this process: real routes, real table, injected keys."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.adapters.dynamodb.store import DynamoStore, Meter
from chalicelib.adapters.keys import SecretKeys
from chalicelib.application.ports import Ids
from chalicelib.bootstrap import Container, use
from chalicelib.settings import read_settings
from tests.fakes import FACTS, KEYS, OPENING, SELLER, FakeClock, FakeGateway, FakeIds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUEUE = "https://sqs.eu-west-3.amazonaws.com/123456789012/none"
SETTINGS = {
    "TABLE_NAME": "none",
    "BUCKET_NAME": "none",
    "AGENDA_QUEUE_URL": QUEUE,
    "NUMBERING_QUEUE_URL": QUEUE,
    "DOCUMENTS_QUEUE_URL": QUEUE,
    "MAIL_QUEUE_URL": QUEUE,
    "USER_POOL_ID": "eu-west-3_none",
    "USER_POOL_CLIENT_ID": "none",
    "SECRET_ID": "none",
    "MAIL_FROM": "aide@clairiere.example",
    "PUBLIC_URL": FACTS.public_url,
    "ENVIRONMENT": "test",
    "POLICY_PROFILE": "recommended",
    "SELLER": SELLER.model_dump_json(),
    "ADYEN_MERCHANT_ACCOUNT": FACTS.merchant_account,
    "ADYEN_CLIENT_KEY": "test_KEYOFTHETESTS",
    "ADYEN_ENVIRONMENT": "test",
}
SECRET = {
    "adyen_api_key": "none",
    "adyen_hmac_keys": list(KEYS.standard_hmac),
    "adyen_token_hmac_keys": list(KEYS.token_hmac),
    "webhook_user": KEYS.webhook_user,
    "webhook_password": KEYS.webhook_password,
    "link_key": KEYS.link,
    "identity_key": KEYS.identity,
    "platform_key": KEYS.platform,
}


class _Vault:
    """Secrets Manager, with one secret."""

    def get_secret_value(self, **_: str) -> Mapping[str, str]:
        return {"SecretString": json.dumps(SECRET)}


@dataclass
class Site:
    """A browser, or a provider, in front of the routes; cookies are kept.

    Attributes:
        meter: what the table was asked, as (operation, units).
    """

    client: Client
    ports: Container
    gateway: FakeGateway
    meter: list[tuple[str, float]]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> HTTPResponse:
        """Open a page."""
        return self._kept(self.client.http.get(path, headers=self._headers()))

    def post(self, path: str, form: Mapping[str, str]) -> HTTPResponse:
        """Send a form."""
        headers = self._headers({"content-type": "application/x-www-form-urlencoded"})
        body = urlencode(form).encode()
        return self._kept(self.client.http.post(path, headers=headers, body=body))

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> HTTPResponse:
        """Send any body, without cookies."""
        return self.client.http.post(path, headers=dict(headers), body=body)

    def _headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"cookie": cookies, "user-agent": "Mozilla/5.0", **(more or {})}

    def _kept(self, answer: HTTPResponse) -> HTTPResponse:
        left: str | list[str] = answer.headers.get("Set-Cookie", [])
        for cookie in [left] if isinstance(left, str) else left:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


ANSWERS = {
    "given_name": "Zoé",
    "family_name": "d’Aubigné-Łukasz",
    "email": "zoe@example.org",
    "birth_day": "28",
    "birth_month": "2",
    "birth_year": "1990",
    "country": "FR",
    "address_line": "3 rue de l’Été",
    "postal_code": "75011",
    "city": "Paris",
    "capacity": "yes",
    "immediate_start": "yes",
}


def order_to_payment_page(site: Site) -> dict[str, list[tuple[str, float]]]:
    """Order as a browser does, up to the payment page; what each request asked of the table."""
    form = site.get("/fr/order/solo").body.decode()
    hidden = {name: field_of(form, name) for name in ("csrf", "checkout_id", "terms")}
    place = {"csrf": hidden["csrf"], "shown_minor": "2000"}
    order = f"/fr/checkout/{hidden['checkout_id']}"
    requests: dict[str, Callable[[], HTTPResponse]] = {
        "order form": lambda: site.post("/fr/order/solo", {**ANSWERS, **hidden}),
        "review page": lambda: site.get(order),
        "order button": lambda: site.post(f"{order}/place", place),
        "payment page": lambda: site.get(f"{order}/pay"),
    }
    asked = {}
    for name, request in requests.items():
        site.meter.clear()
        answer = request()
        assert answer.status_code in (200, 303), (name, answer.status_code, answer.body)
        asked[name] = list(site.meter)
    return asked


def open_site(dynamodb: "DynamoDBClient", table: str, ids: Ids | None = None) -> Site:
    """The site on a table, from the opening day on; `ids` where transactions must not repeat."""
    consumed: list[tuple[str, float]] = []
    ports, now = Container(read_settings(SETTINGS)), FakeClock(OPENING)
    gateway = FakeGateway(now)
    held: dict[str, Any] = {
        "clock": now,
        "gateway": gateway,
        "store": DynamoStore(dynamodb, table, ids or FakeIds(now), meter=_noting(consumed)),
        "_secret": SecretKeys(_Vault, "none"),  # type: ignore[arg-type]  # all it is asked for
    }
    vars(ports).update(held)
    use(ports)
    return Site(Client(app), ports, gateway, consumed)


def _noting(consumed: list[tuple[str, float]]) -> Meter:
    def note(operation: str, units: float) -> None:
        consumed.append((operation, units))

    return note


def field_of(page: str, name: str) -> str:
    """The value of a hidden field."""
    tag = next(t for t in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in t)
    found = re.search(r'value="([^"]*)"', tag)
    assert found is not None, tag
    return found[1]
