"""One fact, one line of JSON: ids and codes, never a name, an address, a token or a body."""

import json
import logging
import sys
from typing import Any

LOGGER = logging.getLogger("tacite.facts")
FIELDS = "fact"


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"level": record.levelname, "event": record.getMessage()}
        line |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, default=str, separators=(",", ":"))


def start_logging() -> None:
    """Send our lines to standard output, once, whatever the runtime has set up."""
    if LOGGER.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def fact(event: str, **fields: str | int | None) -> None:
    """Log that something happened; `fields` are ids, codes and counts."""
    LOGGER.info(event, extra={FIELDS: fields})


def alarm(event: str, **fields: str | int | None) -> None:
    """Log what a person must look at; a metric filter counts these lines."""
    LOGGER.error(event, extra={FIELDS: {"alarm": 1, **fields}})


def defect(event: str, error: BaseException, **fields: str | int | None) -> None:
    """Log a bug: where it was raised and what kind it is, not what it says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    LOGGER.error(
        event, extra={FIELDS: {"alarm": 1, "error": type(error).__name__, "at": place, **fields}}
    )
