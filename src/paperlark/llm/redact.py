"""What a model's server said, for errors and logs: without key and prompt, on one short line.

Servers repeat what they were sent in their errors and headers, some of them all of it.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

from paperlark.domain.redaction import MARK
from paperlark.domain.redaction import redact as without_secrets

_LONGEST = 300
_READ = 20_000
"""Characters of a server's text that are examined; no more than that is ever shown."""
_KEY, _PROMPT = 8, 24
"""Letters and digits in a row that a text shares with a key, or a prompt, only by repeating it."""
OMITTED = "its message repeats what it was sent, and is left out"
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|[nrtbf\"/\\])")
_NO_LETTER = re.compile(r"[\W_]+")


def redact(text: str, *, key: str | None = None, prompt: str = "") -> str:
    """Return a server's text on one short line, safe for a terminal and a page.

    Text that repeats part of the key or of the prompt is left out entirely.
    """
    if key:
        # Also one that is too short, or too ordinary a word, to be looked for anywhere else.
        text = without_secrets(text, (key,)).replace(key, MARK)
    if repeats_prompt(text, prompt) or _repeats(text, key or "", _KEY):
        return OMITTED
    return one_line(text)


def repeats_prompt(text: str, prompt: str) -> bool:
    """Return whether a server's text holds a part of the prompt, however it was escaped."""
    return _repeats(text, prompt, _PROMPT)


def one_line(text: str) -> str:
    """Return text that is printable, on one line and short."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:_READ]).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _letters(text: str) -> str:
    """Return letters and digits alone: an echo may change spaces, quotes and case."""
    return _NO_LETTER.sub("", text).casefold()


def _unescaped(text: str) -> str:
    """Undo what JSON in JSON, HTML or a URL does to text, several times over."""
    for _ in range(3):
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", text)
        text = unquote(html.unescape(text))
    return text


def _repeats(text: str, secret: str, length: int) -> bool:
    """Return whether the text holds so many characters in a row of the secret, or all of it."""
    plain = _letters(secret)
    length = min(length, len(plain))
    if not length:
        return False
    read = text[:_READ]
    forms = (_letters(read), _letters(_unescaped(read)))
    runs = {form[at : at + length] for form in forms for at in range(len(form) - length + 1)}
    return any(plain[at : at + length] in runs for at in range(len(plain) - length + 1))
