from __future__ import annotations

import pytest

from paperlark.day.authors import filter_by_h_index
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Author
from paperlark.testing import a_paper

PAPER = a_paper(authors=(Author("Ada Lovelace"), Author("Charles Babbage")))


def _candidate(*followed: AuthorMatch) -> Candidate:
    return Candidate(Announced(PAPER, (AnnounceType.NEW,)), followed, Match(0, 1, 1))


def _known(*h_indices: int | None) -> KnownAuthors:
    return KnownAuthors(tuple(Person("A name", str(n), h) for n, h in enumerate(h_indices)))


def _passes(known: Authorship | None, least: int | None = 10) -> bool:
    authorships = {} if known is None else {PAPER.id: known}
    return bool(filter_by_h_index([_candidate()], authorships, least))


@pytest.mark.parametrize("h_indices", [(10, 0), (3, 40), (None, 10)])
def test_one_author_with_the_h_index_is_enough(h_indices: tuple[int | None, ...]) -> None:
    assert _passes(_known(*h_indices))


@pytest.mark.parametrize("h_indices", [(9, 0), (0, 0), (9, 9, 9)])
def test_a_paper_whose_authors_are_all_below_is_left_out(h_indices: tuple[int, ...]) -> None:
    assert not _passes(_known(*h_indices))


@pytest.mark.parametrize(
    "known", [None, NotIndexed(), NotLookedUp("429"), _known(None, 3), _known(3)]
)
def test_papers_of_unknown_authors_pass(known: Authorship | None) -> None:
    assert _passes(known)


def test_without_a_least_h_index_every_paper_passes() -> None:
    assert _passes(_known(0, 0), None)


def test_a_followed_author_always_passes() -> None:
    followed = _candidate(AuthorMatch("Ada", by_name_only=True))
    assert filter_by_h_index([followed], {PAPER.id: _known(0, 0)}, 10) == (followed,)
