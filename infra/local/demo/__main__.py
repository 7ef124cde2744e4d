"""`make demo`: play the story under two policies, audit both, tell it; 1 when a promise broke."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from infra.local.demo.play import DidNotPlay, Shown, play_all
from infra.local.demo.story import PROFILES
from infra.local.stack import PROJECT

OUT: Final = PROJECT / "out" / "demo"
STOPPED: Final = 130
"""What shells answer for Ctrl-C."""


def main(out: Path = OUT, play: Callable[[Path, TextIO], Shown] = play_all) -> int:
    """Play, print what was found, write the files; the exit status."""
    print(f"Fourteen months are played under {' and '.join(PROFILES)}, at the same time.")
    try:
        shown = play(out, sys.stdout)
    except KeyboardInterrupt:
        print("\nStopped before the end: nothing was checked.", file=sys.stderr)
        return STOPPED
    except DidNotPlay as error:
        print(f"\nThe demo could not be played: {error}", file=sys.stderr)
        return 1
    print("\n".join(["", *shown.lines, ""]))
    if shown.problems:
        print("\n".join(["Broken promises:", *shown.problems]), file=sys.stderr)
        return 1
    print("Every promise was kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
