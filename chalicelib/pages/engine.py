"""The template engine: autoescaped, strict about names, one environment per language."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.domain.kernel.money import Money
from chalicelib.pages import formatting, problems, wording
from chalicelib.pages.catalogues import N_, catalogue, translate
from chalicelib.pages.period_line import marks

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(lang: str) -> Environment:
    """The environment of one language, kept for the life of the container."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words = catalogue(lang)
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    made.filters |= {name: partial(word, lang=lang) for name, word in _IN_WORDS.items()}
    made.filters["marks"] = marks
    return made


def _money(money: Money, *, lang: str) -> Markup:
    text = formatting.amount(money, lang)
    return Markup('<data class="money" value="{} {}">{}</data>').format(
        money.currency, money.minor, text
    )


def _day(day: date, *, lang: str) -> Markup:
    text = formatting.long_date(day, lang)
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), text)


def _instant(at: datetime, *, lang: str) -> Markup:
    text = formatting.instant(at, lang)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), text)


def _consent(name: str, version: date | None = None, *, lang: str, href: str = "") -> Markup:
    """The words of a box; with `href`, its terms are a link that opens beside the order."""
    opening = Markup('<a href="{}" target="_blank" rel="noopener">').format(href) if href else ""
    closing = Markup(" ({})</a>").format(translate(N_("new tab"), lang)) if href else ""
    day = _day(version, lang=lang) if version else ""
    words = Markup(translate(wording.CONSENTS[name], lang))  # noqa: S704 - our own catalogue
    return words % {"open": opening, "close": closing, "version": day}


# Filters that need the language: a fact in, the reader's words out.
_IN_WORDS: dict[str, Callable[..., Any]] = {
    "money": _money,
    "day": _day,
    "instant": _instant,
    "currency": formatting.currency,
    "percent": formatting.percent,
    "country": formatting.country,
    "countries": formatting.countries,
    "label": wording.field_label,
    "feature": wording.feature,
    "error": problems.error_text,
    "consent": _consent,
    "policy": wording.policy_name,
}
