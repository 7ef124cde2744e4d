"""The languages of screens, contracts and documents (FRM-5)."""

from typing import Literal, get_args

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
