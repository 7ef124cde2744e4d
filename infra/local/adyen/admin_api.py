"""The control panel's API, under `/_sim/`: clock, state, scripts, faults, events."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.local.adyen import (
    alone,
    incidents,
    ledger,
    outcomes,
    panel,
    tokens,
    views,
    weather,
    webhooks,
)
from infra.local.adyen.checkout_api import OPERATION_NAMES
from infra.local.adyen.clock import parse_instant
from infra.local.adyen.errors import ApiError
from infra.local.adyen.wire import Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.adyen.outbox import Outbox
    from infra.local.adyen.parcels import Parcel
    from infra.local.adyen.records import Json, Payment, Token
    from infra.local.adyen.wire import Request
    from infra.local.adyen.world import World

PREFIX = "/_sim"
_ID = "([A-Za-z0-9]+)"
_NAME = "([A-Za-z0-9_-]{1,60})"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One call of the admin API."""

    world: World
    outbox: Outbox
    request: Request
    path: tuple[str, ...]

    @property
    def body(self) -> Json:
        """The JSON body."""
        return self.request.json()


def _bad(message: str) -> ApiError:
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "sim", message)


def _missing(what: str) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, "sim", f"no such {what}")


def _set_clock(visit: Visit) -> Json:
    clock, body = visit.world.clock, visit.body
    if "now" in body:
        clock.set(parse_instant(body["now"]), backwards=body.get("backwards") is True)
    elif "advance_seconds" in body:
        clock.advance(float(body["advance_seconds"]))
    if "frozen" in body:
        (clock.freeze if body["frozen"] else clock.run)()
    return views.clock_view(visit.world)


def _reset(visit: Visit) -> Json:
    visit.world.reset()
    return views.state_view(visit.world)


def _deliver(visit: Visit) -> Json:
    return visit.outbox.deliver_pending().document()


def _save(visit: Visit) -> Json:
    visit.world.save(visit.path[0])
    return {"saved": visit.path[0]}


def _restore(visit: Visit) -> Json:
    if visit.path[0] not in visit.world.snapshots:
        raise _missing("snapshot")
    visit.world.restore(visit.path[0])
    return views.state_view(visit.world)


def _payments(visit: Visit) -> Json:
    return views.payments_view(visit.world, dict(visit.request.query))


def _tokens(visit: Visit) -> Json:
    shopper_reference = visit.request.query.get("shopper_reference")
    found = [
        views.token_view(token)
        for token in visit.world.state.tokens.values()
        if shopper_reference in (None, token.shopper_reference)
    ]
    return {"tokens": found}


def _sessions(visit: Visit) -> Json:
    return {"sessions": [views.session_view(s) for s in visit.world.state.sessions.values()]}


def _requests(visit: Visit) -> Json:
    return {"requests": [asdict(line) for line in visit.world.journal.lines]}


def _webhooks(visit: Visit) -> Json:
    return {"webhooks": [views.parcel_view(p) for p in visit.world.state.mailbag.parcels]}


def _arm_api(visit: Visit) -> Json:
    visit.world.state.faults.arm_api(visit.body)
    if visit.body["kind"] == "hold":
        visit.world.gate.clear()
    return views.state_view(visit.world)["faults"]  # type: ignore[no-any-return]


def _arm_webhook(visit: Visit) -> Json:
    visit.world.state.faults.arm_webhook(visit.body)
    return views.state_view(visit.world)["faults"]  # type: ignore[no-any-return]


def _profile(visit: Visit) -> Json:
    visit.world.state.faults.choose_profile(str(visit.body.get("profile")))
    return {"profile": visit.world.state.faults.profile}


def _weather(visit: Visit) -> Json:
    board = visit.world.state.faults
    board.weather = weather.read(visit.body, OPERATION_NAMES)
    return board.weather.document()


def _disarm(visit: Visit) -> Json:
    visit.world.state.faults.clear()
    visit.world.gate.set()
    return views.state_view(visit.world)["faults"]  # type: ignore[no-any-return]


def _open_gate(visit: Visit) -> Json:
    visit.world.gate.set()
    return {"released": True}


def _script(visit: Visit) -> Json:
    scope, name = visit.path
    script = outcomes.read_script(visit.body)
    visit.world.state.scripts[f"{scope}:{name}"] = script
    return {"scope": scope, "name": name, "lines": len(script.steps)}


def _token(visit: Visit) -> Token:
    token = visit.world.state.tokens.get(visit.path[0])
    if token is None:
        raise _missing("token")
    return token


def _change_token(visit: Visit) -> Json:
    token = _token(visit)
    for name in ("expires_at", "revoked_at"):
        if name in visit.body:
            text = visit.body[name]
            setattr(token, name, parse_instant(text) if text else None)
    if "models" in visit.body:
        token.models = tuple(str(model) for model in visit.body["models"])
    return views.token_view(token)


def _disable_token(visit: Visit) -> Json:
    token = _token(visit)
    tokens.disable(visit.world, token)
    return views.token_view(token)


def _revoke_token(visit: Visit) -> Json:
    token = _token(visit)
    tokens.revoke(visit.world, token)
    return views.token_view(token)


