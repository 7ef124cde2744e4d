"""The whole system on one machine: emulators, resources, containers and the pump between them.

    with stack.running(Path("out/sandbox")) as system:
        system.invoke_schedule("sweep", system.now())
        system.pump.rest()

Resources, wiring and environment are read back from what was deployed, so the sandbox runs what
the packaged template says: a queue without a mapping stays full here as it would in the cloud.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from infra.local import agenda, deployment, emulator, engine, simulator, wiring
from infra.local.aws import client
from infra.local.containers import Containers
from infra.local.deliveries import schedule_event
from infra.local.deployment import Deployment
from infra.local.keys import API_KEY, CLIENT_KEY, MERCHANT_ACCOUNT, Keys
from infra.local.ports import Ports
from infra.local.pump import Pump
from infra.local.seller import SELLER
from infra.local.simulator import Simulator
from infra.packaging import archive, build, template

PROJECT: Final = Path(__file__).parents[2]
DEAD_LETTERS: Final = "DeadLetters"
PROFILES: Final = ("recommended", "as_written", "strict")

__all__ = ["API_KEY", "PROFILES", "System", "running"]


@dataclass(frozen=True)
class System:
    """The running system and what a person or a test may ask of it."""

    ports: Ports
    keys: Keys
    deployment: Deployment
    database: engine.Engine
    simulator: Simulator
    containers: Containers
    pump: Pump
    table_name: str

    def client(self, service: str) -> Any:
        """A client of `service` at the emulator that serves it here."""
        is_database = service in ("dynamodb", "dynamodbstreams")
        endpoint = self.database.endpoint if is_database else self.deployment.endpoint
        return client(service, endpoint)

    def name_of(self, logical: str) -> str:
        """The physical name of a resource of the template (a queue's is its URL)."""
        return self.deployment.names[logical]

    def set_profile(self, profile: str) -> None:
        """Choose the policy of new contracts: update the stack, replace the containers."""
        assert profile in PROFILES
        self.deployment.set_parameters({"PolicyProfile": profile})
        self.containers.replace(wiring.functions(self.deployment, self.database, self.ports))

    def profile(self) -> str:
        """The policy profile that new contracts get now."""
        return self.deployment.functions()["app"].environment["POLICY_PROFILE"]

    def dead_letters(self) -> dict[str, int]:
        """How many messages each dead letter queue holds, by its logical name."""
        queues = self.client("sqs")
        return {
            logical: _visible(queues, url)
            for logical, url in self.deployment.names.items()
            if logical.endswith(DEAD_LETTERS)
        }

    # What the time machine moves (time_machine.World).

    def now(self) -> datetime:
        """The business instant."""
        return self.simulator.now()

    def set_clock(self, instant: datetime) -> None:
        """Move the business clock."""
        self.simulator.set_clock(instant)

    def next_due_at(self, after: datetime) -> datetime | None:
        """When the shop's agenda or the provider has something due next after `after`."""
        shop = agenda.next_due_at(self.client("dynamodb"), self.table_name, after=after)
        provider = self.simulator.next_due_at()
        ahead = [at for at in (shop, provider) if at is not None and at > after]
        return min(ahead, default=None)

    def sweep(self, at: datetime) -> None:
        """Ring the five-minute schedule once."""
        self.containers.invoke("sweep", schedule_event(at, name="sweep"))

    def prove(self, at: datetime) -> None:
        """Ring the daily proof once."""
        self.containers.invoke("prove", schedule_event(at, name="prove"))

    def rest(self) -> int:
        """Carry messages until none is left; how many records moved."""
        return self.pump.rest().records

    def deliver(self) -> int:
        """Let the provider send its webhooks; how many it got rid of."""
        return self.simulator.deliver()


@contextmanager
def running(
    work: Path, *, ports: Ports | None = None, profile: str = "recommended"
) -> Iterator[System]:
    """The system for the length of a `with`; logs and files are under `work`.

    The front door is not part of it: whoever serves `ports.front` gives webhooks their way in.

    Raises:
        PortTaken, EngineMissing, EmulatorMissing: the machine is not ready; the text says why.
        DeploymentFailed: the template does not stand.
    """
    ports = ports or Ports()
    ports.require_free()
    work.mkdir(parents=True, exist_ok=True)
    keys = Keys()
    with ExitStack() as cleanup:
        database = engine.start()
        cleanup.callback(database.stop)
        cloud = emulator.start(
            ports.emulator, files=work / "s3", log=cleanup.enter_context(_log(work, "emulator"))
        )
        cleanup.callback(cloud.stop)
        bundle = _package(work)
        deployed = _deploy(work, cloud.endpoint, ports, profile)
        client("secretsmanager", cloud.endpoint).put_secret_value(
            SecretId=deployed.names["Secret"], SecretString=keys.secret()
        )
        table_name = wiring.copy_table(deployed, database)
        provider = simulator.start(
            ports.simulator,
            shop=f"http://localhost:{ports.front}",
            environment=keys.for_simulator(ports),
            log=cleanup.enter_context(_log(work, "simulator")),
        )
        cleanup.callback(provider.stop)
        containers = Containers(
            wiring.functions(deployed, database, ports),
            bundle,
            cleanup.enter_context(_log(work, "application")),
        )
        cleanup.callback(containers.stop)
        yield System(
            ports=ports,
            keys=keys,
            deployment=deployed,
            database=database,
            simulator=provider.simulator,
            containers=containers,
            pump=Pump(wiring.sources(deployed, database, table_name), containers.invoke),
            table_name=table_name,
        )


def _log(work: Path, name: str) -> Any:
    return (work / f"{name}.log").open("wb")


def _package(work: Path) -> Path:
    """Package the application, and unpack the bundle where the containers import it from.

    A file that does not ship is missing here as well.
    """
    packaged, bundle = work / "package", work / "bundle"
    packaged.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(bundle, ignore_errors=True)
    build.build_application(packaged, architecture=build.own_architecture(), thin=True)
    return archive.unpack(packaged / "deployment.zip", bundle)


def _deploy(work: Path, endpoint: str, ports: Ports, profile: str) -> Deployment:
    packaged = work / "package"
    return deployment.deploy(
        endpoint,
        template=template.read(packaged / "sam.yaml"),
        bundle=(packaged / "deployment.zip").read_bytes(),
        parameters=_parameters(ports, profile),
    )


def _parameters(ports: Ports, profile: str) -> dict[str, str]:
    provider = f"http://localhost:{ports.simulator}"
    return {
        "Environment": "sandbox",
        "PolicyProfile": profile,
        "Seller": SELLER,
        "PublicUrl": f"http://localhost:{ports.front}",
        "MailFrom": "aide@clairiere.example",
        "AdyenMerchantAccount": MERCHANT_ACCOUNT,
        "AdyenClientKey": CLIENT_KEY,
        "AdyenEnvironment": "test",
        "AdyenCheckoutUrl": f"{provider}/checkout/v72",
        "AdyenWebUrl": f"{provider}/checkoutshopper/test/",
        "ClockUrl": f"{provider}/_sim/clock",
        "Edge": "no",
    }


def _visible(queues: Any, url: str) -> int:
    answer = queues.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
