"""Clients of the emulators: fixed region, keys that open nothing, one endpoint."""

from functools import lru_cache
from typing import Any, Final

import boto3
from botocore.config import Config

REGION: Final = "eu-west-3"
CREDENTIALS: Final = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}


@lru_cache(maxsize=64)
def client(service: str, endpoint: str) -> Any:
    """A client of `service` at `endpoint`; made once, as threads may share it."""
    # the engine's shard names are shorter than botocore's own check of them allows
    config = Config(
        parameter_validation=service != "dynamodbstreams",
        retries={"max_attempts": 2, "mode": "standard"},
    )
    make: Any = boto3.client  # its stubs list every service by a literal name
    return make(service, endpoint_url=endpoint, region_name=REGION, config=config, **CREDENTIALS)
