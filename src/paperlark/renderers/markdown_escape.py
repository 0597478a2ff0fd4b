"""Text made literal inside Markdown, with as few backslashes as that takes.

Every rule here is CommonMark's or GitHub's; the text is one line, already cleaned.
"""

from __future__ import annotations

import re

_ACTIVE = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)         # a backslash that would escape what follows
    |[`*|]
    |\[
    |(?<![A-Za-z0-9])_                  # inside a word it emphasises nothing
    |~(?=~|[^\w\s]|\s|$)|(?<=[\w~])~    # could strike out; "~10 %" cannot
    """,
    re.VERBOSE,
)
# As an entity and not with a backslash: some readers of Markdown know no backslash before these.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]*;)")
_LINE_START = re.compile(r"^(?:(#{1,6}|[>+\-=~:])|(\d{1,9})([.)]))")


def escape(text: str) -> str:
    """Make a text literal that follows other words on its line."""
    literal = _ACTIVE.sub(lambda found: "\\" + found[0], text)
    return _TAG.sub("&lt;", _ENTITY.sub("&amp;", literal))


def escape_line(text: str) -> str:
    """Make a text literal that begins its line: no heading, list, quote or rule."""
    return _LINE_START.sub(_disarm, escape(text))


def escape_label(text: str) -> str:
    """Make a text literal inside the brackets of a link."""
    return escape(text).replace("]", "\\]")


def _disarm(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"
