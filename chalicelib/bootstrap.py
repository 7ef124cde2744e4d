"""Settings -> Ports, once per container; the only importer of adapters.

Each adapter is made when it is first needed: a cold start pays for what it uses, no more.
"""

import json
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import log
from chalicelib.adapters.clock import business_clock, utc_now
from chalicelib.adapters.ids import new_id
from chalicelib.application.ports import (
    Accounts,
    Clock,
    EventBus,
    Facts,
    Files,
    Gateway,
    Ids,
    Keys,
    Notification,
    Post,
    Queues,
    Store,
)
from chalicelib.domain.billing.guards import Limits
from chalicelib.domain.contract.terms import TermsArchive, TermsVersion
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.papers.seller import Seller
from chalicelib.domain.selling.catalogue import Catalogue
from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from chalicelib.adapters.keys import SecretKeys
    from chalicelib.domain.kernel.beat import BeatName

HERE = Path(__file__).parent
CONNECT_SECONDS = 2
READ_SECONDS = 8

log_fact = log.fact
log_alarm = log.alarm
log_defect = log.defect


class Container:
    """Every port of one deployment, built lazily."""

    def __init__(self, settings: Settings) -> None:
        """`settings` are read once; a changed setting needs a new container."""
        self.settings = settings
        self.beaten: dict[BeatName, datetime] = {}

    def note(self, event: str, **fields: str | int | None) -> None:
        """Log a fact: ids, codes and counts."""
        log.fact(event, **fields)

    @cached_property
    def clock(self) -> Clock:
        return business_clock(self.settings.clock_url)

    @cached_property
    def wall_clock(self) -> Clock:
        return utc_now

    @cached_property
    def ids(self) -> Ids:
        return new_id

    @cached_property
    def store(self) -> Store:
        from chalicelib.adapters.dynamodb.store import DynamoStore  # noqa: PLC0415

        return DynamoStore(_client("dynamodb"), self.settings.table_name, new_id)

    def metered(self) -> tuple["Container", dict[str, float]]:
        """The same ports, and the capacity units that the table's operations will consume."""
        from chalicelib.adapters.dynamodb.store import DynamoStore  # noqa: PLC0415

        units: dict[str, float] = {}

        def note(operation: str, consumed: float) -> None:
            units[operation] = units.get(operation, 0) + consumed

        assert isinstance(self.store, DynamoStore)
        twin = copy(self)
        vars(twin)["store"] = self.store.metered(note)
        return twin, units

    @cached_property
    def gateway(self) -> Gateway:
        from chalicelib.adapters.adyen.connection import connect  # noqa: PLC0415
        from chalicelib.adapters.adyen.gateway import AdyenGateway  # noqa: PLC0415

        settings = self.settings

        @cache
        def facade() -> Any:
            return connect(
                api_key=self._secret.content()["adyen_api_key"],
                platform=settings.adyen_environment,
                live_prefix=settings.adyen_live_prefix,
                checkout_url=settings.adyen_checkout_url,
            )

        return AdyenGateway(facade, settings.adyen_merchant_account)

    @cached_property
    def files(self) -> Files:
        from chalicelib.adapters.files import S3Files  # noqa: PLC0415

        return S3Files(_client("s3"), self.settings.bucket_name)

    @cached_property
    def queues(self) -> Queues:
        from chalicelib.adapters.queues import SqsQueues  # noqa: PLC0415

        settings = self.settings
        return SqsQueues(
            _client("sqs"),
            {
                "agenda": settings.agenda_queue_url,
                "numbering": settings.numbering_queue_url,
                "documents": settings.documents_queue_url,
                "mail": settings.mail_queue_url,
            },
        )

    @cached_property
    def bus(self) -> EventBus:
        from chalicelib.adapters.bus import EventBridgeBus  # noqa: PLC0415

        return EventBridgeBus(_client("events"), self.settings.event_bus_name)

    @cached_property
    def post(self) -> Post:
        from chalicelib.adapters.post import SesPost  # noqa: PLC0415

        return SesPost(_client("sesv2"), self.settings.mail_from)

    @cached_property
    def accounts(self) -> Accounts:
        from chalicelib.adapters.accounts import CognitoAccounts  # noqa: PLC0415

        settings = self.settings
        return CognitoAccounts(
            _client("cognito-idp"), settings.user_pool_id, settings.user_pool_client_id
        )

    @property
    def keys(self) -> Keys:
        return self._secret.keys()

    @cached_property
    def _secret(self) -> "SecretKeys":
        from chalicelib.adapters.keys import SecretKeys  # noqa: PLC0415

        return SecretKeys(lambda: _client("secretsmanager"), self.settings.secret_id)

    @cached_property
    def facts(self) -> Facts:
        settings = self.settings
        return Facts(
            catalogue=Catalogue.model_validate_json(_text("catalogue.json")),
            terms=read_terms(),
            seller=Seller.model_validate_json(settings.seller),
            policy=current_policy(settings.policy_profile),
            public_url=settings.public_url.rstrip("/"),
            merchant_account=settings.adyen_merchant_account,
            limits=Limits.model_validate_json(settings.charging_limits or "{}"),
        )


