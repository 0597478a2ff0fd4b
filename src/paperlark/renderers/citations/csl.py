"""CSL-JSON, what citation processors read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from paperlark.domain.paper import Paper
from paperlark.renderers import tex
from paperlark.renderers.citations.names import Name
from paperlark.renderers.citations.work import PUBLISHER, Work, work

MEDIA_TYPE = "application/vnd.citationstyles.csl+json"


def csl(papers: Iterable[Paper]) -> str:
    """Give the papers as one JSON array, in their order."""
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
