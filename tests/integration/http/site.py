"""The real application on a world of ports, and browsers in front of it.

site = open_site(world)
browser = site.browser()
page = browser.submit(browser.get("/fr/order/solo"), "order", **ANSWERS)
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from app import app
from chalicelib.adapters.log import start_logging
from chalicelib.application.ports import Facts, Keys, Ports
from chalicelib.bootstrap import Container, use
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.settings import Settings
from infra.local.container import proxy_event, route_of
from tests.fakes import FACTS, Bundle, FakeGateway
from tests.integration.http.pages import Page
from tests.world import World

FORM = "application/x-www-form-urlencoded"
HOST = FACTS.public_url
EMAIL = "zoe@example.org"
PASSWORD = "Clair comme 3 ruisseaux"
SETTINGS = Settings(
    table_name="t", bucket_name="b", agenda_queue_url="q", numbering_queue_url="q",
    documents_queue_url="q", mail_queue_url="q", event_bus_name="default", user_pool_id="p",
    user_pool_client_id="c", secret_id="s", mail_from="aide@clairiere.example", public_url=HOST,
    environment="test", policy_profile="recommended", seller=FACTS.seller.model_dump_json(),
    adyen_merchant_account=FACTS.merchant_account, adyen_client_key="test_KEYOFTHETESTS",
    adyen_environment="test", adyen_live_prefix="", adyen_checkout_url="", adyen_web_url="",
    clock_url="",
)  # fmt: skip
ANSWERS = {
    "given_name": "Zoé",
    "family_name": "d’Aubigné-Łukasz",
    "email": EMAIL,
    "birth_day": "28",
    "birth_month": "2",
    "birth_year": "1990",
    "country": "FR",
    "address_line": "3 rue de l’Été",
    "postal_code": "75011",
    "city": "Paris",
}
BOXES = {"capacity": "yes", "terms": "2026-09-01", "immediate_start": "yes"}


class SiteContainer(Container):
    """The container of a deployment, with other ports behind it."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        super().__init__(settings)
        self._keys = ports.keys
        named = [port.name for port in fields(Bundle) if port.name != "keys"]
        vars(self).update({name: getattr(ports, name) for name in named})

    @property
    def keys(self) -> Keys:
        return self._keys


@dataclass
class Context:
    """The part of the runtime's context that the framework reads."""

    aws_request_id: str = "req-1"
    function_name: str = "api"


@dataclass
class Site:
    """The application in this process; `container` is what it runs on."""

    world: World
    container: Container

    @property
    def gateway(self) -> FakeGateway:
        """The payment provider."""
        return self.world.fakes.gateway

    @property
    def is_untouched(self) -> bool:
        """Whether the provider was never asked for anything."""
        gateway = self.gateway
        return not (gateway.pages or gateway.captures or gateway.charges or gateway.returns)

    def told(self, **changes: Any) -> None:
        """Let other facts be true from now on: prices, terms, policy."""
        facts: Facts = replace(self.container.facts, **changes)
        vars(self.container)["facts"] = facts

    def browser(self, **options: Any) -> "Browser":
        """Somebody else's browser."""
        return Browser(**options)


