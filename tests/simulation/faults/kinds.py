"""What may go wrong in a world, and how often."""

from collections.abc import Mapping
from typing import Literal, get_args

Fault = Literal[
    "crash",
    "lost_reply",
    "conflict",
    "throttled",
    "stale_read",
    "overtaken",
    "timeout_before_capture",
    "timeout_after_capture",
    "late_success",
    "capture_fails",
    "refund_fails",
    "disputed",
    "provider_down",
    "notice_twice",
    "notice_late",
    "notice_lost",
    "notice_forged",
    "message_again",
    "message_late",
    "partial_batch",
    "no_sweep",
    "clock_off",
    "restored",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)

# At an effect: the process dies before it or after it, loses a race, is kept out by traffic, or
# somebody else acts in between.
AT_EFFECT: Mapping[Fault, float] = {
    "crash": 0.006,
    "lost_reply": 0.006,
    "conflict": 0.006,
    "throttled": 0.004,
    "overtaken": 0.012,
}
# At any occasion of its kind.
RATES: Mapping[Fault, float] = {
    "stale_read": 0.05,
    "timeout_before_capture": 0.02,
    "timeout_after_capture": 0.03,
    "late_success": 0.15,
    "capture_fails": 0.01,
    "refund_fails": 0.15,
    "disputed": 0.02,
    "notice_twice": 0.08,
    "notice_late": 0.10,
    "notice_lost": 0.02,
    "notice_forged": 0.02,
    "message_again": 0.02,
    "message_late": 0.01,
    "partial_batch": 0.05,
}
# Spells, for each hundred days: how many, and from how many hours to how many.
SPELLS: Mapping[Fault, tuple[float, int, int]] = {
    "provider_down": (1.5, 1, 30),
    "no_sweep": (0.7, 12, 120),
}
