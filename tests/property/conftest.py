"""How each law is tried: `dev` on a fixed set, `ci` on many fresh ones (HYPOTHESIS_PROFILE).

The gate runs the fixed set, so that a change is judged by what it changed; `make pr` looks for
what nobody has seen yet.
"""

import os

from hypothesis import HealthCheck, settings

SLOW_IS_FINE = (HealthCheck.too_slow,)

settings.register_profile(
    "dev",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=SLOW_IS_FINE,
)
settings.register_profile(
    "ci", max_examples=300, deadline=None, print_blob=True, suppress_health_check=SLOW_IS_FINE
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "dev")  # noqa: TID251 - the environment of the test run
)
