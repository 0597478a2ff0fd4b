"""Reading a chat completion: the body of a good answer -> its text, how it ended, its usage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paperlark.domain.spending import Tokens


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `cache_written` are those of the prompt put into a cache."""

    tokens: Tokens
    cache_written: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer: `refusal` says why the model would not, None where it did not say so."""

    text: str
    refusal: str | None
    usage: Usage | None


def read(payload: object) -> Completion | None:
    """Read a completion, None where the body is none.

    A blank or truncated text is a completion like any other: it was paid for.
    """
    choice = _first(_mapping(payload).get("choices"))
    message = choice.get("message")
    if not isinstance(message, Mapping):
        return None
    refusal = message.get("refusal")
    if not refusal and choice.get("finish_reason") == "content_filter":
        refusal = "its content filter stopped the answer"
    return Completion(
        text=_storable(_text(message.get("content"))),
        refusal=str(refusal) if refusal else None,
        usage=_usage(_mapping(payload).get("usage")),
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
    if prompt is None or (completion is None and total is None):
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
    return value if type(value) is int and value >= 0 else None


def _first(values: object) -> Mapping[str, object]:
    return _mapping(values[0]) if isinstance(values, list) and values else {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
