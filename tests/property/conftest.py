"""How many examples each law is tried on: `dev`, or `ci` where HYPOTHESIS_PROFILE says so."""

import os

from hypothesis import HealthCheck, settings

SLOW_IS_FINE = (HealthCheck.too_slow,)

settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.register_profile(
    "ci", max_examples=300, deadline=None, print_blob=True, suppress_health_check=SLOW_IS_FINE
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "dev")  # noqa: TID251 - the environment of the test run
)
