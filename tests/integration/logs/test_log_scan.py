"""Logs carry ids and codes, never a name, an address, a token, a key, a card or a body."""

import json
import re
from typing import Any

import pytest

from chalicelib.entrypoints import queues
from tests.fakes import KEYS
from tests.integration.http.site import (
    BOXES,
    Browser,
    Site,
    mailed_path,
    open_account,
    place,
    subscribe,
)
from tests.integration.logs.deployment import API_KEY, Deployment
from tests.integration.logs.scan import Log, found, is_card

CARD = "4111111111111111"
HOLDER = "Mme Zéphyrine Porteuse"
PASSWORD = "Trois Brouettes 44 bleues"
PERSON = {
    "given_name": "Zéphyrine",
    "family_name": "Quatrebarbes",
    "email": "zephyrine.q@example.org",
    "birth_day": "23",
    "birth_month": "4",
    "birth_year": "1987",
    "country": "FR",
    "address_line": "17 impasse du Cadran",
    "postal_code": "F-QZ9 8XX",
    "city": "Trifouilly",
}
KNOWN = {
    **{name: PERSON[name] for name in ("given_name", "family_name", "email", "address_line",
                                       "postal_code", "city")},
    "mailbox": "zephyrine.q",
    "born on": "1987-04-23",
    "corrected mailbox": "z.quatrebarbes@example.net",
    "password": PASSWORD,
    "wrong password": "Quatre Brouettes 44",
    "card": CARD,
    "holder": HOLDER,
    "network address": "198.51.100.23",
    "api key": API_KEY,
    "link key": KEYS.link,
    "identity key": KEYS.identity,
    "platform key": KEYS.platform,
    "webhook password": KEYS.webhook_password,
    "hmac key": KEYS.standard_hmac[0],
    "token hmac key": KEYS.token_hmac[0],
}  # fmt: skip


def live_through(deployment: Deployment, browser: Browser) -> dict[str, str]:
    """Order, refusal, payment, papers, mails, sign-in, cancellation; the secrets met on the way."""
    page = place(browser, **PERSON)
    config = json.loads(re.findall(r'data-config="([^"]*)"', page.html)[0].replace("&#34;", '"'))
    session = config["session"]
    wrong = browser.submit(page, "outcome", sessionId=session["id"], sessionResult="forged-result")
    paid = deployment.provider.pay(session["id"], card=CARD, holder_name=HOLDER)
    done = browser.submit(
        page, "outcome", sessionId=session["id"], sessionResult=paid["sessionResult"]
    )
    result = browser.follow(done)
    deployment.rest()
    browser.submit(result, "mailbox", email=KNOWN["corrected mailbox"])
    deployment.rest()
    link = mailed_link(deployment)
    form = browser.get(link)
    account = browser.follow(browser.submit(form, "set-password", new_password=PASSWORD))
    papers = browser.get("/fr/account/documents").links
    files = [browser.get(paper).location for paper in papers if "/account/documents/" in paper]
    browser.submit(browser.get("/fr/account/cancel"), "cancel")
    deployment.rest()
    told = browser.get("/fr/account")
    met = {
        "session data": session["sessionData"],
        "session result": paid["sessionResult"],
        "forged result": "forged-result",
        "link": link.rpartition("/")[2],
        "link seal": link.rpartition("~")[2],
        "session cookie": browser.cookies["session"],
        "visitor cookie": browser.cookies["visitor"],
        "form token": page.forms["outcome"].fields["csrf"],
    }
    signatures = [name for file in files for name in re.findall(r"Signature=([^&]+)", file)]
    assert (wrong.status, len(files), bool(signatures)) == (422, 2, True)
    assert "sign-out" in account.forms
    assert "resume" in told.forms
    tokens = deployment.provider.admin("GET", "/tokens")["tokens"]
    return met | {f"file {n}": s for n, s in enumerate(signatures)} | {"token": tokens[0]["id"]}


def mailed_link(deployment: Deployment) -> str:
    """The path of the latest link to set a password."""
    links = re.findall(r"/fr/password/[\w~=-]+", deployment.text_of_mails())
    return str(links[-1])


