"""What surrounds every page: language, address, session, seller and the built assets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")


class AssetMissing(Exception):
    """The manifest of the built assets lacks an entry: the pages' assets were not built."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """Addresses of the content-hashed files built by `infra/web`."""

    site_css: str
    pay_css: str
    pay_js: str
    icon: str


def assets_from_manifest(manifest: str, *, base: str = "/assets/") -> Assets:
    """The addresses listed in the `manifest.json` of the build.

    Raises:
        AssetMissing: the manifest does not list a file that the pages need.
    """
    names: dict[str, str] = json.loads(manifest)
    try:
        return Assets(
            site_css=base + names["site.css"],
            pay_css=base + names["pay.css"],
            pay_js=base + names["pay.js"],
            icon=base + names["icon.svg"],
        )
    except KeyError as missing:
        raise AssetMissing(str(missing)) from missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Seller:
    """Who sells, as the law wants it known on every page; taken from the settings."""

    platform: str
    name: str
    address: str
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chrome:
    """The frame of one answer.

    `path` is the address after the language, starting with a slash ("" on the home page): the
    language switch and the hreflang links are built from it. `csrf` is the token that every form
    posts back as `csrf`. `policy_profile` is named in the sandbox strip and nowhere else.
    `withdrawal_path` is the address of the withdrawal function, after the language; without it the
    footer has no such entry.
    """

    lang: Lang
    path: str
    csrf: str
    assets: Assets
    seller: Seller
    environment: Literal["sandbox", "test", "live"]
    signed_in: bool = False
    policy_profile: str | None = None
    withdrawal_path: str | None = None

    @property
    def other_lang(self) -> Lang:
        """The language that the switch leads to."""
        return "en" if self.lang == "fr" else "fr"

    def url(self, path: str) -> str:
        """The address of `path` (after the language) in the page's language."""
        return f"/{self.lang}{path}"

    def url_in(self, lang: str) -> str:
        """The address of this very page in another language."""
        return f"/{lang}{self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What the person typed and what was wrong with it.

    `values` holds the posted fields as they came (passwords left out). `errors` maps a field's name
    to an error code of `problems.py`, in the order of the page; the name "" stands for the form as
    a whole.
    """

    values: Mapping[str, str]
    errors: Mapping[str, str]


def blank(values: Mapping[str, str] | None = None) -> Form:
    """A form without errors, perhaps filled in beforehand."""
    return Form(values=values or {}, errors={})
