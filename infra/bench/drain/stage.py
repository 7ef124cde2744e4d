"""Where a run takes place: the provider with its stored methods, the tables, the settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from chalicelib.domain.billing.guards import Limits
from chalicelib.settings import Settings
from infra.bench.drain import provider as providers
from infra.bench.drain.population import Item, Renewal, load
from infra.bench.drain.provider import Provider
from infra.bench.drain.worker import Site
from infra.local import engine
from infra.local.keys import CLIENT_KEY, MERCHANT_ACCOUNT, Keys
from infra.local.ports import Ports, free_port
from infra.local.seller import SELLER

TABLE: Final = "drain"
NOWHERE: Final = "none"


@dataclass(frozen=True)
class Stage:
    """A provider that knows everybody who is due."""

    folder: Path
    ports: Ports
    keys: Keys
    provider: Provider
    due: tuple[Renewal, ...]
    limits: Limits

    def due_on(self, day: date) -> list[Renewal]:
        """The months due on a day."""
        return [each for each in self.due if each.due_on == day]

    @contextmanager
    def site(self, tables: Mapping[str, Iterable[Item]], table: str = TABLE) -> Iterator[Site]:
        """The application's place on a fresh database with these tables."""
        file = self.folder / "tables.db"
        load(file, tables)
        self.provider.go_back()
        with engine.running(file) as database:
            log = self.folder / "application.log"
            yield Site(self._settings(table), self.keys.secret(), database.endpoint, log)

    def _settings(self, table: str) -> Settings:
        return Settings(
            table_name=table,
            bucket_name=NOWHERE,
            agenda_queue_url=NOWHERE,
            numbering_queue_url=NOWHERE,
            documents_queue_url=NOWHERE,
            mail_queue_url=NOWHERE,
            event_bus_name=NOWHERE,
            user_pool_id=NOWHERE,
            user_pool_client_id=NOWHERE,
            secret_id=NOWHERE,
            mail_from="aide@clairiere.example",
            public_url=f"http://localhost:{self.ports.front}",
            environment="sandbox",
            policy_profile="recommended",
            seller=SELLER,
            adyen_merchant_account=MERCHANT_ACCOUNT,
            adyen_client_key=CLIENT_KEY,
            adyen_environment="test",
            adyen_live_prefix="",
            adyen_checkout_url=self.provider.checkout_url,
            adyen_web_url="",
            clock_url="",
            charging_limits=self.limits.model_dump_json(exclude_defaults=True),
        )


@contextmanager
def set_up(folder: Path, due: Sequence[Renewal], limits: Limits) -> Iterator[Stage]:
    """A stage for the length of a `with`; its files are under `folder`."""
    ports, keys = Ports(front=free_port(), simulator=free_port()), Keys()
    with providers.running(ports, keys, folder / "provider.log") as provider:
        yield Stage(folder, ports, keys, provider, tuple(provider.store_methods(due)), limits)
