"""A local Adyen: the Checkout API, the browser side of the Drop-in, and the webhooks.

It stands in for the payment platform in the sandbox and in tests, and never ships
with the application. README.md says what is observed and what is assumed.
"""

from infra.local.adyen.options import Options
from infra.local.adyen.simulator import Simulator

__all__ = ["Options", "Simulator"]
