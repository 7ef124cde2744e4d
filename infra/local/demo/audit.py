"""What an auditor finds in a system that has played the story, asked from outside the shop.

Captures are the provider's own, invoices are files of the bucket, postings and states are raw
items of the table. Nothing here imports the shop: it would only repeat the shop's mistakes.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pypdf import PdfReader

from infra.local.demo.stage import Act, Scene
from infra.local.demo.story import ENDS_AT

REFERENCE: Final = re.compile(r"(?P<contract>[0-9A-Z]{26})\.(?P<period>\d{4})\.\d\.\d+")
NUMBER: Final = re.compile(r"F(?P<year>\d{4})-(?P<rank>\d{8})")
SECONDS_A_DAY: Final = 86_400

Item = dict[str, dict[str, Any]]


class Unreadable(RuntimeError):
    """A payment, a file or an item is not what the story can explain; the text says which."""


@dataclass(frozen=True)
class Charge:
    """A charge as the provider keeps it; `captures` is how often its money was taken."""

    key: str
    period: int
    at: datetime
    minor: int
    captures: int
    refusal: str


@dataclass(frozen=True)
class Invoice:
    """An invoice of the bucket: the PDF's number and buyer were found in its text."""

    key: str
    number: str
    issued_on: date
    from_on: date
    to_on: date
    gross_minor: int
    pdf: bytes


@dataclass(frozen=True)
class Letter:
    """A mail that reached an address."""

    at: datetime
    recipient: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything the auditor saw under one policy profile.

    Attributes:
        posting_minor: the sum of the journal's postings by account.
        paid: the months that the shop holds as paid, by person and number.
        stages: where each order stands in the shop.
        access_days: days of access by person, as the learning platform was told.
        withdrawal: what each confirmation says of the right to withdraw.
        shown: the invoice numbers that each account shows.
        faults: dead letters, schema violations, reused keys and parked items; should be empty.
    """

    profile: str
    charges: Sequence[Charge]
    invoices: Sequence[Invoice]
    posting_minor: dict[str, int]
    paid: frozenset[tuple[str, int]]
    stages: dict[str, str]
    access_days: dict[str, float]
    withdrawal: dict[str, str]
    shown: dict[str, frozenset[str]]
    letters: Sequence[Letter]
    acts: Sequence[Act]
    webhooks: dict[str, int]
    faults: Sequence[str]
    steps: int


def audit(scene: Scene, until: datetime = ENDS_AT) -> Findings:
    """Look at everything, once the story has come to its end.

    Raises:
        Unreadable: something belongs to nobody of the story, or a PDF does not say what it should.
    """
    items = list(_items(scene))
    dues = [item for item in items if item["sk"]["S"].startswith("DUE#")]
    state = scene.system.simulator.state()
    files = dict(_files(scene))
    return Findings(
        profile=scene.profile,
        charges=tuple(_charges(scene)),
        invoices=tuple(_invoices(scene, files)),
        posting_minor=_postings(items),
        paid=frozenset(_month(scene, item) for item in dues if _state(item) == "paid"),
        stages={
            _owner(scene, item["pk"]["S"].removeprefix("CHK#")): item["stage"]["S"]
            for item in items
            if item["sk"]["S"] == "CHK"
        },
        access_days={key: _days(scene.opened.get(key, []), until) for key in scene.visitors},
        withdrawal=_withdrawal(scene, files),
        shown={key: scene.visitors[key].documents() for key in scene.learner_ids},
        letters=tuple(
            Letter(mail.at, mail.recipients[0], mail.subject)
            for mail in reversed(scene.mailbox.all())
        ),
        acts=tuple(scene.acts),
        webhooks=state["webhooks"]["by_status"],
        faults=tuple(_faults(scene, state, dues)),
        steps=scene.steps,
    )


def _owner(scene: Scene, contract: str) -> str:
    for key, visitor in scene.visitors.items():
        if visitor.checkout_id == contract:
            return key
    raise Unreadable(f"contract {contract} belongs to nobody of the story")


def _month(scene: Scene, due: Item) -> tuple[str, int]:
    return _owner(scene, due["pk"]["S"].removeprefix("SUB#")), int(due["sk"]["S"].split("#")[1])


def _state(due: Item) -> str:
    """Where an amount owed stands; what still waits for its day is written without a state."""
    return str(due.get("state", {}).get("S", ""))


def _charges(scene: Scene) -> Iterator[Charge]:
    for payment in scene.system.simulator.payments():
        named = REFERENCE.fullmatch(payment["reference"])
        if named is None:
            raise Unreadable(f"a payment without a readable reference: {payment['reference']}")
        yield Charge(
            key=_owner(scene, named["contract"]),
            period=int(named["period"]),
            at=datetime.fromisoformat(payment["created_at"]),
            minor=payment["captured_minor"],
            captures=payment["capture_count"],
            refusal=payment["refusal_code"] or "",
        )


def _files(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """The papers' bucket, whole."""
    bucket, client = scene.system.name_of("Documents"), scene.system.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            body = client.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
            yield found["Key"], body


def _invoices(scene: Scene, files: dict[str, bytes]) -> Iterator[Invoice]:
    for name, body in sorted(files.items()):
        if not (name.startswith("invoices/") and name.endswith(".pdf")):
            continue
        record = json.loads(files[f"{name.removesuffix('.pdf')}.json"])
        words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
        for expected in (record["number"], record["buyer"]["name"]):
            if expected not in words:
                raise Unreadable(f"{name} does not say {expected}")
        line = record["lines"][0]
        yield Invoice(
            key=_owner(scene, record["subscription_id"]),
            number=record["number"],
            issued_on=date.fromisoformat(record["issued_on"]),
            from_on=date.fromisoformat(line["period_from_on"]),
            to_on=date.fromisoformat(line["period_to_on"]),
            gross_minor=record["total"]["gross"]["minor"],
            pdf=body,
        )


def _withdrawal(scene: Scene, files: dict[str, bytes]) -> dict[str, str]:
    return {
        _owner(scene, name.split("/")[1]): json.loads(body)["withdrawal"]["kind"]
        for name, body in files.items()
        if name.startswith("contracts/") and name.endswith(".json")
    }


def _items(scene: Scene) -> Iterator[Item]:
    client = scene.system.client("dynamodb")
    for page in client.get_paginator("scan").paginate(TableName=scene.system.table_name):
        yield from page["Items"]


def _postings(items: Sequence[Item]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for item in items:
        for posting in item.get("postings", {}).get("L", []):
            account, minor = posting["L"]
            sums[account["S"]] += int(minor["N"])
    return dict(sums)


def _days(stretches: Sequence[tuple[datetime, datetime | None]], until: datetime) -> float:
    seconds = sum(
        (closed or until).timestamp() - opened.timestamp() for opened, closed in stretches
    )
    return seconds / SECONDS_A_DAY


def _faults(scene: Scene, state: dict[str, Any], dues: Sequence[Item]) -> Iterator[str]:
    for name, count in scene.system.dead_letters().items():
        if count:
            yield f"{count} messages in {name}"
    for violation in state["violations"]:
        yield f"the provider's schemas were broken: {violation}"
    for conflict in state["idempotency_conflicts"]:
        yield f"an idempotency key was used for two requests: {conflict}"
    if state["webhooks"]["forgeries_accepted"]:
        yield "a forged webhook was accepted"
    for item in dues:
        if "parked" in item:
            yield f"parked: {item['pk']['S']} {item['sk']['S']} {item['parked']['S']}"
