"""Names of the product that mean something else for a while.

What a world can do without is left out this way, and a defect is planted this way.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from chalicelib.application.billing import work_shard
from chalicelib.application.billing.books import reconcile_report
from chalicelib.entrypoints import stationery
from chalicelib.mails.render import RenderedMail


@contextmanager
def swapped(owner: object, name: str, value: object) -> Iterator[None]:
    """`owner.name` is `value` inside the block."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


class InTurn:
    """A pool without threads: each piece of work is done when its turn comes."""

    def __init__(self, at_once: int) -> None:
        """`at_once` is how many would work together."""
        assert at_once > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def map(self, work: Callable[[Any], Any], batch: Iterable[Any]) -> Iterator[Any]:
        return iter([work(one) for one in batch])


def bare_mail(fact: Any, lang: str) -> RenderedMail:
    """A mail that says which fact it tells, without the words around it."""
    return RenderedMail(
        subject=fact.template,
        html=f"{lang} {fact.template}",
        text="",
        template=fact.template,
        template_version=fact.template_version,
    )


@contextmanager
def light_product() -> Iterator[None]:
    """The product without threads and without the typesetting of mails."""
    with ExitStack() as stack:
        for module in (work_shard, reconcile_report):
            stack.enter_context(swapped(module, "ThreadPoolExecutor", InTurn))
        stack.enter_context(swapped(stationery, "render", bare_mail))
        yield
