from __future__ import annotations

import pytest

from paperlark.day.authors import match_followed
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.digest import AuthorMatch
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Author
from paperlark.domain.profile import FollowedAuthor
from paperlark.testing import a_paper

ELSE = Person("Somebody Else", "1", 3)
BENGIO = FollowedAuthor("Samy Bengio", id="1751569")


def _follows(
    printed: str, *followed: FollowedAuthor, known: Authorship | None = None
) -> tuple[AuthorMatch, ...]:
    """Follow on a paper by Somebody Else and another; `known` is its look-up."""
    paper = a_paper(authors=(Author("Somebody Else"), Author(printed)))
    announced = Announced(paper, (AnnounceType.NEW,))
    authorships = {} if known is None else {paper.id: known}
    [candidate] = match_followed([announced], [Match(0, 1, 1)], followed, authorships)
    return candidate.followed


@pytest.mark.parametrize(
    ("printed", "followed"),
    [
        ("Yoshua Bengio", "Yoshua Bengio"),
        ("Geoffrey Hinton", "Geoffrey E. Hinton"),
        ("Geoffrey E. Hinton", "Geoffrey Hinton"),
        ("geoffrey e hinton", "Geoffrey E. Hinton"),
        ("Łukasz Kuśmierz", "Lukasz Kusmierz"),
        ("Jean-Luc Picard", "Jean Luc Picard"),
        ("Luca Dede'", "Luca Dede"),
        ("Plato", "Plato"),
    ],
)
def test_a_name_is_followed_in_other_spellings(printed: str, followed: str) -> None:
    match = AuthorMatch(followed, by_name_only=True)
    assert _follows(printed, FollowedAuthor(followed)) == (match,)


@pytest.mark.parametrize(
    ("printed", "followed"),
    [
        ("Samy Bengio", "Yoshua Bengio"),
        ("Y. Bengio", "Yoshua Bengio"),
        ("Geoffrey B. Hinton", "Geoffrey E. Hinton"),
        ("Kaiming Heng", "Kaiming He"),
        ("Kai He Ming", "Kaiming He"),
        ("Yoshua Maria Bengio", "Yoshua Bengio"),
        ("Bengio", "Yoshua Bengio"),
        ("*", "Yoshua Bengio"),
    ],
)
def test_another_name_is_not_followed(printed: str, followed: str) -> None:
    assert _follows(printed, FollowedAuthor(followed)) == ()


def test_an_alias_is_as_good_as_the_name() -> None:
    bengio = FollowedAuthor("Yoshua Bengio", ("Y. Bengio",))
    assert _follows("Y. Bengio", bengio) == (AuthorMatch("Yoshua Bengio", by_name_only=True),)


def test_without_followed_authors_no_paper_is_marked() -> None:
    assert _follows("Yoshua Bengio") == ()


@pytest.mark.parametrize("printed", ["Samy Bengio", "S. Bengio", "A Married Name"])
def test_an_id_matches_whatever_name_is_printed(printed: str) -> None:
    known = KnownAuthors((ELSE, Person("S. Bengio", "1751569", 90)))
    assert _follows(printed, BENGIO, known=known) == (
        AuthorMatch("Samy Bengio", by_name_only=False),
    )


@pytest.mark.parametrize(
    "persons",
    [
        (ELSE, Person("Samy Bengio", "2", 1)),
        (ELSE, Person("S. Bengio", "2", 1)),
        (Person("Somebody Else", None, None), Person("Samy Bengio", "2", 1)),
        (Person("Samy Bengio", "2", 1),),
    ],
)
def test_a_namesake_with_another_id_is_not_followed(persons: tuple[Person, ...]) -> None:
    assert _follows("Samy Bengio", BENGIO, known=KnownAuthors(persons)) == ()


@pytest.mark.parametrize(
    "known",
    [
        None,
        NotIndexed(),
        NotLookedUp("429"),
        KnownAuthors((ELSE, Person("Samy Bengio", None, None))),
        KnownAuthors((ELSE, Person("S. Bengio", None, None))),
        KnownAuthors((ELSE,)),
    ],
)
def test_where_the_person_is_unknown_the_name_decides_and_is_marked(
    known: Authorship | None,
) -> None:
    assert _follows("Samy Bengio", BENGIO, known=known) == (
        AuthorMatch("Samy Bengio", by_name_only=True),
    )
    assert _follows("Yoshua Bengio", BENGIO, known=known) == ()


def test_without_an_id_the_name_decides_whoever_is_known() -> None:
    known = KnownAuthors((ELSE, Person("Samy Bengio", "1751569", 90)))
    assert _follows("Samy Bengio", FollowedAuthor("Samy Bengio"), known=known) == (
        AuthorMatch("Samy Bengio", by_name_only=True),
    )
