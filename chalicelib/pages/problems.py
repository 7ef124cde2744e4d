"""Refusals in the reader's language: the page of a problem, and the texts of problem details."""

from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.pages.catalogues import translate
from chalicelib.pages.chrome import Chrome
from chalicelib.pages.refusals import PROBLEMS, Problem
from chalicelib.pages.rendering import render


class Words(NamedTuple):
    """A problem in the reader's language: `title` and `detail` of RFC 9457."""

    title: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProblemView:
    """A refusal that is a page of its own.

    `reference` is the request id that the log knows, shown so that a person can quote it.
    `back_path` (after the language) is where the way "back" leads; without it, to the offers.
    """

    code: str
    reference: str | None = None
    back_path: str | None = None


def problem_of(code: str) -> Problem:
    """The problem of a code; a code without words of its own is told as unexpected."""
    return PROBLEMS.get(code, PROBLEMS["UNEXPECTED"])


def problem_text(code: str, lang: str) -> Words:
    """Title and detail of a problem-details answer, in `lang`."""
    problem = problem_of(code)
    return Words(translate(problem.title, lang), translate(problem.detail, lang))


def error_text(code: str, lang: str) -> str:
    """What stands beside a form's field."""
    return problem_text(code, lang).detail


def render_problem(view: ProblemView, chrome: Chrome) -> str:
    """The page that tells a refusal; its title and detail are those of the problem details."""
    return render(
        "problem.html",
        chrome,
        view=view,
        words=problem_text(view.code, chrome.lang),
        way=problem_of(view.code).way,
    )
