"""The mailbox keeps mails as SES would send them, with their attachments."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from infra.local.front import FrontDoor
from infra.local.sandbox.mail_pages import MailPages
from infra.local.sandbox.mailbox import Mailbox
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.rooms import Room

AT = datetime(2027, 2, 28, 23, tzinfo=UTC)
ORDER: dict[str, Any] = {
    "FromEmailAddress": "Clairière <aide@clairiere.example>",
    "Destination": {"ToAddresses": ["zoe@example.org"]},
    "Content": {
        "Simple": {
            "Subject": {"Data": "Votre facture à conserver"},
            "Body": {
                "Text": {"Data": "Bonjour Zoé"},
                "Html": {"Data": "<html><head></head><body><p>Bonjour Zoé</p></body></html>"},
            },
            "Attachments": [
                {
                    "FileName": "facture.pdf",
                    "ContentType": "application/pdf",
                    "RawContent": base64.b64encode(b"%PDF").decode(),
                }
            ],
        }
    },
}


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails", lambda: AT)


def test_both_parts_and_the_attachment_are_kept(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.send(ORDER)
    (mail,) = mailbox.all()
    assert mail.subject == "Votre facture à conserver"
    assert (mail.text or "").strip() == "Bonjour Zoé"
    assert "<p>Bonjour Zoé</p>" in (mail.html or "")
    assert [(file.name, file.content) for file in mail.attachments] == [("facture.pdf", b"%PDF")]
    assert (mail.at, mail.recipients) == (AT, ("zoe@example.org",))
    assert (tmp_path / "mails" / "00001.eml").exists()


def test_a_raw_mail_is_read_as_it_was_written(mailbox: Mailbox) -> None:
    raw = b"Subject: Hello\r\nTo: a@example.org\r\nContent-Type: text/plain\r\n\r\nHi"
    mailbox.send({"Content": {"Raw": {"Data": base64.b64encode(raw).decode()}}})
    assert (mailbox.all()[0].subject, mailbox.all()[0].recipients) == ("Hello", ("a@example.org",))


@pytest.fixture
def client(mailbox: Mailbox, tmp_path: Path) -> Client:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "manifest.json").write_text('{"site.css": "s.css", "icon.svg": "i.svg"}')
    room = Room("/sandbox", MailPages(mailbox, Pages(assets)).routes())

    class NoApi:
        def request(self, http: dict[str, Any]) -> dict[str, Any]:
            raise AssertionError(http)

    return Client(
        FrontDoor(NoApi(), assets=assets, rooms={"/sandbox": room}, after_write=lambda: None)
    )


def test_a_mail_sent_to_ses_is_listed_and_shown(client: Client) -> None:
    answer = client.post("/sandbox/ses/v2/email/outbound-emails", data=json.dumps(ORDER))
    assert answer.json == {"MessageId": "sandbox-00000001"}
    assert "Votre facture à conserver" in client.get("/sandbox/fr/mailbox").text
    page = client.get("/sandbox/en/mailbox/1").text
    assert "facture.pdf" in page
    assert "Bonjour Zoé" in page
    listed = json.loads(client.get("/sandbox/mailbox.json").data)
    assert listed["mails"][0]["files"] == ["facture.pdf"]


def test_a_mails_markup_can_run_nothing(client: Client) -> None:
    client.post("/sandbox/ses/v2/email/outbound-emails", data=json.dumps(ORDER))
    answer = client.get("/sandbox/mailbox/1/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert 'target="_top"' in answer.text


def test_an_attachment_is_saved_not_shown(client: Client) -> None:
    client.post("/sandbox/ses/v2/email/outbound-emails", data=json.dumps(ORDER))
    answer = client.get("/sandbox/mailbox/1/files/1")
    assert answer.data == b"%PDF"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/sandbox/mailbox/1/files/2").status_code == 404
    assert client.get("/sandbox/mailbox/9/files/1").status_code == 404