@dataclass
class Browser:
    """Keeps cookies, sends forms as the pages write them."""

    address: str = "203.0.113.77"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Page:
        """Open a page."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Page:
        """Send a form that no page gave."""
        given = {"content-type": FORM, **headers}
        return self.send("POST", path, body=urlencode(form).encode(), headers=given)

    def submit(self, page: Page, form_id: str, without: str = "", /, **changes: str) -> Page:
        """Send a form of a page, some answers changed, perhaps one left out."""
        form = page.forms[form_id]
        sent = {**form.fields, **changes}
        sent.pop(without, None)
        return self.post(form.action, sent)

    def follow(self, page: Page) -> Page:
        """Go where an answer sends, as long as it sends somewhere of ours."""
        while page.status in (302, 303) and urlsplit(page.location).netloc == "":
            page = self.get(page.location)
        return page

    def send(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Page:
        """Send any request."""
        given = {"user-agent": "Mozilla/5.0 (X11) Firefox/140.0", "host": urlsplit(HOST).netloc}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        page = request(method, path, body, {**given, **(headers or {})}, self.address)
        for cookie in page.cookies:
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return page


def request(method: str, path: str, body: bytes, headers: Mapping[str, str], source: str) -> Page:
    """One request, as the API Gateway hands it to the function and takes its answer."""
    split = urlsplit(path)
    routed = route_of(split.path, list(app.routes))
    assert routed is not None, f"the gateway knows no {split.path}"
    call = {
        "method": method,
        "path": split.path,
        "query": split.query,
        "headers": [[name.replace("_", "-"), value] for name, value in headers.items()],
        "body": base64.b64encode(b"").decode(),
        "source_ip": source,
    }
    event = proxy_event(call, *routed, "req-1")
    if body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    answer = app(json.loads(json.dumps(event)), Context())
    assert isinstance(answer["body"], str)
    single = {name.lower(): value for name, value in answer["headers"].items()}
    several = {name.lower(): value for name, value in answer["multiValueHeaders"].items()}
    cookies = tuple(several.pop("set-cookie", ()))
    assert not several, "only cookies come several at once"
    return Page(answer["statusCode"], single, cookies, answer["body"])


def open_site(world: World) -> Site:
    """The application on the ports of a world."""
    start_logging()
    container = SiteContainer(SETTINGS, world.ports)
    use(container)
    world.inhabited.update(range(SHARDS))
    return Site(world, container)


# ---- what people do, page by page ---------------------------------------------------------------


def fill_in(browser: Browser, lang: str = "fr", **changes: str) -> Page:
    """Open the order form and send it; the answer."""
    return browser.submit(browser.get(f"/{lang}/order/solo"), "order", **ANSWERS | BOXES | changes)


def review(browser: Browser, lang: str = "fr", **changes: str) -> Page:
    """Order up to the review page."""
    page = browser.follow(fill_in(browser, lang, **changes))
    assert "place" in page.forms, page.text
    return page


def place(browser: Browser, lang: str = "fr", **changes: str) -> Page:
    """Order and press the order button: the payment page."""
    page = browser.follow(browser.submit(review(browser, lang, **changes), "place"))
    assert "outcome" in page.forms, page.text
    return page


def pay(site: Site, browser: Browser, page: Page, outcome: Any = None) -> Page:
    """Pay on the payment page; the answer to what the browser brings home."""
    session_id = list(site.gateway.pages)[-1]
    result = site.gateway.pay(session_id, outcome)
    return browser.submit(page, "outcome", sessionId=session_id, sessionResult=result)


def subscribe(
    site: Site,
    browser: Browser,
    lang: str = "fr",
    *,
    outcome: Any = None,
    **changes: str,
) -> str:
    """Order, pay, and let everything that follows happen; the subscription's id."""
    page = place(browser, lang, **changes)
    subscription_id = page.forms["outcome"].action.split("/")[3]
    result = browser.follow(pay(site, browser, page, outcome))
    assert result.status == 200
    site.world.rest()
    return subscription_id


def mailed_path(site: Site, mailbox: str, mark: str) -> str:
    """The path of the latest link in the mails to a mailbox that contains `mark`."""
    words = " ".join(letter.text for letter in site.world.fakes.post.to(mailbox)).split()
    link = [word for word in words if mark in word][-1]
    return link.strip("<>()").removeprefix(HOST)


def open_account(site: Site, browser: Browser, mailbox: str = EMAIL) -> Page:
    """Set the password by the mailed link: the account, signed in."""
    form = browser.get(mailed_path(site, mailbox, "/password/"))
    page = browser.follow(browser.submit(form, "set-password", new_password=PASSWORD))
    assert "sign-out" in page.forms, page.text
    return page


def sign_in(
    browser: Browser, lang: str = "fr", email: str = EMAIL, password: str = PASSWORD
) -> Page:
    """Sign in; the answer."""
    form = browser.get(f"/{lang}/sign-in")
    return browser.submit(form, "sign-in", email=email, password=password)
