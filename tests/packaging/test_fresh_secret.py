"""The operator's first secret holds every key that the application reads."""

import json
from pathlib import Path

import pytest
import yaml

from chalicelib.adapters.keys import SecretKeys
from infra.packaging.fresh_secret import NotAKey, document

HMAC = "44" * 32
TEMPLATE = Path(__file__).parents[2] / "infra" / "resources.yaml"


class OneSecret:
    """Secrets Manager with one document in it."""

    def __init__(self, content: dict[str, object]) -> None:
        self.content = content

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - its name
        assert SecretId == "tacite"
        return {"SecretString": json.dumps(self.content)}


def a_document() -> dict[str, object]:
    return document(api_key="AQE", hmac_key=HMAC, token_hmac_key="ab" * 32)


def test_the_application_finds_every_key_it_reads() -> None:
    secret = OneSecret(a_document())
    reader = SecretKeys(lambda: secret, "tacite")  # type: ignore[arg-type,return-value]  # a fake
    assert reader.keys().standard_hmac == (HMAC,)
    assert reader.content()["adyen_api_key"] == "AQE"


def test_our_own_keys_are_new_each_time_and_long() -> None:
    """No two deployments can read each other's links, and no key is guessed."""
    ours = ("webhook_password", "link_key", "identity_key", "platform_key")
    one, other = a_document(), a_document()
    for name in ours:
        assert one[name] != other[name]
        assert len(str(one[name])) >= 43


def test_the_stack_names_the_same_keys() -> None:
    """A key forgotten by the operator is there, empty, and refused by its name."""
    text = TEMPLATE.read_text()
    start = text.index('{"adyen_api_key"')
    empty = yaml.safe_load(text[start : text.index("}", start) + 1])
    assert {*empty, "link_key"} == set(a_document())


@pytest.mark.parametrize(
    ("api_key", "hmac_key", "token_hmac_key"),
    [("", HMAC, HMAC), ("AQE", "not hexadecimal", HMAC), ("AQE", HMAC, ""), ("AQE", "abc", HMAC)],
)
def test_a_mistyped_key_is_refused(api_key: str, hmac_key: str, token_hmac_key: str) -> None:
    with pytest.raises(NotAKey) as refused:
        document(api_key=api_key, hmac_key=hmac_key, token_hmac_key=token_hmac_key)
    assert "not hexadecimal" not in str(refused.value)
