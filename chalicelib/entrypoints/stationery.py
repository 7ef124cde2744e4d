"""What every letter is written with: addresses of the site, names of plans, the thing itself."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.application.letters import Written
from chalicelib.application.ports import Attachment, Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.selling.checkout import Checkout
from chalicelib.mails import facts
from chalicelib.mails.render import render

Message = Mapping[str, Any]


def site(ports: Ports, lang: Language, path: str = "") -> str:
    """An address of the shop."""
    return f"{ports.facts.public_url}/{lang}{path}"


def written(
    fact: facts.Fact, to: str, lang: Language, attachments: tuple[Attachment, ...] = ()
) -> Written:
    """A fact in words, addressed."""
    mail = render(fact, lang)
    return Written(
        to=to,
        lang=lang,
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        template=mail.template,
        template_version=mail.template_version,
        attachments=attachments,
    )


def plan_name(ports: Ports, key: str, lang: Language) -> str:
    """How a plan is called."""
    return next(plan for plan in ports.facts.catalogue.plans if plan.key == key).name(lang)


def method_label(subscription: Subscription) -> str:
    """The method that pays, or what stands in the place of one."""
    unknown = "moyen de paiement" if subscription.lang == "fr" else "payment method"
    return subscription.method.label() if subscription.method else unknown


def due_of(message: Message) -> DueItem:
    """The due item that a message carries."""
    return DueItem.model_validate_json(json.dumps(message["record"]))


def subscription_of(message: Message, ports: Ports) -> Subscription:
    """The contract a message is about, as it stands now."""
    return ports.store.subscription(message["record"]["id"], fresh=True)


def checkout_of(message: Message, ports: Ports) -> Checkout:
    """The order a message is about, as it stands now."""
    return ports.store.checkout(message["record"]["id"], fresh=True)
