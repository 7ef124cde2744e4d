"""Every line that is logged, and what must never be in one."""

import json
import logging
import re
from dataclasses import dataclass, field
from typing import Self

from chalicelib.adapters.log import LOGGER, JsonLines

DIGITS = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){12,18}(?![0-9A-Za-z])")
# Libraries whose INFO lines reach the log of a deployment.
LIBRARIES = ("boto3", "botocore", "urllib3", "requests", "Adyen", "s3transfer", "tacite")


class Lines(logging.Handler):
    """Keeps every line as it would be written, traces included."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Log:
    """What was logged while it was open, ours and the libraries'."""

    ours: Lines = field(default_factory=Lines)
    theirs: Lines = field(default_factory=Lines)
    _levels: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.ours.setFormatter(JsonLines())
        self.theirs.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        LOGGER.addHandler(self.ours)
        for name in ("", *LIBRARIES):
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(logging.INFO)
        logging.getLogger().addHandler(self.theirs)
        return self

    def __exit__(self, *_: object) -> None:
        LOGGER.removeHandler(self.ours)
        logging.getLogger().removeHandler(self.theirs)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)

    @property
    def lines(self) -> list[str]:
        """Every line."""
        return self.ours.lines + self.theirs.lines


def found(lines: list[str], secrets: dict[str, str]) -> list[str]:
    """Which secrets, by their name, and which card numbers are in the lines."""
    text = "\n".join(lines).casefold()
    named = [name for name, secret in secrets.items() if any(w in text for w in _written(secret))]
    return sorted(named) + [run for run in DIGITS.findall(text) if is_card(run)]


def _written(secret: str) -> tuple[str, ...]:
    """The ways in which programs write a text."""
    in_bytes = secret.encode("ascii", "backslashreplace").decode()
    return secret.casefold(), in_bytes.casefold(), json.dumps(secret)[1:-1].casefold()


def is_card(run: str) -> bool:
    """Whether the digits pass the check that every card number passes (Luhn)."""
    digits = [int(sign) for sign in run if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0
