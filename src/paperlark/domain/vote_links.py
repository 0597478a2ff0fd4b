"""Signed links to one paper, for mail and chat: whoever has one may vote on that paper. Pure.

A link names the paper, the day of the page, the paper's place there and the last day on which it
works; the signature covers these and whose link it is. So no part of it can be changed, and it
serves nobody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.paper import Identifier, PaperId

PREFIX = "/vote/"
"""The beginning of the path of every link."""
SAVING = "do=save"
"""Behind a link in a message: whoever opens it wants to save the paper, and is asked that first."""
LASTS = timedelta(days=30)
"""How long a link works after the day of its page."""
_LONGEST = 300
_MOST_PLACES = 100_000
_SIGNED_BYTES = 18
"""144 bits of the signature: more than can be guessed, and 24 characters of a link."""


@dataclass(frozen=True, slots=True)
class VoteLink:
    """A paper that may be voted on; `place` counts from 1, `until` is the last day, in UTC."""

    paper_id: PaperId
    page: date
    place: int
    until: date


def vote_link(paper: PaperId, page: date, place: int) -> VoteLink:
    """Return the link of a paper on the page of a day."""
    return VoteLink(paper, page, place, page + LASTS)


def signed_path(link: VoteLink, reader: str, key: bytes) -> str:
    """Return the path of a reader's link, such as `/vote/2502.12206/2025-02-26/3/2025-03-28/…`."""
    content = f"{link.paper_id}/{link.page}/{link.place}/{link.until}"
    return f"{PREFIX}{content}/{_signature(content, reader, key)}"


def checked_link(path: str, reader: str, key: bytes, today: date) -> VoteLink:
    """Return what a path allows; raises PaperlarkError where it allows nothing.

    A link that was changed and one of another reader cannot be told apart.
    """
    content, _, signature = path.removeprefix(PREFIX).rpartition("/")
    expected = _signature(content, reader, key)
    whole = len(path) <= _LONGEST and path.isascii() and hmac.compare_digest(signature, expected)
    link = _parsed(content) if whole else None
    if link is None:
        raise PaperlarkError(
            "this link is not whole, or is another reader's; no vote was cast",
            hint="open it from the message again",
        )
    if today > link.until:
        raise PaperlarkError(
            f"this link worked until {link.until}; no vote was cast",
            hint=f"vote in the app, paperlark read, or with: paperlark vote {link.paper_id} up",
        )
    return link


def _signature(content: str, reader: str, key: bytes) -> str:
    # With the length of the name in front, no other name and content give the same text.
    signed = f"{len(reader)} {reader} {content}".encode("utf-8", "surrogatepass")
    digest = hmac.new(key, signed, hashlib.sha256).digest()[:_SIGNED_BYTES]
    return base64.urlsafe_b64encode(digest).decode()


def _parsed(content: str) -> VoteLink | None:
    try:
        paper, page, place, until = content.rsplit("/", 3)
        identifier = Identifier.parse(paper)
        if identifier is None or not 0 < int(place) <= _MOST_PLACES:
            return None
        return VoteLink(
            identifier.id, date.fromisoformat(page), int(place), date.fromisoformat(until)
        )
    except ValueError:
        return None
