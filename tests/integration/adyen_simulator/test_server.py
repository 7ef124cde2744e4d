"""The HTTP server: the loopback only, real delivery, silence about cards."""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import requests

from infra.local.adyen import Options, Simulator
from infra.local.adyen.outbox import send
from tests.integration.adyen_simulator.conftest import (
    SHOP,
    Inbox,
    open_session,
    options,
    session_request,
    subscribe,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


def _port(sim: Simulator) -> int:
    return int(sim.url.rpartition(":")[2])


class TestListener:
    def test_it_listens_on_the_loopback_only(self, served: Simulator) -> None:
        assert served._server is not None
        assert served._server._listener.server_address[0] == "127.0.0.1"

    def test_it_answers_under_its_own_name_only(self, served: Simulator) -> None:
        """A web page whose name was made to point at the loopback gets nothing."""
        answer = requests.get(
            f"{served.url}/_sim/clock", headers={"host": "evil.example"}, timeout=2
        )
        assert answer.status_code == 421

    def test_a_connection_serves_several_requests(self, served: Simulator) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", _port(served), timeout=2)
        for _ in range(3):
            connection.request("GET", "/_sim/clock")
            assert json.loads(connection.getresponse().read())["frozen"] is True
        connection.close()

    def test_a_huge_body_is_refused(self, served: Simulator) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", _port(served), timeout=2)
        connection.putrequest("POST", "/checkout/v72/sessions")
        connection.putheader("content-length", "2000000")
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()

    def test_a_body_that_is_not_json_is_refused(self, served: Simulator) -> None:
        answer = requests.post(
            f"{served.checkout_url}/sessions",
            data=b"{",
            headers={"x-api-key": served.options.api_key},
            timeout=2,
        )
        assert (answer.status_code, answer.json()["errorCode"]) == (400, "702")

    def test_the_key_is_echoed(self, served: Simulator) -> None:
        served.world.reset()
        answer = requests.post(
            f"{served.checkout_url}/sessions",
            json=session_request(),
            headers={"x-api-key": served.options.api_key, "Idempotency-Key": "k1"},
            timeout=2,
        )
        assert answer.headers["idempotency-key"] == "k1"
        assert answer.headers["pspreference"]

    def test_the_same_port_is_free_again_after_a_stop(self) -> None:
        first = Simulator(options(), transport=Inbox()).start()
        port = _port(first)
        first.stop()
        with Simulator(options(port=port), transport=Inbox()) as second:
            assert _port(second) == port


class Receiver(BaseHTTPRequestHandler):
    """A receiver of webhooks over real HTTP."""

    seen: ClassVar[list[dict[str, Any]]] = []
    arrived: ClassVar[Event] = Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append({"path": self.path, "body": body, "basic": self.headers["authorization"]})
        self.send_response(302 if self.path == "/moved" else 202)
        self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()
        if len(self.seen) > 1:
            self.arrived.set()

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen.clear()
    Receiver.arrived.clear()
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestTransport:
    def test_webhooks_arrive_by_http(self, receiver: str) -> None:
        sim = Simulator(options(webhook_url=receiver, token_webhook_url=f"{receiver}/tokens"))
        subscribe(sim)
        assert sim.deliver_pending().delivered == 2
        assert [seen["path"] for seen in Receiver.seen] == ["/", "/tokens"]
        assert all(seen["basic"].startswith("Basic ") for seen in Receiver.seen)

    def test_they_leave_by_themselves_when_asked_to(self, receiver: str) -> None:
        given = options(
            webhook_url=receiver, token_webhook_url=f"{receiver}/tokens", automatic_delivery=True
        )
        with Simulator(given) as sim:
            subscribe(sim)
            assert Receiver.arrived.wait(5)

    def test_a_redirect_is_a_failure(self, receiver: str) -> None:
        assert send(f"{receiver}/moved", b"{}", {}) == 302
        assert len(Receiver.seen) == 1

    def test_nobody_there_is_a_failure(self) -> None:
        assert send("http://127.0.0.1:1/", b"{}", {}) == 0


class TestProcess:
    def test_it_runs_as_a_process_until_told_to_stop(self) -> None:
        command = [sys.executable, "-m", "infra.local.adyen", "--port", "0", "--seed", "3"]
        environment = {**os.environ, "SIM_WEBHOOK_USER": "somebody"}  # noqa: TID251 - its own
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        assert process.stdout is not None
        with process:
            address = process.stdout.readline().rpartition(" ")[2].strip()
            assert requests.get(f"{address}/_sim/clock", timeout=5).json()["frozen"] is False
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

    def test_keys_come_from_the_environment_or_are_drawn(self) -> None:
        given = Options.from_environment({"SIM_HMAC_KEY": "aa" * 32, "SIM_WEBHOOK_URL": SHOP})
        assert (given.hmac_key, given.webhook_url) == ("aa" * 32, SHOP)
        assert len(bytes.fromhex(given.token_hmac_key)) == 32
        assert given.token_hmac_key != Options.from_environment({}).token_hmac_key


class TestSilence:
    def test_no_card_number_reaches_a_log(
        self, sim: Simulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        subscribe(sim, holder_name="SIM M2=12 JEANNE")
        sim.pay(open_session(sim)["id"], card="5454 5454 5454 5454")
        sim.deliver_pending()
        written = "\n".join(str(vars(record)) for record in caplog.records)
        assert "request" in written
        for secret in ("4111111111111111", "5454545454545454", "JEANNE"):
            assert secret not in written

    def test_no_card_number_stays_in_memory(self, sim: Simulator) -> None:
        subscribe(sim)
        kept = repr(sim.world.state) + repr([vars(t) for t in sim.world.state.tokens.values()])
        assert "4111111111111111" not in kept
