"""The control panel moves time forward, sets the policy, and gives orders to the provider."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from infra.local.front import FrontDoor
from infra.local.life import Journey, OnTheWay
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.panel import Panel
from infra.local.sandbox.rooms import Room
from infra.local.sandbox.words import WORDS

NOW = datetime(2027, 1, 31, 11, tzinfo=UTC)


class FakeShop:
    def __init__(self) -> None:
        self.chosen = "recommended"

    def now(self) -> datetime:
        return NOW

    def profile(self) -> str:
        return self.chosen

    def set_profile(self, profile: str) -> None:
        self.chosen = profile

    def dead_letters(self) -> dict[str, int]:
        return {"MailDeadLetters": 2, "AgendaDeadLetters": 1}


class FakeProvider:
    def __init__(self) -> None:
        self.orders: list[tuple[str, ...]] = []

    def state(self) -> dict[str, Any]:
        return {
            "faults": {"api": [{"kind": "timeout_after"}], "webhooks": []},
            "webhooks": {"queued": 4},
            "counts": {"payments": 7},
            "violations": [],
        }

    def tokens(self) -> list[dict[str, Any]]:
        return [{"id": "T1", "brand": "visa", "last4": "1111", "shopper_reference": "c1"}]

    def script_token(self, token_id: str, outcomes: list[str]) -> None:
        self.orders.append(("script", token_id, *outcomes))

    def arm_api(self, kind: str) -> None:
        self.orders.append(("api", kind))

    def arm_webhook(self, kind: str) -> None:
        self.orders.append(("webhook", kind))

    def clear_faults(self) -> None:
        self.orders.append(("clear",))


class FakeLife:
    def __init__(self) -> None:
        self.journey = Journey()
        self.targets: list[datetime] = []
        self.is_busy = False

    def start_journey(self, target_at: datetime) -> None:
        if self.is_busy:
            raise OnTheWay
        if target_at <= NOW:
            raise ValueError(target_at)
        self.targets.append(target_at)


class Desk:
    """The panel with everything behind it."""

    def __init__(self, assets: Path) -> None:
        self.shop, self.provider, self.life = FakeShop(), FakeProvider(), FakeLife()
        panel = Panel(
            shop=self.shop,
            provider=self.provider,
            provider_address="http://localhost:8080",
            life=self.life,
            pages=Pages(assets),
        )
        room = Room("/sandbox", panel.routes())

        class NoApi:
            def request(self, http: dict[str, Any]) -> dict[str, Any]:
                raise AssertionError(http)

        front = FrontDoor(
            NoApi(), assets=assets, rooms={"/sandbox": room}, after_write=lambda: None
        )
        self.client = Client(front)

    def post(self, path: str, **form: str) -> str:
        answer = self.client.post(f"/sandbox/fr/{path}", data=form)
        assert answer.status_code == 303
        return answer.headers["Location"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "manifest.json").write_text('{"site.css": "s.css", "icon.svg": "i.svg"}')
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("form", "target_at"),
    [
        ({"step": "day"}, datetime(2027, 2, 1, 11, tzinfo=UTC)),
        ({"step": "month"}, datetime(2027, 2, 28, 11, tzinfo=UTC)),
        # noon in Paris is an hour earlier in UTC once summer time has begun
        ({"step": "date", "date": "2027-04-01"}, datetime(2027, 4, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_button_moves_civil_time(desk: Desk, form: dict[str, str], target_at: datetime) -> None:
    desk.post("clock", **form)
    assert desk.life.targets == [target_at]


@pytest.mark.parametrize("form", [{"step": "date", "date": "2020-01-01"}, {"step": "date"}, {}])
def test_a_date_that_is_not_ahead_is_refused(desk: Desk, form: dict[str, str]) -> None:
    assert desk.post("clock", **form).endswith("notice=not_ahead")
    assert desk.life.targets == []


def test_one_journey_at_a_time(desk: Desk) -> None:
    desk.life.is_busy = True
    assert desk.post("clock", step="day").endswith("notice=busy")


def test_the_policy_of_new_contracts_is_one_of_three(desk: Desk) -> None:
    desk.post("profile", profile="strict")
    desk.post("profile", profile="lenient")
    assert desk.shop.chosen == "strict"


def test_orders_reach_the_provider(desk: Desk) -> None:
    desk.post("faults", fault="refuse", token="T1", code="12")
    desk.post("faults", fault="timeout_after")
    desk.post("faults", fault="lose")
    desk.post("faults", fault="clear")
    assert desk.provider.orders == [
        ("script", "T1", "12"),
        ("api", "timeout_after"),
        ("webhook", "lose"),
        ("clear",),
    ]


def test_an_unknown_order_reaches_nobody(desk: Desk) -> None:
    desk.post("faults", fault="refuse", token="stranger", code="12")
    desk.post("faults", fault="burn")
    assert desk.provider.orders == []


@pytest.mark.parametrize(
    ("lang", "heading"), [("fr", "Poste de commande"), ("en", "Control panel")]
)
def test_the_panel_shows_how_the_system_stands(desk: Desk, lang: str, heading: str) -> None:
    page = desk.client.get(f"/sandbox/{lang}").text
    assert f"<h1>{heading}</h1>" in page
    assert "timeout_after" in page
    assert '<dd class="number">3</dd>' in page
    assert '<dd class="number">7</dd>' in page
    assert 'min="2027-02-01"' in page


def test_both_languages_have_the_same_words() -> None:
    assert set(WORDS["fr"]) == set(WORDS["en"])
    assert all(text.strip() for words in WORDS.values() for text in words.values())