def read_terms() -> TermsArchive:
    """Every published version of the terms, from the archive's index."""
    index = json.loads(_text("texts/terms/versions.json"))
    return TermsArchive(
        versions=tuple(
            TermsVersion(
                version=entry["version"],
                published_at=datetime.fromisoformat(entry["published_at"]),
                sha256_fr=entry["files"]["fr"]["sha256"],
                sha256_en=entry["files"]["en"]["sha256"],
            )
            for entry in index
        )
    )


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _client(service: str) -> Any:
    """A client with short timeouts; its endpoint is the SDK's business."""
    import boto3  # noqa: PLC0415 - heavy, not every function needs it
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=20,
        retries={"max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path" if service == "s3" else "auto"},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # by name


_held: list[Container] = []


def container() -> Container:
    """The container of this process."""
    if not _held:
        log.start_logging()
        _held.append(Container(read_settings()))
    return _held[0]


def use(other: Container) -> None:
    """Let `other` stand in for the container of this process; a deployment never does."""
    _held[:] = [other]


def item_is_genuine(item: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Whether a standard notification's item is signed by the provider."""
    from chalicelib.adapters.adyen import signatures  # noqa: PLC0415

    return signatures.item_is_genuine(item, keys)


def body_is_genuine(body: bytes, given: str | None, keys: tuple[str, ...]) -> bool:
    """Whether a token notification's body is signed by the provider."""
    from chalicelib.adapters.adyen import signatures  # noqa: PLC0415

    return signatures.body_is_genuine(body, given, keys)


def caller_of(request: Mapping[str, Any], function_arn: str) -> str:
    """Who sends a request to one of the operators' functions.

    The sandbox has no identity service and takes a name at its word; no other deployment does.

    Raises:
        Forbidden: `UNPROVEN_CALLER`.
    """
    from chalicelib.adapters import identities  # noqa: PLC0415

    who = request.get("who")
    given = who if isinstance(who, dict) else {}
    settings = container().settings
    if settings.environment == "sandbox" and isinstance(given.get("claimed"), str):
        return f"sandbox/{given['claimed']}"
    _, _, _, region, account, *_ = function_arn.split(":")
    return identities.proven_caller(
        str(given.get("proof", "")), request, region=region, account=account, fetch=identities.fetch
    )


def decode_image(
    image: Mapping[str, Any],
) -> tuple[Entity, tuple[str, ...]] | bytes:
    """What an image of the table's stream holds: a thing with its events, or a notification."""
    from chalicelib.adapters.dynamodb import codec  # noqa: PLC0415

    held = codec.decode(image)
    if isinstance(held, Notification):
        return held.raw
    return held, codec.events_of(image)
