"""The keys of one run of the sandbox: drawn at its start, known to both sides, worth nothing."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Final

from infra.local.ports import Ports

API_KEY: Final = "AQEsim-api-key"
CLIENT_KEY: Final = "test_SIMCLIENTKEY"
MERCHANT_ACCOUNT: Final = "ClairiereECOM"


def _hex() -> str:
    return secrets.token_hex(32)


def _word() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Keys:
    """What the shop keeps in its secret and the provider in its settings."""

    hmac_key: str = field(default_factory=_hex, repr=False)
    token_hmac_key: str = field(default_factory=_hex, repr=False)
    webhook_password: str = field(default_factory=_word, repr=False)
    link_key: str = field(default_factory=_hex, repr=False)
    identity_key: str = field(default_factory=_hex, repr=False)
    platform_key: str = field(default_factory=_word, repr=False)
    webhook_user: str = "adyen-simulator"

    def secret(self) -> str:
        """The JSON of the shop's secret."""
        return json.dumps(
            {
                "adyen_api_key": API_KEY,
                "adyen_hmac_keys": [self.hmac_key],
                "adyen_token_hmac_keys": [self.token_hmac_key],
                "webhook_user": self.webhook_user,
                "webhook_password": self.webhook_password,
                "link_key": self.link_key,
                "identity_key": self.identity_key,
                "platform_key": self.platform_key,
            }
        )

    def for_simulator(self, ports: Ports) -> dict[str, str]:
        """The environment of the simulator: the same keys, and where webhooks go."""
        shop = f"http://localhost:{ports.front}/webhooks/adyen"
        return {
            "SIM_HMAC_KEY": self.hmac_key,
            "SIM_TOKEN_HMAC_KEY": self.token_hmac_key,
            "SIM_WEBHOOK_USER": self.webhook_user,
            "SIM_WEBHOOK_PASSWORD": self.webhook_password,
            "SIM_WEBHOOK_URL": shop,
            "SIM_TOKEN_WEBHOOK_URL": f"{shop}/tokens",
        }
