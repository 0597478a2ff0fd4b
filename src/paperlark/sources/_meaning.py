"""What an answer of arXiv's means: an answer, a request for patience, or for leaving it alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import Enum, auto
from http import HTTPStatus

from paperlark.sources._fields import mail_moment

_SHORT = 200  # bytes; no feed and no page is so short


class Meaning(Enum):
    """What an answer of arXiv's means for whoever asked."""

    ANSWER = auto()  # what was asked for
    UNCHANGED = auto()  # what is kept is still so
    BUSY = auto()  # too many requests: wait as long as it says
    LATER = auto()  # 406: it has had enough of us; once more after a longer pause
    BROKEN = auto()  # an accident on its side
    REFUSED = auto()  # it will not answer this
    FORBIDDEN = auto()  # stop asking


def meaning_of(status: int, content: bytes, also: Collection[int] = ()) -> Meaning:
    """Say what an answer means; each is treated as what it is."""
    if status == HTTPStatus.OK or status in also:
        return Meaning.BUSY if _says_rate_exceeded(content) else Meaning.ANSWER
    known = {
        HTTPStatus.NOT_MODIFIED: Meaning.UNCHANGED,
        HTTPStatus.FORBIDDEN: Meaning.FORBIDDEN,
        HTTPStatus.NOT_ACCEPTABLE: Meaning.LATER,
        HTTPStatus.REQUEST_TIMEOUT: Meaning.BROKEN,
        HTTPStatus.TOO_MANY_REQUESTS: Meaning.BUSY,
        HTTPStatus.SERVICE_UNAVAILABLE: Meaning.BUSY,
    }
    if status in known:
        return known[HTTPStatus(status)]
    return Meaning.BROKEN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Meaning.REFUSED


def _says_rate_exceeded(content: bytes) -> bool:
    return len(content) < _SHORT and content.strip().lower().startswith(b"rate exceeded")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read seconds or an HTTP date; None where the server names none that can be read."""
    header: str = headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdecimal():
        return float(header[:9])
    then = mail_moment(header)
    # Both by the server's clock where it gives its own: ours need not be right.
    since = mail_moment(headers.get("Date", "")) or datetime.fromtimestamp(now, UTC)
    return max(0.0, (then - since).total_seconds()) if then else None