def _update_token(visit: Visit) -> Json:
    token = _token(visit)
    token.expires_at = None
    webhooks.announce_token(visit.world, token, "updated", visit.world.state.references.psp())
    return views.token_view(token)


def _payment(visit: Visit) -> Payment:
    payment = visit.world.state.payments.get(visit.path[0])
    if payment is None:
        raise _missing("payment")
    return payment


def _incident(visit: Visit) -> Json:
    payment, body = _payment(visit), visit.body
    if body.get("event") not in incidents.INCIDENTS:
        raise _bad(f"events: {sorted(incidents.INCIDENTS)}")
    incidents.happen(
        visit.world,
        payment,
        body["event"],
        amount_minor=body.get("amount_minor"),
        reason=str(body.get("reason", "")),
        psp=str(body.get("psp_reference", "")),
    )
    return views.payment_view(payment)


def _parcel(visit: Visit) -> Parcel:
    parcel = visit.world.state.mailbag.find(int(visit.path[0]))
    if parcel is None:
        raise _missing("webhook")
    return parcel


def _replay(visit: Visit) -> Json:
    return views.parcel_view(webhooks.replay(visit.world, _parcel(visit)))


def _forge(visit: Visit) -> Json:
    forged = str(visit.body.get("forgery"))
    return views.parcel_view(webhooks.forge(visit.world, _parcel(visit), forged))


def _pay(visit: Visit) -> Json:
    return alone.pay(visit.world, visit.path[0], visit.body)


def _settlements(visit: Visit) -> Json:
    return {"batches": [views.batch_view(batch) for batch in visit.world.state.books.batches]}


def _settle(visit: Visit) -> Json:
    """Close a batch now, with everything booked so far but `without`, and `foreign` lines."""
    world, body = visit.world, visit.body
    kept_out = {str(psp) for psp in body.get("without", [])}
    entries = [entry for entry in world.state.books.waiting if entry.psp not in kept_out]
    foreign = [ledger.foreign(world, dict(line)) for line in body.get("foreign", [])]
    closed = ledger.close(world, world.now(), [*entries, *foreign])
    return {"batches": [views.batch_view(batch) for batch in closed]}


_ROUTES: tuple[tuple[str, str, Callable[[Visit], Json]], ...] = (
    ("GET", "/clock", lambda visit: views.clock_view(visit.world)),
    ("PUT", "/clock", _set_clock),
    ("GET", "/state", lambda visit: views.state_view(visit.world)),
    ("POST", "/reset", _reset),
    ("POST", "/deliver", _deliver),
    ("PUT", f"/snapshots/{_NAME}", _save),
    ("POST", f"/snapshots/{_NAME}/restore", _restore),
    ("GET", "/payments", _payments),
    ("GET", "/tokens", _tokens),
    ("GET", "/sessions", _sessions),
    ("GET", "/requests", _requests),
    ("GET", "/webhooks", _webhooks),
    ("POST", "/faults/api", _arm_api),
    ("POST", "/faults/webhooks", _arm_webhook),
    ("PUT", "/faults/profile", _profile),
    ("PUT", "/faults/weather", _weather),
    ("POST", "/faults/release", _open_gate),
    ("DELETE", "/faults", _disarm),
    ("PUT", f"/scripts/(token|shopper|checkout)/{_NAME}", _script),
    ("PATCH", f"/tokens/{_ID}", _change_token),
    ("POST", f"/tokens/{_ID}/disable", _disable_token),
    ("POST", f"/tokens/{_ID}/revoke", _revoke_token),
    ("POST", f"/tokens/{_ID}/update", _update_token),
    ("POST", f"/payments/{_ID}/events", _incident),
    ("GET", "/settlements", _settlements),
    ("POST", "/settlements", _settle),
    ("POST", "/webhooks/([0-9]+)/replay", _replay),
    ("POST", "/webhooks/([0-9]+)/forge", _forge),
    ("POST", f"/sessions/{_ID}/pay", _pay),
)
ROUTES = tuple((method, re.compile(f"^{PREFIX}{path}$"), run) for method, path, run in _ROUTES)
# These wait for others, so they may not hold the lock.
UNLOCKED = (_deliver,)


def answer(world: World, outbox: Outbox, request: Request) -> Response:
    """Answer one call of the admin API, or show its page."""
    if (request.method, request.path) == ("GET", f"{PREFIX}/"):
        with world.lock:
            return panel.show(world, request)
    for method, pattern, run in ROUTES:
        found = pattern.match(request.path)
        if found and method == request.method:
            visit = Visit(world=world, outbox=outbox, request=request, path=found.groups())
            return _answered(visit, run)
    return _refused(_missing("address"))


def _answered(visit: Visit, run: Callable[[Visit], Json]) -> Response:
    try:
        if run in UNLOCKED:
            return json_response(HTTPStatus.OK, run(visit))
        with visit.world.lock:
            return json_response(HTTPStatus.OK, run(visit))
    except ApiError as error:
        return _refused(error)
    except (OverflowError, TypeError, ValueError) as error:
        return _refused(_bad(str(error)))


def _refused(error: ApiError) -> Response:
    return json_response(error.status, error.document())
