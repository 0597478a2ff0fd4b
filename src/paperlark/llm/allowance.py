"""What a server says in its headers of what is left of its limits: `x-ratelimit-...`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 60.0
"""Seconds. What is renewed later is a day's limit, of which a little comes back all the time: the
server itself says when it is too little."""
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|d)", re.IGNORECASE)
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much is `left` of a limit, and in how many seconds it is whole again."""

    left: int
    renewed_in: float
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Allowances:
    """What is left of requests and tokens; None where the server does not say."""

    requests: Allowance | None = None
    tokens: Allowance | None = None


def read(headers: Mapping[str, str]) -> Allowances:
    """Read an answer's headers, whose names do not mind capitals."""
    return Allowances(_allowance(headers, "requests"), _allowance(headers, "tokens"))


def seconds(text: str) -> float | None:
    """Read a duration: "1.5", "644ms", "6m0s", "20 s"; None where it is none."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
        return float(text)
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(text))


def _allowance(headers: Mapping[str, str], name: str) -> Allowance | None:
    left = _count(headers.get(f"x-ratelimit-remaining-{name}", ""))
    renewed_in = seconds(headers.get(f"x-ratelimit-reset-{name}", ""))
    if left is None or renewed_in is None or renewed_in > _LONGEST:
        return None
    limit = _count(headers.get(f"x-ratelimit-limit-{name}", ""))
    return Allowance(left, renewed_in, limit or None)


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text.strip()) else None
