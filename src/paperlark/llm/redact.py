"""Key and prompt are nobody else's business: not in an error, not in a log.

Servers repeat what they were sent, in their errors and in their headers, some of them all of it.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_LONGEST = 300
_READ = 20_000
"""Characters of a server's words that are looked at; no more than that is ever shown."""
_KEY, _PROMPT = 8, 24
"""Letters and figures in a row that only somebody who repeats a key, or a prompt, has in common."""
OMITTED = "its words repeat what it was sent, and are left out"
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|[nrtbf\"/\\])")
_NO_LETTER = re.compile(r"[\W_]+")


def redact(words: str, *, key: str | None = None, prompt: str = "") -> str:
    """Give a server's words on one short line, fit for a terminal and a page.

    Where they repeat part of the key or of the prompt, nothing of them is given.
    """
    words = words.replace(key, "[key]") if key else words
    if repeats_prompt(words, prompt) or _repeats(words, key or "", _KEY):
        return OMITTED
    return one_line(words)


def repeats_prompt(words: str, prompt: str) -> bool:
    """Tell whether a part of the prompt is in a server's words, however it was escaped."""
    return _repeats(words, prompt, _PROMPT)


def one_line(text: str) -> str:
    """Make text fit for a terminal and a page: printable, on one line, short."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _letters(text: str) -> str:
    """Give letters and figures alone: spaces, quotes and capitals come and go in an echo."""
    return _NO_LETTER.sub("", text).casefold()


def _unescaped(text: str) -> str:
    """Undo what JSON in JSON, HTML or an address does to text, several times over."""
    for _ in range(3):
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", text)
        text = unquote(html.unescape(text))
    return text


def _repeats(words: str, secret: str, length: int) -> bool:
    """Tell whether so many characters in a row of the secret, or all of it, are in the words."""
    plain = _letters(secret)
    length = min(length, len(plain))
    if not length:
        return False
    said = words[:_READ]
    forms = (_letters(said), _letters(_unescaped(said)))
    runs = {form[at : at + length] for form in forms for at in range(len(form) - length + 1)}
    return any(plain[at : at + length] in runs for at in range(len(plain) - length + 1))
