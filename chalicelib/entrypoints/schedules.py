"""What time starts."""

from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.billing.watch import ring, watch
from chalicelib.bootstrap import container, log_alarm


def sweep_agenda() -> int:
    """Have every shard of the agenda worked."""
    ports = container()
    shards = ring(ports=ports)
    ports.note("swept", shards=shards)
    return shards


def prove_books() -> dict[str, int]:
    """Prove the books; what is wrong or waits for a person is an alarm."""
    ports = container()
    proof = prove_day(ports=ports)
    found = {"findings": proof.finding_count, "parked": proof.parked_count}
    ports.note("books_proved", numbers=proof.numbers, captures=proof.captures, **found)
    if not proof.is_green:
        log_alarm("books_not_green", **found)
    return found


def watch_absences() -> int:
    """Tell what should have happened and did not, each as an alarm that has its runbook page."""
    concerns = watch(ports=container())
    for concern in concerns:
        log_alarm(concern.event, figure=concern.figure)
    return len(concerns)
