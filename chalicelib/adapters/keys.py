"""The application's secrets: one JSON document in Secrets Manager, read again every ten minutes."""

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.application.ports import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

FRESH_SECONDS = 600


@dataclass(slots=True)
class SecretKeys:
    """Reads the secret and keeps it for ten minutes; the client is made when first needed."""

    make_client: "Callable[[], SecretsManagerClient]"
    secret_id: str
    _read_at: float = -FRESH_SECONDS
    _content: dict[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """The whole document."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            answer = self.make_client().get_secret_value(SecretId=self.secret_id)
            self._content = json.loads(answer["SecretString"])
            self._read_at = time.monotonic()
        return self._content

    def keys(self) -> Keys:
        """The keys that the use cases need."""
        content = self.content()
        return Keys(
            link=content["link_key"],
            identity=content["identity_key"],
            platform=content["platform_key"],
            webhook_user=content["webhook_user"],
            webhook_password=content["webhook_password"],
            standard_hmac=tuple(content["adyen_hmac_keys"]),
            token_hmac=tuple(content["adyen_token_hmac_keys"]),
        )
