from __future__ import annotations

import pytest

from paperlark.day.follow import follow
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Author
from paperlark.domain.profile import FollowedAuthor
from paperlark.testing import a_paper


def _follows(printed: str, *followed: FollowedAuthor) -> tuple[str, ...]:
    paper = a_paper(authors=(Author("Somebody Else"), Author(printed)))
    announced = Announced(paper, (AnnounceType.NEW,))
    [candidate] = follow([announced], [Match(0, 1, 1)], followed)
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
def test_one_name_in_two_spellings_is_followed(printed: str, followed: str) -> None:
    assert _follows(printed, FollowedAuthor(followed)) == (followed,)


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
def test_another_name_is_not(printed: str, followed: str) -> None:
    assert _follows(printed, FollowedAuthor(followed)) == ()


def test_an_alias_is_as_good_as_the_name() -> None:
    bengio = FollowedAuthor("Yoshua Bengio", ("Y. Bengio",))
    assert _follows("Y. Bengio", bengio) == ("Yoshua Bengio",)


def test_nobody_followed_is_nobody_found() -> None:
    assert _follows("Yoshua Bengio") == ()
