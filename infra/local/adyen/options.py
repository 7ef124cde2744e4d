"""What a simulator is started with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PORT = 8080
SHOP_FRONTS = ("http://localhost:8000", "http://127.0.0.1:8000")


def _hmac_key() -> str:
    return secrets.token_hex(32)


def _password() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Keys, addresses and rules of one simulator; HMAC keys are hexadecimal.

    Keys and webhook credentials are drawn at random unless given. Deliveries wait
    for `deliver_pending` unless `automatic_delivery`. `frozen_at` stops the clock. Money ripens
    for `settlement_days`, then enters the batch closed at night if it `settles_daily`.
    """

    port: int = PORT
    api_key: str = "AQEsim-api-key"
    client_key: str = "test_SIMCLIENTKEY"
    company_account: str = "Clairiere"
    merchant_account: str = "ClairiereECOM"
    hmac_key: str = field(default_factory=_hmac_key, repr=False)
    token_hmac_key: str = field(default_factory=_hmac_key, repr=False)
    webhook_user: str = "adyen-simulator"
    webhook_password: str = field(default_factory=_password, repr=False)
    report_user: str = "report@Company.Clairiere"
    report_password: str = field(default_factory=_password, repr=False)
    webhook_url: str = ""
    token_webhook_url: str = ""
    allowed_origins: tuple[str, ...] = SHOP_FRONTS
    payment_methods: tuple[str, ...] = ("scheme", "paypal", "sepadirectdebit")
    brands: tuple[str, ...] = ("visa", "mc", "cartebancaire", "amex", "maestro")
    automatic_capture: bool = True
    automatic_delivery: bool = False
    refused_attempts_max: int = 5
    idempotency_days: int = 7
    settles_daily: bool = False
    settlement_days: int = 1
    frozen_at: datetime | None = None
    seed: int = 1

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        port: int = PORT,
        automatic_delivery: bool = False,
        seed: int = 1,
        origins: tuple[str, ...] = SHOP_FRONTS,
    ) -> Options:
        """Options of the sandbox: whatever `SIM_...` gives, the defaults elsewhere."""
        names = {
            "hmac_key": "SIM_HMAC_KEY",
            "token_hmac_key": "SIM_TOKEN_HMAC_KEY",
            "webhook_user": "SIM_WEBHOOK_USER",
            "webhook_password": "SIM_WEBHOOK_PASSWORD",
            "webhook_url": "SIM_WEBHOOK_URL",
            "token_webhook_url": "SIM_TOKEN_WEBHOOK_URL",
        }
        given = {name: environment[key] for name, key in names.items() if environment.get(key)}
        return cls(
            **given,  # type: ignore[arg-type]
            port=port,
            automatic_delivery=automatic_delivery,
            settles_daily=True,
            seed=seed,
            allowed_origins=origins,
        )
