"""The door to the template engine, which loads with the first page rendered."""

from typing import Any

from chalicelib.pages.chrome import Chrome


def render(template: str, chrome: Chrome, **context: Any) -> str:
    """The page `template` in the chrome's language."""
    from chalicelib.pages import engine  # noqa: PLC0415 - a webhook must not pay for Jinja and Babel

    return engine.environment(chrome.lang).get_template(template).render(chrome=chrome, **context)
