"""What time starts."""

from chalicelib.application.billing.prove_day import prove_day
from chalicelib.application.billing.work_shard import sweep
from chalicelib.bootstrap import container, log_alarm


def sweep_agenda() -> int:
    """Have every shard of the agenda worked."""
    ports = container()
    shards = sweep(ports=ports)
    ports.note("swept", shards=shards)
    return shards


def prove_books() -> dict[str, int]:
    """Prove the books; what is wrong or waits for a person is an alarm."""
    ports = container()
    proof = prove_day(ports=ports)
    found = {"findings": len(proof.findings), "parked": len(proof.parked)}
    ports.note("books_proved", numbers=proof.numbers, captures=proof.captures, **found)
    if not proof.is_green:
        log_alarm("books_not_green", **found)
    return found
