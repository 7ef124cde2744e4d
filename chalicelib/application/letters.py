"""Hand a mail to the relay once, and keep the proof with the contract."""

import hashlib
from dataclasses import dataclass

from chalicelib.application.ports import Attachment, Letter, Ports
from chalicelib.domain.kernel.change import Change, Insert
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.people.correspondence import SentLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail in words, and to whom it goes; `template` and its version are part of the proof."""

    to: str
    lang: Language
    subject: str
    html: str
    text: str
    template: str
    template_version: int
    attachments: tuple[Attachment, ...] = ()


def send(written: Written, subscription_id: str, event_id: str, *, ports: Ports) -> SentLetter:
    """Give the mail to the relay; what comes back is the proof, still to be committed."""
    relay_id = ports.post.send(
        Letter(
            to=written.to,
            subject=written.subject,
            html=written.html,
            text=written.text,
            tags={"template": written.template, "subscription": subscription_id},
            attachments=written.attachments,
        )
    )
    return SentLetter(
        subscription_id=subscription_id,
        event_id=event_id,
        template=written.template,
        template_version=written.template_version,
        lang=written.lang,
        relay_id=relay_id,
        sha256=hashlib.sha256((written.subject + written.html).encode()).hexdigest(),
        sent_at=ports.clock(),
    )


def post_letter(written: Written, subscription_id: str, event_id: str, *, ports: Ports) -> None:
    """Send a mail that an event asked for, unless it is on record already."""
    if ports.store.letter_was_sent(subscription_id, event_id):
        return
    proof = send(written, subscription_id, event_id, ports=ports)
    ports.store.commit(Change((Insert(proof),)))
