"""Feeds as Atom (RFC 4287) and as JSON Feed 1.1: the same items in the same order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from paperlark.domain.plain_text import clean

ATOM_TYPE, JSON_TYPE = "application/atom+xml", "application/feed+json"
_ATOM = "http://www.w3.org/2005/Atom"
_JSON_FEED = "https://jsonfeed.org/version/1.1"
_MAKER = "paperlark"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An item of a feed; `content` is HTML, `address` may be relative to the feed's."""

    id: str
    title: str
    address: str
    updated: datetime
    content: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """A feed: its permanent id, when it was updated, and addresses relative to its own.

    `base` is its own address in the web, None where that is not known: then Atom has relative
    links, as it allows, and a JSON Feed, which does not, has none of those. `own` is its file.
    """

    id: str
    title: str
    updated: datetime
    items: tuple[FeedItem, ...]
    own: str
    home: str
    base: str | None = None


def atom(feed: PublishedFeed) -> bytes:
    """Return the Atom feed."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(_name("feed"))
    if feed.base:
        root.set("{http://www.w3.org/XML/1998/namespace}base", feed.base)
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _instant(feed.updated))
    _text(root, "generator", _MAKER)
    _authors(root, (_MAKER,))
    _link(root, "self", feed.own)
    _link(root, "alternate", feed.home)
    for item in feed.items:
        entry = ET.SubElement(root, _name("entry"))
        _text(entry, "id", item.id)
        _text(entry, "title", item.title)
        _text(entry, "updated", _instant(item.updated))
        _link(entry, "alternate", item.address)
        _authors(entry, item.authors)
        for term in item.categories:
            ET.SubElement(entry, _name("category"), term=clean(term))
        if item.summary:
            _text(entry, "summary", item.summary)
        content = _text(entry, "content", item.content)
        content.set("type", "html")
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def json_feed(feed: PublishedFeed) -> bytes:
    """Return the JSON Feed."""
    content = {
        "version": _JSON_FEED,
        "title": clean(feed.title),
        **_address("home_page_url", feed.home, feed.base),
        **_address("feed_url", feed.own, feed.base),
        "authors": [{"name": _MAKER}],
        "items": [_item(item, feed.base) for item in feed.items],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _item(item: FeedItem, base: str | None) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": item.id,
        **_address("url", item.address, base),
        "title": clean(item.title),
        "summary": clean(item.summary),
        "content_html": clean(item.content),
        "date_published": _instant(item.updated),
        "authors": [{"name": clean(name)} for name in item.authors],
        "tags": [clean(term) for term in item.categories],
    }
    return {name: value for name, value in shown.items() if value}


def _address(name: str, address: str, base: str | None) -> dict[str, str]:
    if base is not None:
        return {name: urljoin(base, address)}
    return {name: address} if "://" in address else {}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _name(tag: str) -> str:
    return f"{{{_ATOM}}}{tag}"


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _name(tag))
    element.text = clean(text)
    return element


def _authors(parent: ET.Element, names: Sequence[str]) -> None:
    for name in names:
        _text(ET.SubElement(parent, _name("author")), "name", name)


def _link(parent: ET.Element, relation: str, address: str) -> None:
    ET.SubElement(parent, _name("link"), rel=relation, href=address)
