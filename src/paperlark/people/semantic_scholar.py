"""Look up authors at Semantic Scholar, many papers per request.

Rows of a reply answer by position, `null` for an unknown paper; they have come in another order or
with gaps (https://github.com/allenai/s2-folks/issues/47), or about other papers (issues 108 and 157
there). Each row's own arXiv id is therefore checked, and a reply that contradicts its positions is
rejected.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self

import stamina

from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.errors import PeopleError
from paperlark.domain.paper import Paper, PaperId
from paperlark.people._endpoint import Endpoint, Reply

_log = logging.getLogger(__name__)
FIELDS = "externalIds,authors.authorId,authors.name,authors.hIndex"

_LONGEST_NAME = 300
_NO_ROW = NotLookedUp("Semantic Scholar's answer about it is malformed")
_OTHER_PAPER = NotLookedUp("Semantic Scholar answered about another paper")


def read_reply(payload: object, asked: Sequence[PaperId]) -> dict[PaperId, Authorship]:
    """Parse the authorship of each requested paper, in that order.

    Raises PeopleError where it is unclear which row is about which paper.
    """
    if not isinstance(payload, list):
        raise PeopleError("Semantic Scholar's answer is not a list of papers")
    if len(payload) != len(asked):
        raise PeopleError(
            f"Semantic Scholar answered with {len(payload)} rows about {len(asked)} papers",
            fewer=True,
        )
    about = [_arxiv_id(row) for row in payload]
    if any(id_ != own and id_ in asked for id_, own in zip(about, asked, strict=True)):
        raise PeopleError("Semantic Scholar answered in another order", fewer=True)
    return {
        id_: _OTHER_PAPER if named not in {None, id_} else _authorship(row)
        for id_, named, row in zip(asked, about, payload, strict=True)
    }


def _arxiv_id(row: object) -> str | None:
    ids = row.get("externalIds") if isinstance(row, Mapping) else None
    arxiv = ids.get("ArXiv") if isinstance(ids, Mapping) else None
    return arxiv if isinstance(arxiv, str) else None


def _authorship(row: object) -> Authorship:
    if row is None:
        return NotIndexed()
    if not isinstance(row, Mapping):
        return _NO_ROW
    authors = row.get("authors")
    if not authors:
        return NotIndexed()
    if not isinstance(authors, list) or not all(isinstance(one, Mapping) for one in authors):
        return _NO_ROW
    return KnownAuthors(tuple(_person(author) for author in authors))


def _person(author: Mapping[str, object]) -> Person:
    name, id_, h_index = (author.get(key) for key in ("name", "authorId", "hIndex"))
    counted = isinstance(h_index, int) and not isinstance(h_index, bool) and h_index >= 0
    return Person(
        name=name[:_LONGEST_NAME] if isinstance(name, str) else "",
        id=id_ if isinstance(id_, str) and 0 < len(id_) <= _LONGEST_NAME else None,
        h_index=h_index if counted else None,  # type: ignore[arg-type]  # an int by then
    )


# https://www.semanticscholar.org/product/api: one request a second with a key; without one,
# everybody shares one limit.
PAUSE = 1.0
MOST_IDS = 500

_MOST_FAILURES = 12
"""Finding one paper that breaks a request of 500 by halving takes nine failures."""
_LONGEST_WAIT = 60.0
_BUSY = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
# https://github.com/allenai/s2-folks/issues/103: one paper without author ids broke a request.
_TOO_MUCH = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
_NONE_KNOWN = re.compile(r"no valid paper ids", re.IGNORECASE)


class SemanticScholar:
    """Implements AuthorService. Failures are not raised: each paper gets its reason.

    Without a `key` the public rate limit is shared. `attempts` bounds how often a request is
    repeated while the server is busy, `patience` for how many seconds in all.
    """

    name = "Semantic Scholar"

    def __init__(
        self,
        *,
        base_url: str,
        key: str | None = None,
        user_agent: str = "paperlark",
        pause: float = PAUSE,
        attempts: int = 4,
        patience: float = 120.0,
        timeout: float = 30.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        url = f"{base_url.strip().rstrip('/')}/paper/batch"
        self._endpoint = Endpoint(url, key=key, user_agent=user_agent, timeout=timeout)
        self._retrying = stamina.RetryingCaller(
            attempts=attempts, timeout=patience, wait_initial=2.0, wait_max=30.0
        ).on(_worth_waiting)
        self._pause, self._sleep = pause, sleep
        self._asked = False

    def __repr__(self) -> str:
        return f"<SemanticScholar at {self._endpoint.server}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._endpoint.close()

    def look_up(self, papers: Sequence[Paper]) -> Mapping[PaperId, Authorship]:
        """Look up all papers; see the port.

        A request may fail because of one of its papers: it is then split in halves, until one
        paper is left or too many requests have failed. Any other failure ends the look-up.
        """
        ids = tuple(dict.fromkeys(paper.id for paper in papers))
        batches = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
        found: dict[PaperId, Authorship] = {}
        failures = 0
        while batches:
            batch = batches.pop(0)
            try:
                found |= self._retrying(self._ask, batch)
            except PeopleError as error:
                failures += 1
                _log.info("%d papers: %s", len(batch), error.problem)
                lost = NotLookedUp(error.problem)
                if not error.fewer or failures == _MOST_FAILURES:
                    return {id_: found.get(id_, lost) for id_ in ids}
                if len(batch) == 1:
                    found[batch[0]] = lost
                else:
                    middle = len(batch) // 2
                    batches[:0] = [batch[:middle], batch[middle:]]
        return {id_: found[id_] for id_ in ids}

    def _ask(self, ids: Sequence[PaperId]) -> dict[PaperId, Authorship]:
        """Send one request, a pause after the previous one."""
        if self._asked:
            self._sleep(self._pause)
        self._asked = True
        answer = self._endpoint.post({"ids": [f"ARXIV:{id_}" for id_ in ids]}, fields=FIELDS)
        if answer.status == HTTPStatus.BAD_REQUEST and _NONE_KNOWN.search(answer.complaint):
            # The answer, in place of nulls, where none of the papers is known.
            return dict.fromkeys(ids, NotIndexed())
        if answer.status != HTTPStatus.OK or answer.complaint:
            raise self._refusal(answer)
        return read_reply(answer.payload, ids)

    def _refusal(self, answer: Reply) -> PeopleError:
        problem = f"{self._endpoint.server} answered {answer.status}"
        if answer.complaint:
            problem += f": {answer.complaint}"
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS and not self._endpoint.has_key:
            problem += "; without a key everybody shares one limit"
        named = answer.retry_after
        return PeopleError(
            problem,
            retry=answer.status in _BUSY and (True if named is None else named),
            fewer=answer.status in _TOO_MUCH,
        )


def _worth_waiting(error: Exception) -> bool | float:
    """Return the wait the server asks for; False where a page cannot wait that long."""
    if not isinstance(error, PeopleError):
        return False
    wait = error.retry if error.retry <= _LONGEST_WAIT else False
    _log.info("%s; %s", error.problem, "trying again" if wait else "not trying again")
    return wait