def sign_in_wrong_then_right(browser: Browser) -> None:
    """Two tries to sign in, and the platform's question."""
    for password in (KNOWN["wrong password"], PASSWORD):
        form = browser.get("/fr/sign-in")
        sent = {"email": KNOWN["corrected mailbox"], "password": password}
        browser.submit(form, "sign-in", **sent)
    assert "session" in browser.cookies
    key = {"authorization": f"Bearer {KEYS.platform}"}
    assert browser.get(f"/api/entitlements/{'0' * 26}", **key).status == 404


def test_nothing_of_a_person_is_ever_logged(
    deployment: Deployment, capfd: pytest.CaptureFixture[str]
) -> None:
    """The whole thread over HTTP and behind it, on real adapters, at the level of a deployment."""
    with Log() as log:
        met = live_through(deployment, Browser(address=KNOWN["network address"]))
        sign_in_wrong_then_right(Browser(address=KNOWN["network address"]))
    written = capfd.readouterr()
    events = [json.loads(line)["event"] for line in log.ours.lines]
    assert {"notification_kept", "notification", "numbered"} <= set(events)
    assert not [e for e in events if e.endswith("_failed")], log.ours.lines
    assert found([*log.lines, written.out, written.err], KNOWN | met) == []


class Leaky:
    """Fails with everything it was given in its message."""

    def __getattr__(self, name: str) -> Any:
        def fail(*given: Any, **_: Any) -> Any:
            raise RuntimeError(f"{name} {given} {KNOWN}")

        return fail


@pytest.mark.parametrize("port", ["store", "gateway", "post", "files", "queues", "accounts", "bus"])
def test_a_defect_tells_where_not_whom(
    site: Site, port: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Libraries put what they were given into their messages; none of it is written."""
    with Log() as log:
        browser = site.browser(address=KNOWN["network address"])
        form = browser.get("/fr/order/solo")
        subscription_id = subscribe(site, browser, **PERSON)
        customer_id = site.world.ports.store.subscription(subscription_id).customer_id
        account = open_account(site, browser, PERSON["email"])
        vars(site.container)[port] = Leaky()
        browser.submit(form, "order", **PERSON | BOXES | {"email": "z.quatrebarbes@example.net"})
        browser.get("/fr/account")
        browser.get("/fr/account/documents")
        browser.submit(account, "sign-out", everywhere="yes")
        sign_in = browser.get("/fr/sign-in")
        if "sign-in" in sign_in.forms:
            browser.submit(sign_in, "sign-in", email=PERSON["email"], password=PASSWORD)
        send_a_link(customer_id)
    written = capfd.readouterr()
    lines = [*log.lines, written.out, written.err]
    if port in ("store", "accounts", "post"):
        assert any('"alarm":1' in line for line in log.ours.lines)
        assert "RuntimeError" in "".join(log.ours.lines)
    assert found(lines, KNOWN) == []


def send_a_link(customer_id: str) -> None:
    """The function that sends mails meets the same defect."""
    body = {"event": "PasswordLinkAsked", "id": "e1", "record": {"id": customer_id}}
    queues.send_mail_records({"Records": [{"messageId": "m1", "body": json.dumps(body)}]})


@pytest.mark.parametrize("line", [
    "paid with 4111 1111 1111 1111", "5454-5454-5454-5454.", '{"n":"4035501000000008"}', CARD,
    "name Quatrebarbes", "z\\xe9phyrine", "Z\\u00e9phyrine",
])  # fmt: skip
def test_the_scan_finds_what_it_looks_for(line: str) -> None:
    """A scan that finds nothing anywhere would prove nothing."""
    assert found(["all is well", line], KNOWN)


def test_ids_and_instants_are_no_cards() -> None:
    assert not found(['{"id":"01JDABCDEFGHJKMNPQRSTVWXYZ","at":"2026-10-05T09:30:00Z"}'], KNOWN)
    assert not is_card("4111111111111112")


def test_the_link_of_a_mail_is_not_logged_when_it_fails(site: Site) -> None:
    """The path of a page is logged as its route: the token in it is a secret."""
    browser = site.browser()
    subscribe(site, browser)
    link = mailed_path(site, "zoe@example.org", "/password/")
    vars(site.container)["store"] = Leaky()
    with Log() as log:
        assert browser.get(link).status == 500
    assert '"path":"/{lang}/password/{token}"' in log.ours.lines[-1]
    assert found(log.lines, {"link": link.rpartition("/")[2]}) == []
