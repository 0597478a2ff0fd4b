from __future__ import annotations

import pytest

from paperlark.day.authors import (
    LookedUpAuthors,
    filter_by_h_index,
    look_up_authors,
    match_followed,
)
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Author
from paperlark.domain.profile import FollowedAuthor, Profile
from paperlark.testing import FakeAuthorService, Silent, a_paper
from standins.papers import papers

PLAIN = Profile("Mine", ("cs.LG",), parse_criteria("bats"), followed=(FollowedAuthor("Ada"),))
BY_ID = Profile("Mine", ("cs.LG",), PLAIN.criteria, followed=(FollowedAuthor("Ada", id="1"),))
GATED = Profile("Mine", ("cs.LG",), PLAIN.criteria, min_h_index=10)

ADA = KnownAuthors((Person("Ada", "1", 12),))
NAMELESS = KnownAuthors((Person("Ada", None, None),))
BUSY = NotLookedUp("answered 429")


def _look_up(
    people: FakeAuthorService | None, count: int, profile: Profile = BY_ID
) -> LookedUpAuthors:
    scanned = [Announced(paper, (AnnounceType.NEW,)) for paper in papers(count)]
    return look_up_authors(scanned, profile, people, Silent())


@pytest.mark.parametrize("profile", [BY_ID, GATED])
def test_scanned_papers_are_looked_up_in_their_order(profile: Profile) -> None:
    people = FakeAuthorService()
    assert list(_look_up(people, 3, profile).authorships) == people.asked
    assert people.asked == [paper.id for paper in papers(3)]


def test_the_service_is_not_queried_where_names_decide() -> None:
    people = FakeAuthorService()
    assert _look_up(people, 3, PLAIN) == LookedUpAuthors()
    assert _look_up(people, 0) == LookedUpAuthors()
    assert _look_up(None, 3) == LookedUpAuthors()
    assert people.asked == []


@pytest.mark.parametrize(
    ("found", "notes"),
    [
        ([ADA, ADA], ()),
        ([ADA, NotIndexed()], ("The fake: 1 of 2 papers is not indexed yet",)),
        ([NotIndexed()] * 2, ("The fake: 2 of 2 papers are not indexed yet",)),
        ([ADA, NAMELESS], ("The fake: 1 of 2 papers has authors without an id",)),
        (
            [BUSY, BUSY],
            ("The fake could not be asked (answered 429): authors are matched by name",),
        ),
        (
            [BUSY, ADA, NotIndexed(), NAMELESS],
            (
                "The fake could not be asked about 1 of 4 papers (answered 429):"
                " authors are matched by name",
                "The fake: 1 of 4 papers is not indexed yet",
                "The fake: 1 of 4 papers has authors without an id",
            ),
        ),
    ],
)
def test_notes_say_where_authors_are_matched_by_name(
    found: list[Authorship], notes: tuple[str, ...]
) -> None:
    known = {paper.id: one for paper, one in zip(papers(len(found)), found, strict=True)}
    assert _look_up(FakeAuthorService(known), len(found)).notes == notes


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


def test_a_name_in_the_other_order_is_followed_and_marked_as_perhaps() -> None:
    he = FollowedAuthor("Kaiming He")
    turned = AuthorMatch("Kaiming He", by_name_only=True, order_reversed=True)
    assert _follows("He Kaiming", he) == (turned,)
    assert _follows("Kaiming He", he) == (AuthorMatch("Kaiming He", by_name_only=True),)
    alias = FollowedAuthor("Kaiming He", ("He Kaiming",))
    assert _follows("He Kaiming", alias) == (AuthorMatch("Kaiming He", by_name_only=True),)


def test_followed_authors_stand_in_the_readers_order() -> None:
    followed = [FollowedAuthor(name) for name in ("Bengio, Samy", "Else, Somebody", "Ada Byron")]
    names = [match.name for match in _follows("Samy Bengio", *followed)]
    assert names == ["Bengio, Samy", "Else, Somebody"]


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
