"""Signed addresses of feeds, for programs that cannot sign in: whoever has one may read it. Pure.

An address names what the feed is of; the signature covers that and whose it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from paperlark.domain.errors import PaperlarkError

PREFIX = "/feed/"
"""The beginning of the path of every feed."""
ENDINGS = ("xml", "json")
"""Atom and JSON Feed."""
LONGEST = 500
"""Characters of a query."""
_LONGEST_PATH = 4_000
_SIGNED_BYTES = 18
"""144 bits of the signature: more than can be guessed, and 24 characters of an address."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """What a feed is of: a search, or saved papers where `query` is empty; and its format."""

    query: str
    ending: str


def feed_path(link: FeedLink, reader: str, key: bytes) -> str:
    """Return the path of a reader's feed, such as `/feed/saved/….xml`."""
    content = _content(link.query)
    return f"{PREFIX}{content}/{_signature(content, reader, key)}.{link.ending}"


def checked_feed(path: str, reader: str, key: bytes) -> FeedLink:
    """Return what a path allows to read; raises PaperlarkError where it allows nothing."""
    stem, _, ending = path.removeprefix(PREFIX).rpartition(".")
    content, _, signature = stem.rpartition("/")
    expected = _signature(content, reader, key)
    whole = len(path) <= _LONGEST_PATH and path.isascii() and ending in ENDINGS
    query = _query(content) if whole and hmac.compare_digest(signature, expected) else None
    if query is None:
        raise PaperlarkError(
            "this is not the whole address of a feed, or another reader's",
            hint="copy it from the list of saved papers, or from a search, in the app",
        )
    return FeedLink(query, ending)


def _content(query: str) -> str:
    if not query:
        return "saved"
    coded = base64.urlsafe_b64encode(query[:LONGEST].encode("utf-8", "replace"))
    return f"search/{coded.decode().rstrip('=')}"


def _query(content: str) -> str | None:
    kind, _, coded = content.partition("/")
    if content == "saved":
        return ""
    try:
        query = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return query if kind == "search" and query else None


def _signature(content: str, reader: str, key: bytes) -> str:
    # With the length of the name in front, no other name and content give the same text; and with
    # the word before it, no link of another kind has this signature.
    signed = f"feed {len(reader)} {reader} {content}".encode("utf-8", "surrogatepass")
    digest = hmac.new(key, signed, hashlib.sha256).digest()[:_SIGNED_BYTES]
    return base64.urlsafe_b64encode(digest).decode()
