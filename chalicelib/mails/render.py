"""A fact and a language become a mail: a subject, an HTML part and a text part.

Every mail has two templates per language, `<lang>/<name>.html` and `<lang>/<name>.txt`; the
subject is a block of the text template. Styles are written inline by macros, so that no build
step stands between a template and the mail.
"""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.domain.kernel.language import Language
from chalicelib.mails import words

if TYPE_CHECKING:
    from jinja2 import Environment

    from chalicelib.mails.facts import Fact

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail ready to be sent; `template` and `template_version` are kept as its proof."""

    subject: str
    html: str
    text: str
    template: str
    template_version: int


def render(fact: "Fact", lang: Language) -> RenderedMail:
    """The mail that says `fact` in the language of the contract (FRM-5).

    Raises:
        jinja2.UndefinedError: a template names something the fact does not hold.
    """
    plain = _environment(lang).get_template(f"{lang}/{fact.template}.txt")
    context = {"fact": fact, "seller": fact.seller, "site": fact.site, "lang": lang}
    heading = "".join(plain.blocks["subject"](plain.new_context(context)))
    subject = " ".join(heading.split())
    rich = _environment(lang).get_template(f"{lang}/{fact.template}.html")
    return RenderedMail(
        subject=subject,
        html=rich.render(context, subject=heading),
        text=plain.render(context),
        template=fact.template,
        template_version=fact.template_version,
    )


@cache
def _environment(lang: Language) -> "Environment":
    """The templates, strict about missing names; HTML is escaped, text is not."""
    from jinja2 import (  # noqa: PLC0415  # heavy, needed by one function
        Environment,
        FileSystemLoader,
        StrictUndefined,
        select_autoescape,
    )

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), disabled_extensions=("txt",), default=True),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in ("money", "day", "instant", "identity"):
        environment.filters[name] = partial(getattr(words, name), lang=lang)
    return environment
