"""Checks documents against the published OpenAPI schemas."""

from __future__ import annotations

import copy
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from infra.local.adyen import published

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from infra.local.adyen.records import Json

DOCUMENTS = {
    "checkout": "openapi/checkout-v72-subset.lite.json",
    "webhooks": "openapi/webhooks-v1.lite.json",
    "tokens": "openapi/tokenization-webhooks-v1.lite.json",
}
# The specification offers 58 shapes of method without telling them apart by type.
METHOD_SCHEMAS = {
    "scheme": "CardDetails",
    "card": "CardDetails",
    "paypal": "PayPalDetails",
    "sepadirectdebit": "SepaDirectDebitDetails",
}
ACTION_SCHEMAS = {
    "threeDS2": "CheckoutThreeDS2Action",
    "redirect": "CheckoutRedirectAction",
    "sdk": "CheckoutSDKAction",
}
# Limits that version 72 enforces and its schemas state in prose only.
LIMITS: dict[str, Json] = {
    "reference": {"maxLength": 80},
    "returnUrl": {"maxLength": 1024},
    "shopperEmail": {"maxLength": 256},
    "shopperIP": {"maxLength": 50},
    "telephoneNumber": {"maxLength": 64},
    "captureDelayHours": {"minimum": 0, "maximum": 672},
}
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class Breach(ValueError):
    """A document breaks its schema; holds no value of the document.

    `rule` is the keyword broken, `path` where, `names` the fields missing or unknown.
    """

    def __init__(self, rule: str, path: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(f"{rule} at {path or 'the root'} {list(names) or ''}".strip())
        self.rule = rule
        self.path = path
        self.names = names


def _adapted(name: str) -> Json:
    """The document, with its limits in prose, and without what is checked here or broken."""
    document: Json = copy.deepcopy(published.read_json(DOCUMENTS[name]))
    schemas = document["components"]["schemas"]
    for owner, field in (
        ("PaymentRequest", "paymentMethod"),
        ("PaymentResponse", "action"),
        ("PaymentDetailsResponse", "action"),
    ):
        if owner in schemas:
            schemas[owner]["properties"][field] = {"type": "object"}
    for title, schema in schemas.items():
        if title.endswith("Request"):
            for field, limit in LIMITS.items():
                schema.get("properties", {}).get(field, {}).update(limit)
        # Seven of the published examples carry additional data outside their own list.
        if title.endswith("AdditionalData"):
            schema["additionalProperties"] = True
    return document


@cache
def _registry() -> Registry[Any]:
    resources = [
        (f"urn:{name}", Resource.from_contents(_adapted(name), DRAFT202012)) for name in DOCUMENTS
    ]
    return Registry[Any]().with_resources(resources)


@cache
def _validator(document: str, schema: str) -> Draft202012Validator:
    reference = {"$ref": f"urn:{document}#/components/schemas/{schema}"}
    return Draft202012Validator(reference, registry=_registry(), format_checker=FORMATS)


def check(document: str, schema: str, value: object) -> None:
    """Check `value` against a schema of a document of `DOCUMENTS`.

    Raises:
        Breach: the first rule it breaks.
    """
    error = next(iter(_validator(document, schema).iter_errors(value)), None)
    if error is not None:
        raise _breach(error)


def _breach(error: ValidationError) -> Breach:
    path = ".".join(str(part) for part in error.absolute_path)
    names: tuple[str, ...] = ()
    instance: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "required":
        names = tuple(name for name in rule if name not in instance)
    if error.validator == "additionalProperties":
        names = tuple(sorted(set(instance) - set(schema.get("properties", {}))))
    return Breach(str(error.validator), path, names)


def check_method(method: Json, types: tuple[str, ...]) -> None:
    """Check a `paymentMethod` against the one schema of its type.

    Raises:
        Breach: an unknown type, or a rule of its schema.
    """
    kind = method.get("type", "scheme")
    if not isinstance(kind, str) or kind not in METHOD_SCHEMAS:
        if kind in types:
            return
        raise Breach("enum", "paymentMethod.type")
    try:
        check("checkout", METHOD_SCHEMAS[kind], method)
    except Breach as breach:
        # A stored mandate needs no IBAN, although the specification asks for one.
        if breach.rule == "required" and "storedPaymentMethodId" in method:
            return
        path = ".".join(part for part in ("paymentMethod", breach.path) if part)
        raise Breach(breach.rule, path, breach.names) from breach


def check_action(action: Json) -> None:
    """Check an `action` of an answer against the one schema of its type.

    Raises:
        Breach: a rule of its schema.
    """
    check("checkout", ACTION_SCHEMAS[action["type"]], action)


@cache
def webhook_schema(event: str) -> str:
    """The name of the schema of a standard webhook.

    Raises:
        KeyError: no such event is published.
    """
    paths = published.read_json(DOCUMENTS["webhooks"])["webhooks"]
    body = paths[f"/{event}"]["post"]["requestBody"]
    return _schema_name(body)


@cache
def token_schema(kind: str) -> str:
    """The name of the schema of a token webhook such as `recurring.token.created`.

    Raises:
        KeyError: no such event is published.
    """
    paths = published.read_json(DOCUMENTS["tokens"])["webhooks"]
    return _schema_name(paths[kind]["post"]["requestBody"])


def _schema_name(body: Json) -> str:
    reference: str = body["content"]["application/json"]["schema"]["$ref"]
    return reference.rsplit("/", 1)[1]
