"""The colours that all pages share, for a mail: its elements carry them one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_COLOUR = re.compile(r"--(\w+): (#[0-9a-f]{6});")


@dataclass(frozen=True, slots=True)
class Colours:
    """Six colours, named as the style sheet names them."""

    paper: str
    ink: str
    quiet: str
    line: str
    accent: str
    warn: str


@cache
def by_day_and_by_night() -> tuple[Colours, Colours]:
    """Read them from the style sheet of all pages, so that a mail always looks like the page."""
    look = resources.files("paperlark.renderers").joinpath("templates", "look.css")
    day, night = look.read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    return Colours(**dict(_COLOUR.findall(day))), Colours(**dict(_COLOUR.findall(night)))
