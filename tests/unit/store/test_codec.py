"""Items of the table: what was written once is read for ever, and written the same way again."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.adapters.dynamodb import codec, keys
from chalicelib.application.ports import Notification
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.kernel.value import Entity
from tests.fakes_things import a_customer, a_due, a_notification, one_of_each

HERE = Path(__file__).parent / "golden"
GOLDEN = sorted(HERE.glob("schema-*/*.json"))
CURRENT = sorted(HERE.glob(f"schema-{codec.SCHEMA}/*.json"))
COMMIT = "0123456789AB"


def golden(path: Path) -> dict[str, Any]:
    """An item as it was written, and the thing it was written from, field by field."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_there_is_an_old_item_of_every_kind() -> None:
    kinds = {type(codec.decode(golden(path)["item"])) for path in CURRENT}
    assert kinds == set(codec.KINDS.values())


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.stem}-{path.stem}")
def test_an_old_item_is_read_as_it_was_meant(path: Path) -> None:
    """Fields that came later have their defaults; not one that was meant then has changed."""
    old = golden(path)
    thing = codec.decode(old["item"])
    assert thing == type(thing).model_validate_json(json.dumps(old["meant"]))  # type: ignore[union-attr]  # a thing


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_what_was_read_is_written_the_same_way(path: Path) -> None:
    item = golden(path)["item"]
    thing = codec.decode(item)
    assert isinstance(thing, Entity)
    again = codec.encode(thing, events=codec.events_of(item), commit=item["commit"]["S"])
    assert again == item


@pytest.mark.parametrize("entity", one_of_each(), ids=lambda entity: type(entity).__name__)
def test_every_thing_survives_the_table(entity: Entity) -> None:
    item = codec.encode(entity, commit=COMMIT)
    assert codec.decode(item) == entity
    assert codec.read(type(entity), item) == entity


@pytest.mark.parametrize("kind", codec.KINDS.values(), ids=lambda kind: kind.__name__)
def test_no_field_has_the_name_of_an_attribute_of_ours(kind: type[Entity]) -> None:
    """`expires_at` neither: the table deletes an item by that name once its time has come."""
    assert set(kind.model_fields).isdisjoint({*codec.OURS, "expires_at"})


def test_an_item_says_what_it_is_who_wrote_it_and_what_happened() -> None:
    item = codec.encode(a_customer(), events=("One", "Two"), commit=COMMIT)
    assert item["pk"] == {"S": "CUS#01JDZYXWVTSRQPNMKJHGFEDCBA"}
    assert item["schema"] == {"N": "2"}
    assert item["version"] == {"N": "1"}
    assert item["commit"] == {"S": COMMIT}
    assert item["emit"] == {"L": [{"S": "One"}, {"S": "Two"}]}
    assert codec.events_of(item) == ("One", "Two")


def test_an_item_without_events_has_no_word_of_them() -> None:
    item = codec.encode(a_customer(), commit=COMMIT)
    assert "emit" not in item
    assert codec.events_of(item) == ()


def test_a_thing_with_nothing_to_do_is_not_on_the_agenda() -> None:
    assert "gpk" in codec.encode(a_due(), commit=COMMIT)
    resting = codec.encode(a_due(agenda_at=None), commit=COMMIT)
    assert {"gpk", "gsk", "agenda_at"}.isdisjoint(resting)


def test_an_item_of_another_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        codec.read(DueItem, {**codec.encode(a_due(), commit=COMMIT), "surprise": {"S": "x"}})
    stranger = {"pk": {"S": "ODD#1"}, "sk": {"S": "ODD"}, "schema": {"N": "1"}}
    with pytest.raises(KeyError):
        codec.decode(stranger)


def test_an_item_of_an_unknown_schema_is_refused() -> None:
    newer = {**codec.encode(a_due(), commit=COMMIT), "schema": {"N": "3"}}
    with pytest.raises(ValueError, match="schema 3"):
        codec.decode(newer)


def test_the_previous_schema_is_brought_up_to_date() -> None:
    """An item of schema 1 goes through the one step to schema 2."""

    def rename(kind: type[Entity], fields: dict[str, Any]) -> dict[str, Any]:
        assert kind is DueItem
        return {"parked": fields.pop("stuck"), **fields}

    fields = codec.upgraded(DueItem, {"stuck": "unpaid"}, 1, upgrades={1: rename}, current=2)
    assert fields == {"parked": "unpaid"}
    with pytest.raises(ValueError, match="schema 0"):
        codec.upgraded(DueItem, {}, 0, upgrades={1: rename}, current=2)


def test_a_refused_charge_of_schema_1_is_tried_again_when_its_agenda_said() -> None:
    """The next retry has a field of its own now."""
    named = {"number": 1, "state": "refused", "opened_at": "2026-11-05T04:00:00Z", "code": "2"}
    fields = {"agenda_at": "2026-11-06T04:00:00Z", "attempts": [named]}
    after = codec.upgraded(DueItem, fields, 1)
    assert after["retry_at"] == "2026-11-06T04:00:00Z"
    assert after["attempts"] == [[1, "refused", "2026-11-05T04:00:00Z", "", "2"]]
    assert "retry_at" not in codec.upgraded(DueItem, {**fields, "state": "unpaid"}, 1)
    assert codec.upgraded(DueItem, {"agenda_at": "x"}, 1) == {"agenda_at": "x"}


@pytest.mark.parametrize("carry", [lambda raw: raw, lambda raw: b64encode(raw).decode()])
def test_a_notification_is_read_from_the_table_and_from_an_event(carry: Any) -> None:
    item = codec.encode_notification(a_notification())
    image = {**item, "raw": {"B": carry(item["raw"]["B"])}}
    notification = codec.decode(image)
    assert notification == a_notification()
    assert isinstance(notification, Notification)
    assert codec.events_of(image) == ()


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -12, "", "é", [], [1, ["a"]], {}, {"a": {"b": None}}],
    ids=repr,
)
def test_a_value_survives_as_an_attribute(value: object) -> None:
    after = codec.plain(codec.attribute(value))
    assert (after, type(after)) == (value, type(value))


def test_a_fraction_has_no_place_in_the_table() -> None:
    with pytest.raises(TypeError, match="float"):
        codec.attribute(0.1)


def test_a_thing_of_no_known_kind_has_no_key() -> None:
    with pytest.raises(TypeError, match="Entity"):
        keys.of(Entity())


def test_an_entry_of_no_known_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="odd"):
        keys.entry(keys.Key("SUB#1", "ODD"), "2026-11-05T04:00:00Z#odd#1")
