"""The operator's commands, against a deployment or the running sandbox.

    python -m infra.operate dry-run                       # what tomorrow will charge
    python -m infra.operate parked                        # what waits for a person
    python -m infra.operate re-drive <item> --why "…"     # proposes, and shows what it would do
    python -m infra.operate approve <proposal>            # somebody else has it done
    python -m infra.operate --sandbox --as ada parked     # the same on `make run`

It answers 0; 1 when a dry run found an anomaly; 2 when the command was refused or could not be
given.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from infra.operate import reaching, words
from infra.operate.commands import Wanted, read
from infra.operate.reaching import Reach, Unreachable
from infra.operate.told import SHOWN

FOUND: Final = 1
REFUSED: Final = 2


def main(
    arguments: Sequence[str] | None = None, reach: Callable[[Wanted], Reach] = reaching.reach
) -> int:
    """Give one command; the exit status."""
    wanted = read(arguments)
    try:
        answer = reach(wanted)(wanted.function, wanted.request)
    except Unreachable as error:
        print(error, file=sys.stderr)
        return REFUSED
    if wanted.as_json:
        print(json.dumps(answer, indent=1, ensure_ascii=False))
    if "problem" in answer:
        if not wanted.as_json:
            print(words.problem(answer["problem"]), file=sys.stderr)
        return REFUSED
    if not wanted.as_json:
        print("\n".join(SHOWN[wanted.shown](answer)))
    return FOUND if _has_anomalies(wanted, answer["result"]) else 0


def _has_anomalies(wanted: Wanted, result: Any) -> bool:
    return wanted.shown == "dry-run" and bool(result["anomalies"])


if __name__ == "__main__":
    sys.exit(main())
