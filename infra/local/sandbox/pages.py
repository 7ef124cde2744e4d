"""Draws the sandbox's own pages: same look as the shop, French and English."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import jinja2
from babel.dates import format_date, format_datetime
from werkzeug.wrappers import Response

from infra.local.sandbox.words import WORDS

HERE: Final = Path(__file__).parent
LANGS: Final = ("fr", "en")
PARIS: Final = ZoneInfo("Europe/Paris")
LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "img-src 'self' data:; media-src 'self'; frame-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Pages:
    """Renders templates; `assets` is where infra/web was built."""

    assets: Path

    def draw(self, name: str, lang: str, **view: Any) -> Response:
        """The page of template `name` in `lang`, with the headers of a page."""
        manifest = json.loads((self.assets / "manifest.json").read_text())
        words = WORDS[lang]
        page = _environment().get_template(name)
        html = page.render(
            lang=lang,
            other="en" if lang == "fr" else "fr",
            w=words,
            site_css=f"/assets/{manifest['site.css']}",
            icon=f"/assets/{manifest['icon.svg']}",
            **view,
        )
        return Response(html, mimetype="text/html", headers=HEADERS)


def instant(at: datetime, lang: str) -> str:
    """A business instant as people in Paris say it."""
    local = at.astimezone(PARIS)
    return format_datetime(local, "EEEE d MMMM y, HH:mm", locale=LOCALES[lang])


def day(at: datetime, lang: str) -> str:
    """The Paris date of a business instant."""
    return format_date(at.astimezone(PARIS).date(), "d MMM y", locale=LOCALES[lang])


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"instant": instant, "day": day}
    return environment
