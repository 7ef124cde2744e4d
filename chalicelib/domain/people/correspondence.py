"""Proof of what was written to a customer: template, language, instant, digest (FRM-4)."""

from datetime import datetime

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.value import Entity


class SentLetter(Entity):
    """A mail the relay took, kept with the contract; `event_id` is what asked for it."""

    subscription_id: str
    event_id: str
    template: str
    template_version: int
    lang: Language
    relay_id: str
    sha256: str
    sent_at: datetime
