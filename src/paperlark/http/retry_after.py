"""Retry-After, as arXiv, Semantic Scholar, chat servers and webhooks send it: read in one place."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 366 * 86_400.0
"""Seconds. A longer wait means the same: not in this year."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?", re.ASCII)
_LONGEST_HEADER = 400


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the wait in seconds, from 0 to a year; None where it is absent or unreadable.

    It is a number of seconds of any size, or an HTTP date; OpenAI's `retry-after-ms` comes first.
    `now` is in seconds since the epoch, by default this moment. Names in `headers` do not depend
    on case.
    """
    milliseconds = _number(headers.get("Retry-After-Ms", ""))
    if milliseconds is not None:
        return min(milliseconds / 1000, LONGEST)
    header = headers.get("Retry-After", "")
    seconds = _number(header)
    if seconds is None:
        then = _moment(header)
        if then is None:
            return None
        # Both by the server's clock where it sends its own time: ours need not be right.
        ours = datetime.fromtimestamp(time.time() if now is None else now, UTC)
        seconds = (then - (_moment(headers.get("Date", "")) or ours)).total_seconds()
    return min(max(0.0, seconds), LONGEST)


def _number(text: str) -> float | None:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    # More digits would not fit into a float, and mean the same.
    return float(text) if len(text) <= _LONGEST_HEADER // 2 else LONGEST * 1000


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:_LONGEST_HEADER])
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
