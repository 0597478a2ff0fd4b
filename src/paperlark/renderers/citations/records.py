"""CSL-JSON and RIS: records that every reference manager reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from paperlark.domain.paper import Paper
from paperlark.renderers import tex
from paperlark.renderers.citations.work import PUBLISHER, Name, Work, work

CSL_MEDIA_TYPE = "application/vnd.citationstyles.csl+json"


def csl(papers: Iterable[Paper]) -> str:
    """Return the papers as one CSL-JSON array, in order."""
    return json.dumps([_item(work(paper)) for paper in papers], ensure_ascii=False, indent=1) + "\n"


def _item(one: Work) -> dict[str, object]:
    item: dict[str, object] = {
        "id": one.key,
        "type": "article",
        "title": tex.plain(one.title),
        "author": [_person(name) for name in one.authors],
        "issued": {"date-parts": [[one.year, one.month]]},
        "publisher": PUBLISHER,
        "number": f"arXiv:{one.id}",
        "DOI": one.doi,
        "URL": one.url,
        "abstract": one.abstract,
    }
    return {name: value for name, value in item.items() if value}


def _person(name: Name) -> dict[str, str]:
    if name.group or not name.given:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}


RIS_MEDIA_TYPE = "application/x-research-info-systems"


def ris(papers: Iterable[Paper]) -> str:
    """Return one RIS record per paper, in order, with CRLF line ends."""
    return "".join(
        f"{tag}  - {value}\r\n" for paper in papers for tag, value in _lines(work(paper))
    )


def _lines(one: Work) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"
    yield "ID", one.key
    yield "TI", tex.plain(one.title)
    for name in one.authors:
        yield "AU", name.reversed
    yield "PY", str(one.year)
    yield "DA", f"{one.year}/{one.month:02}//"
    yield "PB", PUBLISHER
    yield "AN", f"arXiv:{one.id}"
    yield "DO", one.doi
    yield "UR", one.url
    if one.abstract:
        yield "AB", " ".join(one.abstract.split())
    if one.category:
        yield "KW", one.category
    yield "ER", ""
