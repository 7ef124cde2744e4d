"""Shows how far each play has come: bars on a terminal, plain lines anywhere else."""

import shutil
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TextIO

from infra.local.demo.stage import Tell
from infra.local.demo.story import ENDS_AT, PARIS, STARTS_AT

WIDTH: Final = 24
CLEAR_LINE: Final = "\x1b[2K"


class CurtainDown(Exception):
    """The plays are asked to end before their last moment."""


class Board:
    """One line for each profile; several plays may tell at the same time."""

    def __init__(self, profiles: Sequence[str], out: TextIO) -> None:
        self._out = out
        self._moves = out.isatty()
        self._turn = threading.Lock()
        self._is_over = False
        self._lines = {profile: f"{profile:<12} is being set up" for profile in profiles}
        self._months = dict.fromkeys(profiles, "")
        self._words = dict.fromkeys(profiles, "")
        if self._moves:
            self._draw(is_first=True)

    def of(self, profile: str) -> Tell:
        """What a play under `profile` tells its progress to."""
        return lambda at, words: self._tell(profile, at, words)

    def end(self) -> None:
        """End every play: the next time it tells something, it meets `CurtainDown`."""
        self._is_over = True

    def _tell(self, profile: str, at: datetime, words: str) -> None:
        if self._is_over:
            raise CurtainDown
        local = at.astimezone(PARIS)
        with self._turn:
            self._words[profile] = words or self._words[profile]
            if self._moves:
                bar = _bar((at - STARTS_AT) / (ENDS_AT - STARTS_AT))
                told = self._words[profile]
                self._lines[profile] = f"{profile:<12} {bar} {local:%d %b %Y}  {told}"
                self._draw()
            elif words or self._is_new_month(profile, local):
                happens = words or "the clock moves on"
                print(
                    f"{profile:<12} {local:%Y-%m-%d %H:%M}  {happens}", file=self._out, flush=True
                )

    def _is_new_month(self, profile: str, local: datetime) -> bool:
        month, before = f"{local:%Y-%m}", self._months[profile]
        self._months[profile] = month
        return month != before

    def _draw(self, *, is_first: bool = False) -> None:
        # a line that wraps would be two, and the next drawing would miss it by one
        columns = shutil.get_terminal_size().columns - 1
        up = "" if is_first else f"\x1b[{len(self._lines)}F"
        text = "".join(f"{CLEAR_LINE}{line[:columns]}\n" for line in self._lines.values())
        self._out.write(up + text)
        self._out.flush()


def _bar(share: float) -> str:
    done = round(min(max(share, 0.0), 1.0) * WIDTH)
    return "█" * done + "░" * (WIDTH - done)
