"""Every port in memory, and all of them at once: `FakePorts()`.

    ports = FakePorts()
    ports.clock.move_to(...)
    use_case(ports=ports)
    assert ports.gateway.captured(key)

`ports.bundle(store=...)` puts something else behind one of the ports.
"""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from chalicelib.application.ports import (
    Accounts,
    Clock,
    EventBus,
    Facts,
    Files,
    Gateway,
    Ids,
    Keys,
    Post,
    Queues,
    Store,
)
from chalicelib.domain.contract.terms import TermsArchive, TermsVersion
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.papers.seller import Mediator, PostalAddress, Seller
from chalicelib.domain.selling.catalogue import Catalogue, Plan, PriceRow
from tests.fakes_gateway import VISA, Capture, FakeGateway, LostReply, NoAnswer
from tests.fakes_store import Committed, FakeStore
from tests.fakes_world import (
    FakeAccounts,
    FakeBus,
    FakeClock,
    FakeFiles,
    FakeIds,
    FakePost,
    FakeQueues,
)

__all__ = [
    "CATALOGUE", "FACTS", "KEYS", "OPENING", "SELLER", "TERMS", "VISA",
    "Bundle", "Capture", "Committed", "FakeAccounts", "FakeBus", "FakeClock", "FakeFiles",
    "FakeGateway", "FakeIds", "FakePorts", "FakePost", "FakeQueues", "FakeStore", "LostReply",
    "NoAnswer",
]  # fmt: skip

OPENING = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)

CATALOGUE = Catalogue(
    plans=(
        Plan(key="solo", name_fr="Premium Solo", name_en="Premium Solo", is_open=True),
        Plan(key="plus", name_fr="Premium Plus", name_en="Premium Plus", is_open=False),
    ),
    prices=(
        PriceRow(
            id="solo-eur-1",
            plan="solo",
            currency="EUR",
            gross_minor=2000,
            rate_bps=2000,
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        ),
    ),
)

TERMS = TermsArchive(
    versions=(
        TermsVersion(
            version="2026-09-01",
            published_at=datetime(2026, 8, 31, 22, tzinfo=UTC),
            sha256_fr="f" * 64,
            sha256_en="e" * 64,
        ),
    )
)

SELLER = Seller(
    legal_name="Clairière SAS",
    trade_name="Clairière",
    legal_form="SAS",
    capital=Money(minor=1_000_000, currency="EUR"),
    address=PostalAddress(
        street="12 rue des Tilleuls", postal_code="75011", city="Paris", country="FR"
    ),
    siren="900000019",
    register_city="Paris",
    vat_number="FR32900000019",
    email="aide@clairiere.example",
    phone="+33 1 00 00 00 00",
    mediator=Mediator(name="AME Conso", url="https://www.mediationconso-ame.com"),
)

FACTS = Facts(
    catalogue=CATALOGUE,
    terms=TERMS,
    seller=SELLER,
    policy=current_policy("recommended"),
    public_url="https://clairiere.example",
    merchant_account="ClairiereECOM",
)

KEYS = Keys(
    link="link key of the tests",
    identity="identity key of the tests",
    platform="platform key of the tests",
    webhook_user="adyen",
    webhook_password="webhook password of the tests",
    standard_hmac=("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",),
    token_hmac=("B3FF0C8E2A0D4E59A1C76D5F2E8B9041C3D2E1F0A9B8C7D6E5F4A3B2C1D0E9F8",),
)


@dataclass(frozen=True)
class Bundle:
    """Any implementation behind each port."""

    clock: Clock
    wall_clock: Clock
    ids: Ids
    store: Store
    gateway: Gateway
    files: Files
    queues: Queues
    bus: EventBus
    post: Post
    accounts: Accounts
    keys: Keys
    facts: Facts


@dataclass
class FakePorts:
    """A whole world in memory that starts on 5 October 2026 at 11:30 in Paris.

    The two clocks move apart: `clock` is that of the business, `wall_clock` that of security.
    """

    clock: FakeClock = field(default_factory=lambda: FakeClock(OPENING))
    wall_clock: FakeClock = field(default_factory=lambda: FakeClock(OPENING))
    ids: FakeIds = field(init=False)
    store: FakeStore = field(default_factory=FakeStore)
    gateway: FakeGateway = field(init=False)
    files: FakeFiles = field(default_factory=FakeFiles)
    queues: FakeQueues = field(init=False)
    bus: FakeBus = field(default_factory=FakeBus)
    post: FakePost = field(default_factory=FakePost)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    keys: Keys = KEYS
    facts: Facts = FACTS

    def __post_init__(self) -> None:
        self.ids = FakeIds(self.clock)
        self.gateway = FakeGateway(self.clock)
        self.queues = FakeQueues(self.clock)

    def bundle(self, **other: Any) -> Bundle:
        """The same world with `other` implementations behind some of its ports."""
        own = {port.name: getattr(self, port.name) for port in fields(self)}
        return Bundle(**{**own, **other})
