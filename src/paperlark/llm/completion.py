"""Parse a chat server's response: completion, usage, rate-limit headers; check for truncation."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from paperlark.domain.spending import Tokens

_LONGEST = 4_000_000
"""Characters of an answer that are read and kept; more than any model writes."""
_LONGEST_REFUSAL = 20_000
_CUT = frozenset({"length", "max_tokens", "model_length"})
"""Finish reasons of an answer that reached its token limit."""
_FILTERED = "content_filter"
_MOST = 1_000_000_000
"""Tokens. A higher count is a mistake of the server."""
_THOUGHT = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)

_ELSEWHERE = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
"""Fields of reasoning in which some servers leave the whole answer, and `content` blank."""

_LONGEST_RESET = 60.0
"""Seconds. A limit that is renewed later is a daily one, of which a little comes back all the time:
the server itself complains when it is too little."""
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_PART = re.compile(rf"({_NUMBER.pattern})\s*(ms|s|m|h|d)", re.IGNORECASE)
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `cache_written` are those of the prompt written to a cache."""

    tokens: Tokens
    cache_written: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer; `refusal` is the model's or its filter's reason, None where it did not refuse.

    `cut` where it reached its token limit.
    """

    text: str
    refusal: str | None
    usage: Usage | None
    cut: bool = False

    @property
    def only_thoughts(self) -> bool:
        """Whether the token limit was reached before the answer began."""
        thinks = _THOUGHT.match(self.text) and not _END_OF_THOUGHT.search(self.text)
        return self.cut and bool(thinks or not self.text.strip())


@dataclass(frozen=True, slots=True)
class RemainingQuota:
    """How much remains of a rate limit, and in how many seconds it is whole again."""

    remaining: int
    resets_in: float
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class RateLimitHeaders:
    """What remains of requests and tokens; None where the server does not say."""

    requests: RemainingQuota | None = None
    tokens: RemainingQuota | None = None


def parse_completion(payload: object) -> Completion | None:
    """Parse a JSON body; None where it is no completion.

    A blank or truncated text is a completion like any other: it was paid for. So is one without
    any message, where the server reports usage.
    """
    body = as_mapping(payload)
    choice, usage = _first(body.get("choices")), _usage(body.get("usage"))
    message = choice.get("message")
    if not isinstance(message, Mapping) and (usage is None or "choices" not in body):
        return None
    refusal = as_mapping(message).get("refusal")
    end = str(choice.get("finish_reason") or "").lower()
    if not refusal and end.startswith(_FILTERED):  # Gemini adds which one
        refusal = "its content filter stopped the answer"
    return Completion(
        text=_storable(
            _answer_text(as_mapping(message), choice.get("text"), cut=end in _CUT)[:_LONGEST]
        ),
        refusal=str(refusal)[:_LONGEST_REFUSAL] if refusal else None,
        usage=usage,
        cut=end in _CUT,
    )


def parse_rate_limits(headers: Mapping[str, str]) -> RateLimitHeaders:
    """Parse the `x-ratelimit-` headers of a response, a mapping that ignores case."""
    return RateLimitHeaders(_quota(headers, "requests"), _quota(headers, "tokens"))


def parse_duration(text: str) -> float | None:
    """Return the seconds in "1.5", "644ms", "6m0s" or "20 s"; None for anything else."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(text))


def _quota(headers: Mapping[str, str], name: str) -> RemainingQuota | None:
    remaining = _header_count(headers.get(f"x-ratelimit-remaining-{name}", ""))
    resets_in = parse_duration(headers.get(f"x-ratelimit-reset-{name}", ""))
    if remaining is None or resets_in is None or resets_in > _LONGEST_RESET:
        return None
    limit = _header_count(headers.get(f"x-ratelimit-limit-{name}", ""))
    return RemainingQuota(remaining, resets_in, limit or None)


def _header_count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text.strip()) else None


def _answer_text(message: Mapping[str, object], older: object, *, cut: bool) -> str:
    """Return the answer from where it stands: usually `content`, else where servers leave it.

    Reasoning that the token limit ended is no answer: nothing says that it came to one.
    """
    text = _text(message.get("content"))
    if not cut and _ends_in_thought(text):
        return _inside_thought(text)
    if text.strip() or cut:
        return text
    candidates = (
        _arguments(message),
        *(_text(message.get(name)) for name in _ELSEWHERE),
        _text(older),
    )
    return next((found for found in candidates if found.strip()), text)


def _ends_in_thought(text: str) -> bool:
    """Whether a text is reasoning and nothing else, closed or not."""
    end = _END_OF_THOUGHT.search(text)
    return _THOUGHT.match(text) is not None and not (end and text[end.end() :].strip())


def _inside_thought(text: str) -> str:
    start, end = _THOUGHT.match(text), _END_OF_THOUGHT.search(text)
    return text[start.end() if start else 0 : end.start() if end else len(text)]


def _arguments(message: Mapping[str, object]) -> str:
    """Return the arguments of the one function that the model called, of which there is none."""
    call = _first(message.get("tool_calls")).get("function") or message.get("function_call")
    return _text(as_mapping(call).get("arguments"))


def _text(content: object) -> str:
    """Join an answer that comes in parts; parts of reasoning are not the answer."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):  # some servers decode the JSON that was asked for
        return json.dumps(content)
    parts = content if isinstance(content, list) else []
    texts = [as_mapping(part).get("text") for part in parts]
    return "".join(text for text in texts if isinstance(text, str))


def _storable(text: str) -> str:
    """Replace characters that JSON can escape but no file or database can hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _usage(usage: object) -> Usage | None:
    report = as_mapping(usage)
    prompt, completion = _count(report, "prompt_tokens"), _count(report, "completion_tokens")
    total = _count(report, "total_tokens")
    # No prompt has zero tokens: a server that says so did not count.
    if not prompt or (completion is None and total is None):
        return None
    # Some servers count reasoning tokens in the total only; they are billed as output.
    completion = max(completion or 0, (total or 0) - prompt)
    details = as_mapping(report.get("prompt_tokens_details"))
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
    return as_mapping(values[0]) if isinstance(values, list) and values else {}


def as_mapping(value: object) -> Mapping[str, object]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


# In no vocabulary does one token hold letters on both sides of a space, a symbol or a digit. One
# symbol may be joined to the word after it, and combining marks belong to their letter.
_MIN_TOKENS = re.compile(
    r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+|(?:[^\w\s]|_){2,}|(?:[^\w\s]|_)(?=\s|\Z)"
)


def min_tokens(text: str) -> int:
    """Return a lower bound of a text's tokens in any vocabulary, for the truncation check.

    On abstracts it is between 0.75 and 1 times the count of today's vocabularies.
    """
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    return sum(1 for _ in _MIN_TOKENS.finditer(text))
