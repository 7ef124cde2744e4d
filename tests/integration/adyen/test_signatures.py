"""Really signed notifications verify; nothing else does, and nothing a stranger sends raises."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.adyen.signatures import SIGNED, body_is_genuine, item_is_genuine
from tests.world_webhooks import authorisation, signature_of

GOLDEN = sorted((Path(__file__).parents[2] / "data/adyen/hmac-golden").glob("*.json"))
GOLDEN_KEY = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174"
OTHER_KEY = "00" * 32
HOSTILE: list[Any] = [
    None, "", "é", "\ud800", "=", "AAAA", "A" * 10_000, "a b", b"x", 0, True, 1.5, [], {},
    "\x00", "dGVzdA==", "２EQY", ["AAAA"], {"a": "b"},
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def golden() -> Iterator[dict[str, Any]]:
    """The four items that the platform's own library proves itself with."""
    for sample in GOLDEN:
        yield json.loads(sample.read_text())


def test_there_are_four_samples() -> None:
    assert len(GOLDEN) == 4


@pytest.mark.parametrize("sample", GOLDEN, ids=lambda sample: sample.stem)
class TestGolden:
    def test_it_is_genuine(self, sample: Path) -> None:
        item = json.loads(sample.read_text())
        assert item_is_genuine(item, [GOLDEN_KEY])
        assert item_is_genuine(item, [GOLDEN_KEY.lower()])

    def test_during_a_rotation_either_key_will_do(self, sample: Path) -> None:
        item = json.loads(sample.read_text())
        assert item_is_genuine(item, (OTHER_KEY, GOLDEN_KEY))
        assert item_is_genuine(item, (GOLDEN_KEY, ""))

    def test_without_its_key_it_is_not(self, sample: Path) -> None:
        item = json.loads(sample.read_text())
        for keys in ((), ("",), (OTHER_KEY,)):
            assert not item_is_genuine(item, keys)

    def test_no_signed_field_can_be_changed(self, sample: Path) -> None:
        item = json.loads(sample.read_text())
        for name in SIGNED:
            outer, _, inner = name.partition(".")
            changed = {**item, outer: {**item[outer], inner: "0"} if inner else "0"}
            assert not item_is_genuine(changed, [GOLDEN_KEY]), name

    def test_a_signature_of_another_item_does_not_fit(self, sample: Path) -> None:
        item = json.loads(sample.read_text())
        others = [other["additionalData"] for other in golden() if other != item]
        for additional in others:
            assert not item_is_genuine({**item, "additionalData": additional}, [GOLDEN_KEY])


@pytest.mark.parametrize("signature", HOSTILE, ids=lambda s: repr(s)[:20])
def test_a_hostile_signature_is_simply_not_genuine(signature: Any) -> None:
    item = next(golden())
    hostile = {**item, "additionalData": {"hmacSignature": signature}}
    assert not item_is_genuine(hostile, [GOLDEN_KEY])
    assert not body_is_genuine(
        b"{}", signature if isinstance(signature, str) else None, [OTHER_KEY]
    )


@given(name=st.sampled_from(["additionalData", "amount", *SIGNED]), value=JSON)
def test_whatever_stands_in_a_field_never_raises(name: str, value: Any) -> None:
    item = authorisation("WNS7GQ4TG5PFWR50")
    if item.get(name) != value:
        assert not item_is_genuine({**item, name: value}, [GOLDEN_KEY])


@given(item=st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_an_item_is_never_raises(item: dict[str, Any]) -> None:
    assert not item_is_genuine(item, [GOLDEN_KEY])


@given(body=st.binary(max_size=200), more=st.binary(min_size=1, max_size=5))
def test_a_body_is_genuine_to_the_last_byte(body: bytes, more: bytes) -> None:
    signature = signature_of(body, OTHER_KEY)
    assert body_is_genuine(body, signature, ["", OTHER_KEY])
    assert not body_is_genuine(body + more, signature, [OTHER_KEY])
    assert not body_is_genuine(body, None, [OTHER_KEY])
