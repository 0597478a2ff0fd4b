"""Read a chat completion: its text, how it ended, its usage, and whether it was truncated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from paperlark.domain.spending import Tokens

_CUT = frozenset({"length", "max_tokens", "model_length"})
"""How servers say that an answer was ended by its limit of tokens."""
_FILTERED = "content_filter"
_MOST = 1_000_000_000
"""Tokens. A server that counts more cannot count."""
_THOUGHT = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `cache_written` are those of the prompt put into a cache."""

    tokens: Tokens
    cache_written: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer: `refusal` says why the model would not, None where it did not say so.

    `cut` says that its limit of tokens ended it.
    """

    text: str
    refusal: str | None
    usage: Usage | None
    cut: bool = False

    @property
    def only_thoughts(self) -> bool:
        """Whether the limit was reached before the answer began."""
        thinks = _THOUGHT.match(self.text) and not _END_OF_THOUGHT.search(self.text)
        return self.cut and bool(thinks or not self.text.strip())


def read(payload: object) -> Completion | None:
    """Read a completion, None where the body is none.

    A blank or truncated text is a completion like any other: it was paid for. So is one without
    any message, where the server says what it used.
    """
    body = _mapping(payload)
    choice, usage = _first(body.get("choices")), _usage(body.get("usage"))
    message = choice.get("message")
    if not isinstance(message, Mapping) and (usage is None or "choices" not in body):
        return None
    refusal = _mapping(message).get("refusal")
    end = str(choice.get("finish_reason") or "").lower()
    if not refusal and end.startswith(_FILTERED):  # Gemini adds which one
        refusal = "its content filter stopped the answer"
    return Completion(
        text=_storable(_text(_mapping(message).get("content"))),
        refusal=str(refusal) if refusal else None,
        usage=usage,
        cut=end in _CUT,
    )


def _text(content: object) -> str:
    """Join an answer that comes in parts; parts of reasoning are not the answer."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [_mapping(part).get("text") for part in parts]
    return "".join(text for text in texts if isinstance(text, str))


def _storable(text: str) -> str:
    """Replace what JSON can escape and no file or database can hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _usage(usage: object) -> Usage | None:
    report = _mapping(usage)
    prompt, completion = _count(report, "prompt_tokens"), _count(report, "completion_tokens")
    total = _count(report, "total_tokens")
    # No prompt is without tokens: a server that says so did not count.
    if not prompt or (completion is None and total is None):
        return None
    # Some servers count the tokens of reasoning in the total only; they are billed as output.
    completion = max(completion or 0, (total or 0) - prompt)
    details = _mapping(report.get("prompt_tokens_details"))
    cached = (
        _count(details, "cached_tokens")
        or _count(report, "prompt_cache_hit_tokens")
        or _count(report, "cached_tokens")
        or 0
    )
    cached = min(cached, prompt)
    written = min(_count(details, "cache_write_tokens") or 0, prompt - cached)
    return Usage(Tokens(prompt, completion, cached), written)


def _count(report: Mapping[str, object], key: str) -> int | None:
    value = report.get(key)
    return value if type(value) is int and 0 <= value <= _MOST else None


def _first(values: object) -> Mapping[str, object]:
    return _mapping(values[0]) if isinstance(values, list) and values else {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


# In no vocabulary does a token hold letters on both sides of a space, of a sign or of a figure. One
# sign may be glued to the word after it, and marks belong to their letter.
_TOKENS = re.compile(
    r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+|(?:[^\w\s]|_){2,}|(?:[^\w\s]|_)(?=\s|\Z)"
)


def least_tokens(text: str) -> int:
    """Count the tokens that a text has in any vocabulary; a few more than this in most."""
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    return sum(1 for _ in _TOKENS.finditer(text))
