"""Shows the mailbox, and takes the mails that the shop hands to SES."""

import json
from typing import Final

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from infra.local.sandbox.mailbox import Mail, Mailbox
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.rooms import LANG, Route

# A mail is written by the shop, yet it is shown as a stranger's: nothing in it may run or call out.
MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox allow-popups "
    "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


class MailPages:
    """The pages of the mailbox and the SES address behind it."""

    def __init__(self, mailbox: Mailbox, pages: Pages) -> None:
        self._mailbox = mailbox
        self._pages = pages

    def routes(self) -> list[Route]:
        """The mailbox's addresses."""
        return [
            ("POST", "/ses/v2/email/outbound-emails", self.send),
            ("GET", f"/{LANG}/mailbox/?", self.list),
            ("GET", f"/{LANG}/mailbox/(?P<mail_id>[0-9]+)", self.show),
            ("GET", "/mailbox[.]json", self.index),
            ("GET", "/mailbox/(?P<mail_id>[0-9]+)/html", self.html),
            ("GET", "/mailbox/(?P<mail_id>[0-9]+)/text", self.text),
            ("GET", "/mailbox/(?P<mail_id>[0-9]+)/files/(?P<place>[0-9]+)", self.file),
            ("GET", "/mailbox/(?P<mail_id>[0-9]+)/inline/(?P<content_id>.+)", self.inline),
        ]

    def send(self, request: Request) -> Response:
        """SES v2 `SendEmail`."""
        message_id = self._mailbox.send(request.get_json(force=True))
        return Response(json.dumps({"MessageId": message_id}), mimetype="application/json")

    def list(self, request: Request, lang: str) -> Response:
        """Every mail, the newest first."""
        del request
        switch_to = f"/sandbox/{'en' if lang == 'fr' else 'fr'}/mailbox"
        return self._pages.draw(
            "mailbox.html", lang, mails=self._mailbox.all(), switch_to=switch_to
        )

    def show(self, request: Request, lang: str, mail_id: str) -> Response:
        """One mail: its markup in a frame, its text, its attachments."""
        del request
        switch_to = f"/sandbox/{'en' if lang == 'fr' else 'fr'}/mailbox/{mail_id}"
        return self._pages.draw("mail.html", lang, mail=self._mail(mail_id), switch_to=switch_to)

    def index(self, request: Request) -> Response:
        """The list for programs."""
        del request
        rows = [
            {
                "id": mail.id,
                "at": f"{mail.at:%Y-%m-%dT%H:%M:%SZ}",
                "to": mail.recipients,
                "subject": mail.subject,
                "files": [file.name for file in mail.attachments],
            }
            for mail in self._mailbox.all()
        ]
        return Response(json.dumps({"mails": rows}), mimetype="application/json")

    def html(self, request: Request, mail_id: str) -> Response:
        """The markup of a mail; its links open in the whole window."""
        del request
        markup = self._mail(mail_id).html
        if markup is None:
            raise NotFound(mail_id)
        shown = markup.replace("cid:", f"/sandbox/mailbox/{mail_id}/inline/")
        shown = shown.replace("<head>", '<head><base target="_top">', 1)
        return Response(
            shown, mimetype="text/html", headers={"Content-Security-Policy": MAIL_POLICY}
        )

    def text(self, request: Request, mail_id: str) -> Response:
        """The text part of a mail."""
        del request
        return Response(self._mail(mail_id).text or "", mimetype="text/plain")

    def file(self, request: Request, mail_id: str, place: str) -> Response:
        """One attachment, to be kept and not run."""
        del request
        files = self._mail(mail_id).attachments
        if not 0 < int(place) <= len(files):
            raise NotFound(place)
        found = files[int(place) - 1]
        response = Response(found.content, mimetype=found.content_type)
        response.headers.set("Content-Disposition", "attachment", filename=found.name)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def inline(self, request: Request, mail_id: str, content_id: str) -> Response:
        """A picture inside a mail."""
        del request
        found = self._mail(mail_id).inline(content_id)
        if found is None or not found.content_type.startswith("image/"):
            raise NotFound(content_id)
        return Response(found.content, mimetype=found.content_type)

    def _mail(self, mail_id: str) -> Mail:
        mail = self._mailbox.find(int(mail_id))
        if mail is None:
            raise NotFound(mail_id)
        return mail
