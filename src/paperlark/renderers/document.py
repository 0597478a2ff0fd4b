"""What every HTML page is made with: a template that escapes, and its style sheet inside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Template

_LOOK = ("paperlark.renderers", "look.css")
"""Colours and letters that all pages share."""


@cache
def template(
    package: str, name: str, finalize: Callable[[object], object] | None = None
) -> Template:
    """Open a template of the package; it escapes what it prints, and knows every name it uses."""
    # Only who renders HTML waits for the template engine.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


@cache
def style(package: str, name: str) -> tuple[Markup, str]:
    """Give the shared look with a style sheet, ready for its element, and the hash to allow it."""
    sheets = [
        resources.files(place).joinpath("templates", sheet).read_text("utf-8")
        for place, sheet in (_LOOK, (package, name))
    ]
    text = "\n" + "\n".join(sheets)
    hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), hashed  # noqa: S704  # our own files
