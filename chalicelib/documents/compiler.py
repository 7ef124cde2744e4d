"""Typst, one compiler per template and thread: the only module that knows the renderer.

A compiler is not thread-safe, so each thread has its own. System fonts and the renderer's own
faces are shut out: the same record gives the same bytes on a laptop and in the cloud.
"""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"
STANDARDS = ("a-3a", "ua-1")
Template = Literal["invoice", "confirmation", "terms", "dispute"]

_of_thread = threading.local()


def compile_pdf(template: Template, view: Mapping[str, Any]) -> bytes:
    """The document of a view, archivable and tagged; text in the view is data, never markup.

    Raises:
        RuntimeError: the template or a character in the view cannot be set.
    """
    view_json = json.dumps(view, ensure_ascii=False, sort_keys=True)
    compiler = _compiler(template)
    pdf: bytes = compiler.compile(
        format="pdf", sys_inputs={"view": view_json}, pdf_standards=list(STANDARDS)
    )
    return pdf


def _compiler(template: Template) -> Any:
    made: dict[str, Any] = _of_thread.__dict__.setdefault("compilers", {})
    if template not in made:
        made[template] = _new_compiler(template)
    return made[template]


def _new_compiler(template: Template) -> Any:
    import typst  # noqa: PLC0415  68 MB that only the document function has and needs

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return typst.Compiler(
        input=str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=fonts,
        ignore_system_fonts=True,
    )
