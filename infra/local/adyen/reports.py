"""The settlement details report: one CSV file a batch, fetched with a key or a password."""

from __future__ import annotations

import base64
import csv
import io
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from infra.local.adyen.records import CREDITS
from infra.local.adyen.wire import ConnectionDropped, Response, text_response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from infra.local.adyen.records import Batch, Entry
    from infra.local.adyen.wire import Request
    from infra.local.adyen.world import World

PREFIX = "/reports/download/MerchantAccount/"
NAME = re.compile(r"settlement_detail_report_batch_(\d{1,9})\.csv")
ZONE = ZoneInfo("Europe/Amsterdam")
OPERATION = "report"
COLUMNS = (
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Creation Date",
    "TimeZone",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Commission (NC)",
    "Markup (NC)",
    "Scheme Fees (NC)",
    "Interchange (NC)",
    "Payment Method Variant",
    "Modification Merchant Reference",
    "Batch Number",
    *(f"Reserved{number}" for number in range(4, 11)),
)
Row = dict[str, str]


def name(batch: Batch) -> str:
    """The name of a batch's report."""
    return f"settlement_detail_report_batch_{batch.number}.csv"


def address(world: World, batch: Batch) -> str:
    """Where the report is fetched."""
    return f"{world.origin}{PREFIX}{world.options.merchant_account}/{name(batch)}"


def write(world: World, batch: Batch) -> str:
    """The whole report as CSV text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    options = world.options
    common = {
        "Company Account": options.company_account,
        "Merchant Account": options.merchant_account,
        "Batch Number": str(batch.number),
    }
    for row in _rows(batch):
        writer.writerow(common | row)
    return text.getvalue()


def _rows(batch: Batch) -> Iterator[Row]:
    if batch.brought_minor:
        yield _whole(batch, "Balancetransfer", batch.brought_minor, "From the previous batch")
    for entry in batch.entries:
        yield _row(entry)
    if batch.fee_minor:
        month = batch.closed_at.astimezone(ZONE).strftime("%B %Y")
        yield _whole(batch, "Fee", -batch.fee_minor, f"Transaction Fees {month}")
    if batch.carried_minor:
        yield _whole(batch, "Balancetransfer", -batch.carried_minor, "To the next batch")
    if batch.payout_minor:
        yield _whole(batch, "MerchantPayout", -batch.payout_minor, f"TX{batch.number:08}XT")


def _row(entry: Entry) -> Row:
    is_credit = entry.kind in CREDITS
    return {
        "Psp Reference": entry.psp,
        "Merchant Reference": entry.reference,
        "Payment Method": entry.method,
        **_dated(entry.created_at),
        "Type": entry.kind,
        "Modification Reference": entry.modification_psp,
        "Gross Currency": entry.currency,
        "Gross Credit (GC)" if is_credit else "Gross Debit (GC)": _decimal(entry.gross_minor),
        "Exchange Rate": "1",
        **_net(entry.currency, entry.signed_minor),
        "Commission (NC)": _optional(entry.commission_minor),
        "Markup (NC)": _optional(entry.markup_minor),
        "Scheme Fees (NC)": _optional(entry.scheme_minor),
        "Interchange (NC)": _optional(entry.interchange_minor),
        "Payment Method Variant": entry.method,
        "Modification Merchant Reference": entry.modification_reference,
    }


def _whole(batch: Batch, kind: str, minor: int, words: str) -> Row:
    """A line about the batch as a whole, no payment's own."""
    return {
        **_dated(batch.closed_at),
        "Type": kind,
        "Modification Reference": words,
        **_net(batch.currency, minor),
    }


def _dated(at: datetime) -> Row:
    local = at.astimezone(ZONE)
    return {
        "Creation Date": local.strftime("%Y-%m-%d %H:%M:%S"),
        "TimeZone": local.tzname() or "",
    }


def _net(currency: str, minor: int) -> Row:
    column = "Net Debit (NC)" if minor < 0 else "Net Credit (NC)"
    return {"Net Currency": currency, column: _decimal(abs(minor))}


def _decimal(minor: int) -> str:
    whole, hundredths = divmod(minor, 100)
    return f"{whole}.{hundredths:02}"


def _optional(minor: int) -> str:
    return _decimal(minor) if minor else ""


def answer(world: World, request: Request) -> Response:
    """Give a report to whoever bears the API key or the report user's password.

    Raises:
        ConnectionDropped: a fault hangs up.
    """
    if not _is_known(world, request):
        return text_response(HTTPStatus.UNAUTHORIZED, "Unauthorized", "text/plain")
    account, _, file_name = request.path.removeprefix(PREFIX).partition("/")
    named = NAME.fullmatch(file_name)
    with world.lock:
        number = int(named[1]) if named and account == world.options.merchant_account else 0
        batches = world.state.books.batches
        if request.method != "GET" or not 0 < number <= len(batches):
            return text_response(HTTPStatus.NOT_FOUND, "Not found", "text/plain")
        text = write(world, batches[number - 1])
        fault = world.state.faults.take_api(OPERATION, {"reference": file_name})
    if fault is not None and fault.kind == "timeout_before":
        raise ConnectionDropped(OPERATION)
    if fault is not None and fault.kind == "error":
        return text_response(fault.status, "Something went wrong", "text/plain")
    if fault is not None and fault.kind == "delay":
        time.sleep(fault.delay_seconds)
    if fault is not None and fault.kind == "truncated":
        text = text[: len(text) // 2]
    return text_response(HTTPStatus.OK, text, "text/csv")


def _is_known(world: World, request: Request) -> bool:
    options = world.options
    if request.headers.get("x-api-key") == options.api_key:
        return True
    pair = f"{options.report_user}:{options.report_password}".encode()
    basic = f"Basic {base64.b64encode(pair).decode()}"
    return request.headers.get("authorization") == basic
