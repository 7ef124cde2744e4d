"""Tacite: every trigger on one page, no logic."""

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from chalicelib.entrypoints import queues, schedules, streams
from chalicelib.entrypoints.http import (
    account,
    books,
    framework,
    methods,
    pay,
    platform,
    public,
    shop,
    webhooks,
)

REGION = "eu-west-3:000000000000"  # a placeholder; the template names the real ones

app = Chalice(app_name="tacite")
for routes in (public, account, methods, pay, shop, books, webhooks, platform):
    app.register_blueprint(routes.routes)
app.register_middleware(framework.dress, "http")


@app.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> int:
    return schedules.sweep_agenda()


@app.schedule(Cron(30, 3, "*", "*", "?", "*"))
def prove(event: CloudWatchEvent) -> dict[str, int]:
    return schedules.prove_books()


@app.schedule(Rate(5, unit=Rate.MINUTES))
def watch(event: CloudWatchEvent) -> int:
    return schedules.watch_absences()


@app.on_sqs_message(queue_arn=f"arn:aws:sqs:{REGION}:agenda", batch_size=1)
def work_agenda(event: SQSEvent) -> queues.Failures:
    return queues.work_agenda_records(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn=f"arn:aws:sqs:{REGION}:numbering.fifo", batch_size=10)
def number_invoices(event: SQSEvent) -> queues.Failures:
    return queues.number_records(event.to_dict())


@app.on_sqs_message(queue_arn=f"arn:aws:sqs:{REGION}:documents", batch_size=10)
def write_documents(event: SQSEvent) -> queues.Failures:
    return queues.write_document_records(event.to_dict())


@app.on_sqs_message(queue_arn=f"arn:aws:sqs:{REGION}:mail", batch_size=10)
def send_mail(event: SQSEvent) -> queues.Failures:
    return queues.send_mail_records(event.to_dict())


STREAM = f"arn:aws:dynamodb:{REGION}:table/tacite/stream/2026-01-01T00:00:00.000"


@app.on_dynamodb_record(stream_arn=STREAM, batch_size=100)
def relay(event: DynamoDBEvent) -> queues.Failures:
    return streams.relay_records(event.to_dict())


# Called by operators alone, each by its own right: see docs/deploy.md. Imported late, as pages
# start sooner without.
@app.lambda_function()
def inspect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    from chalicelib.entrypoints import operations  # noqa: PLC0415

    return operations.inspect(event)


@app.lambda_function()
def propose(event: dict[str, Any], context: Any) -> dict[str, Any]:
    from chalicelib.entrypoints import operations  # noqa: PLC0415

    return operations.propose(event, context)


@app.lambda_function()
def approve(event: dict[str, Any], context: Any) -> dict[str, Any]:
    from chalicelib.entrypoints import operations  # noqa: PLC0415

    return operations.approve(event, context)
