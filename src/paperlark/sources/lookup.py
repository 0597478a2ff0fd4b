"""Papers by their identifiers, from arXiv's search API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from paperlark.domain.paper import Paper, PaperId
from paperlark.sources._client import ArxivClient
from paperlark.sources.search_api import ResultPage, parse_results

SLICE = 100
"""Identifiers a request: the address stays short enough for any server."""
_ATTEMPTS = 2

# A month that no calendar has would have arXiv refuse the other ninety-nine too.
_DATED = re.compile(r"(?:[a-z-]+/)?\d\d(?:0[1-9]|1[0-2])[.\d]*")


class ArxivLookup:
    """Asks arXiv for papers by identifier, at arXiv's pace."""

    def __init__(
        self, client: ArxivClient, base_url: str = "https://export.arxiv.org/api/query"
    ) -> None:
        self._client = client
        self._base_url = base_url

    def papers(self, identifiers: Sequence[PaperId]) -> Iterator[Paper]:
        """Give the latest version of those that arXiv has, as they come, in no order.

        Of the others nothing is said. Raises SourceUnreachable and FeedUnreadable; what came
        before that holds.
        """
        asked = [one for one in dict.fromkeys(identifiers) if _DATED.fullmatch(one)]
        for start in range(0, len(asked), SLICE):
            wanted = set(asked[start : start + SLICE])
            yield from (paper for paper in self._slice(sorted(wanted)) if paper.id in wanted)

    def _slice(self, identifiers: Sequence[PaperId]) -> Iterator[Paper]:
        """Ask once more where the answer is empty, which happens without reason."""
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
