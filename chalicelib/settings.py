"""The only reader of the environment; a wrong setting stops the start, with its name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Environment = Literal["sandbox", "test", "live"]
OPTIONAL = ("CHARGING_LIMITS",)
SANDBOX_ONLY = ("ADYEN_CHECKOUT_URL", "ADYEN_WEB_URL", "CLOCK_URL")
REQUIRED = (
    "TABLE_NAME", "BUCKET_NAME", "AGENDA_QUEUE_URL", "NUMBERING_QUEUE_URL", "DOCUMENTS_QUEUE_URL",
    "MAIL_QUEUE_URL", "USER_POOL_ID", "USER_POOL_CLIENT_ID", "SECRET_ID", "MAIL_FROM",
    "PUBLIC_URL", "ENVIRONMENT", "POLICY_PROFILE", "SELLER", "ADYEN_MERCHANT_ACCOUNT",
    "ADYEN_CLIENT_KEY", "ADYEN_ENVIRONMENT",
)  # fmt: skip


class WrongSetting(Exception):
    """The deployment cannot run as it is set; the message names the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One deployment. Empty sandbox addresses mean the provider's own and the wall clock."""

    table_name: str
    bucket_name: str
    agenda_queue_url: str
    numbering_queue_url: str
    documents_queue_url: str
    mail_queue_url: str
    event_bus_name: str
    user_pool_id: str
    user_pool_client_id: str
    secret_id: str
    mail_from: str
    public_url: str
    environment: Environment
    policy_profile: str
    seller: str
    adyen_merchant_account: str
    adyen_client_key: str
    adyen_environment: Literal["test", "live"]
    adyen_live_prefix: str
    adyen_checkout_url: str
    adyen_web_url: str
    clock_url: str
    charging_limits: str = ""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises:
        WrongSetting: one is missing, or a live deployment bears a sandbox setting.
    """
    env = os.environ if environ is None else environ
    missing = [name for name in REQUIRED if not env.get(name)]
    if missing:
        raise WrongSetting(f"missing: {', '.join(missing)}")
    stage, provider = env["ENVIRONMENT"], env["ADYEN_ENVIRONMENT"]
    if stage not in get_args(Environment):
        raise WrongSetting(f"ENVIRONMENT is {stage}; it is one of {get_args(Environment)}")
    if env.get("TZ", "UTC").lstrip(":") != "UTC":
        raise WrongSetting("TZ is not UTC: instants are UTC everywhere")
    if provider not in ("test", "live"):
        raise WrongSetting("ADYEN_ENVIRONMENT is test or live")
    if stage != "sandbox":
        _refuse_sandbox(env, stage)
    return Settings(
        environment=stage,  # type: ignore[arg-type]  # checked above
        adyen_environment=provider,  # type: ignore[arg-type]  # checked above
        event_bus_name=env.get("EVENT_BUS_NAME", "default"),
        adyen_live_prefix=env.get("ADYEN_LIVE_PREFIX", ""),
        **{
            name.lower(): env.get(name, "")
            for name in (*REQUIRED, *OPTIONAL, *SANDBOX_ONLY)
            if name not in ("ENVIRONMENT", "ADYEN_ENVIRONMENT")
        },
    )


def _refuse_sandbox(env: Mapping[str, str], stage: str) -> None:
    """A real deployment never talks to a simulator, nor charges on a moved clock."""
    bearing = [name for name in SANDBOX_ONLY if env.get(name)]
    if bearing:
        raise WrongSetting(f"{', '.join(bearing)} set in {stage}: sandbox only")
    key, provider = env["ADYEN_CLIENT_KEY"], env["ADYEN_ENVIRONMENT"]
    if stage == "live" and (provider != "live" or key.startswith("test_")):
        raise WrongSetting("a live deployment needs a live client key and ADYEN_ENVIRONMENT=live")
    if stage == "test" and provider != "test":
        raise WrongSetting("a test deployment charges nobody: ADYEN_ENVIRONMENT=test")
    if stage == "live" and not env.get("ADYEN_LIVE_PREFIX"):
        raise WrongSetting("ADYEN_LIVE_PREFIX is needed in live")
