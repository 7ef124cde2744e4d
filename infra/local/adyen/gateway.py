"""Serves the server API: key, faults, idempotency, checks, then the operation."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, checkout_api, contracts, idempotency
from infra.local.adyen.clock import format_instant
from infra.local.adyen.errors import ApiError, in_progress, unauthorized, unprocessable
from infra.local.adyen.faults import ApiFault
from infra.local.adyen.idempotency import HEADER, Claim, request_digest
from infra.local.adyen.journal import Line
from infra.local.adyen.wire import ConnectionDropped, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.adyen.checkout_api import Operation
    from infra.local.adyen.records import Json
    from infra.local.adyen.wire import Request
    from infra.local.adyen.world import World

HOLD_SECONDS_MAX = 30
DELAY_SECONDS_MAX = 60
NO_FAULT = ApiFault(kind="")
REQUESTED_ERROR = "RequestedTestErrorResponseCode"
TRANSIENT = {"transient-error": "true"}


class Gateway:
    """The server API of one world; `deliver` sends due webhooks before an answer."""

    def __init__(self, world: World, deliver: Callable[[], object]) -> None:
        self.world = world
        self._deliver = deliver

    def answer(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            ConnectionDropped: a fault hangs up.
        """
        try:
            operation, path = checkout_api.find_operation(request.method, request.path)
            if request.headers.get("x-api-key") != self.world.options.api_key:
                raise unauthorized()
            body = request.json()
        except ApiError as error:
            return refusal(self.world, error)
        with self.world.lock:
            acquiring.run_due(self.world)
            board = self.world.state.faults
            name = str(body.get("reference") or " ".join(path))
            fault = (
                _requested_error(body)
                or board.take_api(operation.name, body)
                or board.by_chance(operation.name, name)
                or NO_FAULT
            )
            seconds = board.weather.delay_seconds(operation.name, name)
        call = checkout_api.Call(path=path, query=request.query, body=body, seconds=seconds)
        early = self._before(operation, fault)
        if early is not None:
            self._note(operation, request, body, early, fault)
            return early
        response = self._idempotent(operation, request, call, fault)
        self._note(operation, request, body, response, fault)
        return self._after(fault, response)

    def _before(self, operation: Operation, fault: ApiFault) -> Response | None:
        """Faults that strike before anything is done."""
        if fault.kind == "timeout_before":
            time.sleep(min(fault.delay_seconds, DELAY_SECONDS_MAX))
            raise ConnectionDropped(operation.name)
        if fault.kind == "error":
            transient = TRANSIENT if fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR else {}
            return refusal(self.world, _broken(fault.status, transient))
        return None

    def _after(self, fault: ApiFault, response: Response) -> Response:
        """Faults that strike once everything is done."""
        if fault.kind == "webhook_first":
            self._deliver()
        if fault.kind == "timeout_after":
            time.sleep(min(fault.delay_seconds, DELAY_SECONDS_MAX))
            raise ConnectionDropped("after processing")
        if fault.kind == "truncated":
            half = response.body[: len(response.body) // 2]
            return Response(status=response.status, body=half, headers=response.headers)
        return response

    def _idempotent(
        self, operation: Operation, request: Request, call: checkout_api.Call, fault: ApiFault
    ) -> Response:
        key = request.headers.get(HEADER, "")
        if not key or request.method != "POST":
            return self._serve(operation, call, fault)
        if len(key) > idempotency.KEY_LENGTH_MAX:
            return refusal(self.world, unprocessable("702", "Idempotency-Key is too long."))
        digest = request_digest(request)
        with self.world.lock:
            ledger = self.world.state.ledger
            address = f"{operation.name} {' '.join(call.path)}".strip()
            claim = ledger.claim(
                key,
                address,
                digest,
                now=self.world.now(),
                days=self.world.options.idempotency_days,
            )
        echo = {HEADER: key}
        if claim is not Claim.FRESH:
            return self._repeated(claim, key, address).with_headers(echo)
        try:
            response = self._serve(operation, call, fault)
            if _is_final(response.status) or fault.kind == "error_after":
                with self.world.lock:
                    ledger.keep(key, address, digest, response, self.world.now())
        finally:
            ledger.release(key)
        return response.with_headers(echo)

    def _repeated(self, claim: Claim, key: str, address: str) -> Response:
        """The answer of a key already taken; a misuse of keys is logged as a fault."""
        if claim is Claim.RUNNING:
            return refusal(self.world, in_progress())
        if claim is not Claim.ANSWERED:
            self.world.journal.key_conflict(key, address, claim.value)
        if claim is Claim.OTHER_OPERATION:
            refused = unprocessable("704", "request already processed or in progress")
            return refusal(self.world, refused)
        entry = self.world.state.ledger.entries[key]
        replayed = {**entry.headers, "x-simulator-replayed": "true"}
        return Response(status=entry.status, body=entry.body, headers=replayed)

    def _serve(self, operation: Operation, call: checkout_api.Call, fault: ApiFault) -> Response:
        if fault.kind == "hold":
            self.world.gate.wait(HOLD_SECONDS_MAX)
        if fault.kind == "delay":
            time.sleep(min(fault.delay_seconds, DELAY_SECONDS_MAX))
        if call.seconds:
            time.sleep(min(call.seconds, DELAY_SECONDS_MAX))
        with self.world.lock:
            try:
                checkout_api.check_request(self.world, operation, call.body)
                document = operation.run(self.world, call)
                checkout_api.check_answer(operation, document)
            except ApiError as error:
                return refusal(self.world, error)
            except contracts.Breach as breach:
                self.world.journal.violation("answer", operation.name, str(breach))
                return refusal(self.world, _broken(HTTPStatus.INTERNAL_SERVER_ERROR, {}))
            if fault.kind == "error_after":
                return refusal(self.world, _broken(fault.status, {}))
        if operation.status == HTTPStatus.NO_CONTENT:
            return Response(status=operation.status)
        reference = document.get("pspReference") or self.world.state.references.psp()
        return json_response(operation.status, document, {"pspreference": reference})

    def _note(
        self,
        operation: Operation,
        request: Request,
        body: Json,
        response: Response,
        fault: ApiFault,
    ) -> None:
        line = Line(
            at=format_instant(self.world.now()),
            operation=operation.name,
            status=response.status,
            reference=str(body.get("reference", "")),
            idempotency_key=request.headers.get(HEADER, ""),
            replayed="x-simulator-replayed" in response.headers,
            fault=fault.kind,
        )
        with self.world.lock:
            self.world.journal.write(line)


def _is_final(status: int) -> bool:
    """Whether a key keeps this answer: not one that says the request never got in."""
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.FORBIDDEN


def _requested_error(body: Json) -> ApiFault | None:
    """The communication error that a request asks for, as on Adyen's test platform."""
    additional = body.get("additionalData")
    wish = additional.get(REQUESTED_ERROR) if isinstance(additional, dict) else None
    if wish == "NO_CONNECTION_AVAILABLE":
        return ApiFault(kind="error")
    return ApiFault(kind="error_after") if wish == "IOEXCEPTION_RECEIVED" else None


def _broken(status: int, headers: dict[str, str]) -> ApiError:
    message = "Something went wrong, please try again later."
    return ApiError(status, "905", message, "internal", headers)


def refusal(world: World, error: ApiError) -> Response:
    """An error as the API writes it, itself checked against `ServiceError`."""
    with world.lock:
        document = {**error.document(), "pspReference": world.state.references.psp()}
    try:
        contracts.check("checkout", "ServiceError", document)
    except contracts.Breach as breach:
        world.journal.violation("answer", "error", str(breach))
    return json_response(error.status, document, error.headers)
