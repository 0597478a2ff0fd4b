"""Every link of a folder of pages, followed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from paperlark.domain.paper_facts import code_links

_PAPERS = ("https://arxiv.org/", "https://doi.org/")


def broken(site: Path) -> list[str]:
    """Return what leads nowhere, or elsewhere than to a paper or its code; each with its page."""

    @cache
    def anchors(page: Path) -> frozenset[str]:
        named = LexborHTMLParser(page.read_bytes()).css("[id]")
        return frozenset(str(one.attributes["id"]) for one in named)

    def leads(page: Path, address: str) -> bool:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return address.startswith(_PAPERS) or code_links(address) == (address,)
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        inside = target.is_relative_to(site.resolve()) and target.is_file()
        return inside and (not parts.fragment or unquote(parts.fragment) in anchors(target))

    return [
        f"{page.relative_to(site.resolve())}: {address}"
        for page in sorted(site.resolve().rglob("*.html"))
        for address in _addresses(page)
        if not leads(page, address)
    ]


def _addresses(page: Path) -> Iterator[str]:
    tree = LexborHTMLParser(page.read_bytes())
    for one in tree.css("[href], [src], [action], [data], [srcset], [poster], [formaction]"):
        if _in_the_text_of_a_paper(one):
            continue
        for name in ("href", "src", "action", "data", "srcset", "poster", "formaction"):
            if one.attributes.get(name) is not None:
                yield str(one.attributes[name])


def _in_the_text_of_a_paper(one: LexborNode) -> bool:
    """Return whether an abstract names the address: that can be followed, and is told nothing."""
    address = one.attributes.get("href") or ""
    return one.attributes.get("rel") == "noreferrer" and address.startswith(("https:", "http:"))
