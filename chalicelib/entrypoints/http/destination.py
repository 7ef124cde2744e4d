"""Where somebody goes after signing in: where they came from, on this site and nowhere else."""

import re
from urllib.parse import urlsplit

from chalicelib.domain.kernel.language import LANGUAGES
from chalicelib.entrypoints.http.reading import page_of
from chalicelib.entrypoints.http.visit import Visit

# Pages of a person's own, after the language; no query, no other site, no line break.
OWN_PAGE = re.compile(r"/(account|order/\w+|checkout/\w+)(/[\w.~%-]+)*", re.ASCII)


def after_sign_in(visit: Visit) -> str:
    """The page to go on with, after the language, or nothing.

    The form remembers it as `next`; without it the page that led to the sign-in is meant, so that
    somebody who has an account already goes on with the order they were at.
    """
    asked = visit.form.get("next") if visit.request.method == "POST" else visit.query.get("next")
    path = _came_from(visit) if asked is None else asked
    return path if OWN_PAGE.fullmatch(path) else ""


def _came_from(visit: Visit) -> str:
    try:
        before = urlsplit(visit.request.headers.get("referer", ""))
    except ValueError:
        return ""
    here = urlsplit(visit.ports.facts.public_url)
    if (before.scheme, before.netloc) != (here.scheme, here.netloc):
        return ""
    lang, _, rest = before.path.removeprefix("/").partition("/")
    return page_of(f"/{rest}") if lang in LANGUAGES else ""
