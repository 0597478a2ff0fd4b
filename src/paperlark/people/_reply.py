"""A reply of Semantic Scholar's to a question about many papers: JSON in, authorships out.

Rows answer by position, `null` for an unknown paper, and once came in another order, with gaps
(https://github.com/allenai/s2-folks/issues/47) or about other papers (issues 108 and 157 there).
Every row is therefore asked for the arXiv id it is about, and a reply that contradicts its own
positions is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paperlark.domain.errors import PeopleError
from paperlark.domain.paper import PaperId
from paperlark.domain.people import Authorship, Known, NotIndexed, NotLookedUp, Person

FIELDS = "externalIds,authors.authorId,authors.name,authors.hIndex"

_NO_ROW = NotLookedUp("Semantic Scholar's answer about it is malformed")
_OTHER_PAPER = NotLookedUp("Semantic Scholar answered about another paper")


def read_reply(payload: object, asked: Sequence[PaperId]) -> dict[PaperId, Authorship]:
    """Read what is known of each asked paper, in that order.

    Raises PeopleError when it cannot be told which row is about which paper.
    """
    if not isinstance(payload, list):
        raise PeopleError("Semantic Scholar's answer is no list of papers")
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
    return Known(tuple(_person(author) for author in authors))


def _person(author: Mapping[str, object]) -> Person:
    name, id_, h_index = (author.get(key) for key in ("name", "authorId", "hIndex"))
    counted = isinstance(h_index, int) and not isinstance(h_index, bool) and h_index >= 0
    return Person(
        name=name if isinstance(name, str) else "",
        id=id_ if isinstance(id_, str) and id_ else None,
        h_index=h_index if counted else None,  # type: ignore[arg-type]  # an int by then
    )
