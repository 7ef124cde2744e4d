"""The mailbox: what the shop sent through SES, kept for the person who plays the learner.

The shop calls the ordinary SES API; its endpoint is here. Mails are kept in memory, the newest
first, and written to files, so that their attachments can be opened with any program.
"""

import base64
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One mail as its reader gets it; `at` is the business instant of its sending."""

    id: int
    at: datetime
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def html(self) -> str | None:
        """The part written for people who see; None when there is none."""
        return self._body("html")

    @property
    def text(self) -> str | None:
        """The part without markup; None when there is none."""
        return self._body("plain")

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(
            _attachment(part, part.get_filename() or f"{place}")
            for place, part in enumerate(self.message.iter_attachments(), start=1)
        )

    def inline(self, content_id: str) -> Attachment | None:
        """The picture that the markup shows under `content_id`."""
        for part in self.message.walk():
            if str(part["Content-ID"] or "").strip("<>") == content_id:
                return _attachment(part, content_id)
        return None

    def _body(self, kind: str) -> str | None:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part else None


class Mailbox:
    """Every mail of this run."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._mails: list[Mail] = []
        self._turn = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, order: dict[str, Any]) -> str:
        """Take a `SendEmail` order of SES v2; the message id it answers."""
        message = _message(order)
        destination = order.get("Destination", {})
        recipients = [
            address
            for kind in ("ToAddresses", "CcAddresses", "BccAddresses")
            for address in destination.get(kind, [])
        ] or [str(message["To"])]
        at = self._now()
        with self._turn:
            mail = Mail(len(self._mails) + 1, at, tuple(recipients), message)
            self._mails.append(mail)
        (self._folder / f"{mail.id:05d}.eml").write_bytes(message.as_bytes())
        return f"sandbox-{mail.id:08d}"

    def all(self) -> Sequence[Mail]:
        """Every mail, the newest first."""
        with self._turn:
            return tuple(reversed(self._mails))

    def find(self, mail_id: int) -> Mail | None:
        """The mail of that number."""
        with self._turn:
            return self._mails[mail_id - 1] if 0 < mail_id <= len(self._mails) else None


def _attachment(part: Any, name: str) -> Attachment:
    return Attachment(name, part.get_content_type(), part.get_payload(decode=True) or b"")


def _message(order: dict[str, Any]) -> EmailMessage:
    content = order["Content"]
    if "Raw" in content:
        raw = base64.b64decode(content["Raw"]["Data"])
        return BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    simple = content["Simple"]
    message = EmailMessage()
    message["From"] = order["FromEmailAddress"]
    message["To"] = ", ".join(order.get("Destination", {}).get("ToAddresses", []))
    message["Subject"] = simple["Subject"]["Data"]
    message.set_content(simple["Body"].get("Text", {}).get("Data", ""))
    if "Html" in simple["Body"]:
        message.add_alternative(simple["Body"]["Html"]["Data"], subtype="html")
    for file in simple.get("Attachments", []):
        main, _, sub = file.get("ContentType", "application/octet-stream").partition("/")
        message.add_attachment(
            base64.b64decode(file["RawContent"]),
            maintype=main,
            subtype=sub,
            filename=file["FileName"],
        )
    return message
