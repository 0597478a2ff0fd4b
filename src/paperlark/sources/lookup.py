"""Look up papers by identifier in arXiv's search API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from paperlark.domain.paper import Paper, PaperId
from paperlark.sources._client import ArxivClient
from paperlark.sources.search_api import ResultPage, parse_results

SLICE = 100
"""Identifiers per request: keeps the URL short enough for any server."""
_ATTEMPTS = 2

# For one identifier with an impossible month arXiv refuses all the others too.
_DATED = re.compile(r"(?:[a-z-]+/)?\d\d(?:0[1-9]|1[0-2])[.\d]*")


class ArxivLookup:
    """Fetches papers by identifier, at arXiv's pace."""

    def __init__(
        self, client: ArxivClient, base_url: str = "https://export.arxiv.org/api/query"
    ) -> None:
        self._client = client
        self._base_url = base_url

    def papers(self, identifiers: Sequence[PaperId]) -> Iterator[Paper]:
        """Yield the latest version of those that arXiv has, in no particular order.

        The others are left out. Raises SourceUnreachable and FeedUnreadable; papers yielded
        before that are valid.
        """
        asked = [one for one in dict.fromkeys(identifiers) if _DATED.fullmatch(one)]
        for start in range(0, len(asked), SLICE):
            wanted = set(asked[start : start + SLICE])
            yield from (paper for paper in self._slice(sorted(wanted)) if paper.id in wanted)

    def _slice(self, identifiers: Sequence[PaperId]) -> Iterator[Paper]:
        """Fetch one slice, once more where it is empty, which arXiv returns at times."""
        page = ResultPage((), (), 0)
        for _ in range(_ATTEMPTS):
            page = self._page(identifiers)
            if page.found:
                break
        yield from (one.paper for one in page.found)

    def _page(self, identifiers: Sequence[PaperId]) -> ResultPage:
        answer = self._client.get(
            self._base_url,
            {"id_list": ",".join(identifiers), "max_results": len(identifiers)},
            accept={HTTPStatus.BAD_REQUEST},
        )
        return parse_results(answer.content, "by identifier", self._base_url)
