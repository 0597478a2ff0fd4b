from __future__ import annotations

import pytest

from paperlark.day.authors import LookedUpAuthors, look_up_authors
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.profile import FollowedAuthor, Profile
from paperlark.testing import FakeAuthorService, Silent
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
