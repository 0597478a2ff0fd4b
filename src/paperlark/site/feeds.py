"""Feeds of the latest days: Atom (RFC 4287) and JSON Feed 1.1, one entry per day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree as ET

from paperlark.domain.paper import abstract_page
from paperlark.domain.plain_text import clean
from paperlark.domain.site_addresses import Addresses, link, slug
from paperlark.renderers import formats, reasons, typeset
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.html import clean_text, template
from paperlark.site.facts import DayFacts

DAYS = 20
"""Announcement days in a feed: four weeks."""

_ATOM = "http://www.w3.org/2005/Atom"
_JSON_FEED = "https://jsonfeed.org/version/1.1"
_PACKAGE = "paperlark.site"
_MAKER = "paperlark"


def atom(profile: str, days: Sequence[DayFacts], root: str | None, title: str = "") -> bytes:
    """Return the Atom feed of days given in order; the latest comes first.

    `profile` is the id, and the title where there is no `title`.

    `root` is the web address of the site. Without it links are relative to the feed, as the
    format allows.
    """
    addresses = Addresses(profile)
    here = addresses.feeds[0]
    ET.register_namespace("", _ATOM)
    feed = ET.Element(_name("feed"))
    if root:
        feed.set("{http://www.w3.org/XML/1998/namespace}base", f"{root.rstrip('/')}/{here}")
    _text(feed, "id", _tag(profile))
    _text(feed, "title", title or profile)
    _text(feed, "updated", _moment(days[-1].day if days else date(2025, 1, 1)))
    _text(feed, "generator", _MAKER)
    author = ET.SubElement(feed, _name("author"))
    _text(author, "name", _MAKER)
    _link(feed, "self", here.name)
    _link(feed, "alternate", link(here, addresses.home))
    for facts in _latest(days):
        entry = ET.SubElement(feed, _name("entry"))
        _text(entry, "id", _tag(profile, facts.day))
        _text(entry, "title", _title(facts))
        _text(entry, "updated", _moment(facts.day))
        _link(entry, "alternate", link(here, addresses.day(facts.day)))
        _text(entry, "summary", _summary(facts))
        content = _text(entry, "content", _content(facts))
        content.set("type", "html")
    ET.indent(feed, " ")
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def json_feed(profile: str, days: Sequence[DayFacts], root: str | None, title: str = "") -> bytes:
    """Return the JSON Feed; its links must be absolute, so without `root` it has none."""
    addresses = Addresses(profile)
    here = addresses.feeds[1]
    base = f"{root.rstrip('/')}/{here.parent}/" if root else None

    def addressed(**targets: str) -> dict[str, str]:
        return {} if base is None else {key: base + target for key, target in targets.items()}

    items = [
        {
            "id": _tag(profile, facts.day),
            **addressed(url=link(here, addresses.day(facts.day))),
            "title": _title(facts),
            "summary": _summary(facts),
            "content_html": _content(facts),
            "date_published": _moment(facts.day),
        }
        for facts in _latest(days)
    ]
    feed = {
        "version": _JSON_FEED,
        "title": clean(title or profile),
        **addressed(home_page_url=link(here, addresses.home), feed_url=here.name),
        "authors": [{"name": _MAKER}],
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _latest(days: Sequence[DayFacts]) -> Iterator[DayFacts]:
    return reversed(days[-DAYS:])


def _title(facts: DayFacts) -> str:
    return _("{day}: {papers}").format(
        day=formats.long_date(facts.day), papers=formats.papers(facts.selected)
    )


def _summary(facts: DayFacts) -> str:
    return clean(" · ".join(facts.summary))


def _content(facts: DayFacts) -> str:
    return template(_PACKAGE, "feed_day.html", clean_text).render(
        facts=facts,
        summary=_summary(facts),
        abstract_page=abstract_page,
        typeset=typeset,
        reasons=reasons,
    )


def _moment(day: date) -> str:
    """Return midnight UTC of the day; it stays the same when a page is made again."""
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")


def _tag(profile: str, day: date | None = None) -> str:
    """Return a permanent tag URI (RFC 4151), independent of the site's address."""
    return f"tag:paperlark,2025:{slug(profile)}{f'/{day}' if day else ''}"


def _name(tag: str) -> str:
    return f"{{{_ATOM}}}{tag}"


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _name(tag))
    element.text = clean(text)
    return element


def _link(parent: ET.Element, relation: str, address: str) -> None:
    ET.SubElement(parent, _name("link"), rel=relation, href=address)
