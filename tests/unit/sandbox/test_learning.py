"""The learning site opens its course to whom the shop says, and reports the first use."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from chalicelib.domain.kernel import seals
from infra.local.adyen.clock import wall_now
from infra.local.front import FrontDoor
from infra.local.keys import Keys
from infra.local.sandbox.learning import Learning
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.rooms import Room

LEARNER = "01M834N6WYF9PFGTWSJCVM4XRH"
KEYS = Keys()


class Shop:
    """The shop's platform API, with one learner's features."""

    def __init__(self, *features: str) -> None:
        self.features = features
        self.calls: list[dict[str, Any]] = []
        self.is_used = False

    def request(self, http: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(http)
        if ["Authorization", f"Bearer {KEYS.platform_key}"] not in map(list, http["headers"]):
            return {"statusCode": 403, "headers": {}, "body": "{}"}
        if http["method"] == "POST":
            recorded, self.is_used = not self.is_used, True
            return {"statusCode": 200, "headers": {}, "body": json.dumps({"recorded": recorded})}
        body = {"learner_id": LEARNER, "features": self.features}
        return {"statusCode": 200, "headers": {}, "body": json.dumps(body)}


def session(*, hours: int = 1) -> str:
    link = seals.Link(
        purpose="session",
        subject=LEARNER,
        edition=1,
        expires_at=wall_now() + timedelta(hours=hours),
    )
    return seals.link_token(KEYS.link_key, link)


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text('{"site.css": "s.css", "icon.svg": "i.svg"}')
    return tmp_path


def site(shop: Shop, assets: Path, token: str = "") -> Client:
    room = Room("/learn", Learning(shop, KEYS, Pages(assets)).routes())
    front = FrontDoor(shop, assets=assets, rooms={"/learn": room}, after_write=lambda: None)
    client = Client(front)
    if token:
        client.set_cookie("session", token)
    return client


def test_a_subscriber_opens_the_course_and_the_first_use_is_told_once(assets: Path) -> None:
    shop = Shop("courses", "forum")
    client = site(shop, assets, session())
    assert "first use was reported" in client.get("/learn/en/course").text
    again = client.get("/learn/en/course").text
    assert "Cumulus" in again
    assert "first use was reported" not in again
    assert shop.calls[0]["path"] == f"/api/entitlements/{LEARNER}"


@pytest.mark.parametrize(
    "token", ["", "forged~1~99999999999~seal", session(hours=-1)], ids=["none", "forged", "old"]
)
def test_nobody_known_is_asked_to_sign_in(assets: Path, token: str) -> None:
    shop = Shop("courses")
    page = site(shop, assets, token).get("/learn/fr/course").text
    assert "/fr/sign-in" in page
    assert "Cumulus" not in page
    assert shop.calls == []


def test_without_the_feature_the_course_stays_shut_and_no_use_is_told(assets: Path) -> None:
    shop = Shop()
    page = site(shop, assets, session()).get("/learn/en/course").text
    assert "choose an offer" in page
    assert "Cumulus" not in page
    assert [call["method"] for call in shop.calls] == ["GET"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_free_lesson_has_captions_and_a_transcript(assets: Path, lang: str) -> None:
    page = site(Shop(), assets).get(f"/learn/{lang}").text
    assert f"sky.{lang}.vtt" in page
    assert 'kind="captions"' in page
