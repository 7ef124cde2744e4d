"""Ask for Adyen's keys, make our own, and print the secret's document for a pipe.

    python3 -m infra.packaging.fresh_secret | aws secretsmanager put-secret-value \
      --secret-id <SecretId> --secret-string file:///dev/stdin

Nothing is written to a file, and what is typed is not shown. Run it once, for a new deployment:
`identity_key` must never change afterwards, because charges are known to Adyen by it.
"""

import json
import secrets
import sys
from getpass import getpass
from typing import Final

KEY_BYTES: Final = 32
HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")


class NotAKey(ValueError):
    """What was typed cannot be such a key; the text says why, and never repeats it."""


def document(*, api_key: str, hmac_key: str, token_hmac_key: str) -> dict[str, object]:
    """Every key of the application by its name.

    The lists hold the current key, then the previous one while it is being changed.

    Raises:
        NotAKey: a key is empty, or an HMAC key is not hexadecimal.
    """
    if not api_key:
        raise NotAKey("the API key is empty")
    for name, key in (("standard", hmac_key), ("token", token_hmac_key)):
        if not key or not HEXADECIMAL.issuperset(key) or len(key) % 2:
            raise NotAKey(f"the HMAC key of the {name} webhook is not pairs of hexadecimal digits")
    return {
        "adyen_api_key": api_key,
        "adyen_hmac_keys": [hmac_key],
        "adyen_token_hmac_keys": [token_hmac_key],
        "webhook_user": f"adyen-{secrets.token_hex(4)}",
        "webhook_password": secrets.token_urlsafe(KEY_BYTES),
        "link_key": secrets.token_hex(KEY_BYTES),
        "identity_key": secrets.token_hex(KEY_BYTES),
        "platform_key": secrets.token_hex(KEY_BYTES),
    }


def main() -> int:
    """Ask, and print the document on standard output; questions go to the terminal."""
    try:
        made = document(
            api_key=getpass("Adyen API key: "),
            hmac_key=getpass("HMAC key of the standard webhook: "),
            token_hmac_key=getpass("HMAC key of the token webhook: "),
        )
    except NotAKey as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
