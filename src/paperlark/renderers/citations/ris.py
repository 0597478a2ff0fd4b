"""RIS, the tagged lines that every reference manager takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paperlark.domain.paper import Paper
from paperlark.renderers import tex
from paperlark.renderers.citations.work import PUBLISHER, Work, work

MEDIA_TYPE = "application/x-research-info-systems"


def ris(papers: Iterable[Paper]) -> str:
    """Give a record a paper, in their order; lines end as the format wants."""
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
