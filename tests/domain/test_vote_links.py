"""Signed links: what they allow, and that nothing else does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.paper import PaperId
from paperlark.domain.vote_links import checked_link, signed_path, vote_link

KEY, DAY = b"k" * 32, date(2025, 2, 26)
LINK = vote_link(PaperId("2502.12206"), DAY, 3)
PATH = signed_path(LINK, "a reader", KEY)


@pytest.mark.parametrize("paper", ["2502.12206", "math/0309136"])
def test_a_link_allows_what_it_names_until_its_last_day(paper: str) -> None:
    link = vote_link(PaperId(paper), DAY, 3)
    path = signed_path(link, "a reader", KEY)
    assert path.startswith(f"/vote/{paper}/2025-02-26/3/2025-03-28/")
    assert checked_link(path, "a reader", KEY, DAY) == link
    assert checked_link(path, "a reader", KEY, date(2025, 3, 28)) == link


def test_an_expired_link_says_so_and_how_to_vote() -> None:
    with pytest.raises(PaperlarkError, match=r"worked until 2025-03-28; no vote was cast") as told:
        checked_link(PATH, "a reader", KEY, LINK.until + timedelta(days=1))
    assert "paperlark vote 2502.12206 up" in str(told.value)


@pytest.mark.parametrize(
    "path",
    [
        PATH.replace("2502.12206", "2502.12207"),
        PATH.replace("/3/", "/1/"),
        PATH.replace("2025-03-28", "2035-03-28"),
        PATH.replace("2025-02-26", "2025-02-25"),
        PATH[:-1],
        PATH[:-1] + ("A" if PATH[-1] != "A" else "B"),
        PATH + "/",
        PATH.rpartition("/")[0] + "/",
        "/vote/",
        "",
        "/vote/" + "9" * 10_000,
        "/vote/2502.12206/2025-02-26/3/2025-03-28/ö",
    ],
)
def test_a_changed_link_allows_nothing(path: str) -> None:
    with pytest.raises(PaperlarkError, match="not whole, or is another reader's"):
        checked_link(path, "a reader", KEY, DAY)


@pytest.mark.parametrize(("reader", "key"), [("another", KEY), ("a reader", b"x" * 32), ("", KEY)])
def test_a_link_serves_one_reader_and_one_key(reader: str, key: bytes) -> None:
    with pytest.raises(PaperlarkError, match="another reader's"):
        checked_link(PATH, reader, key, DAY)


@given(st.text(max_size=100))
def test_no_text_is_a_link_unless_it_was_signed(text: str) -> None:
    with pytest.raises(PaperlarkError):
        checked_link(text, "a reader", KEY, DAY)


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_links_of_two_readers_differ(one: str, other: str) -> None:
    same = signed_path(LINK, one, KEY) == signed_path(LINK, other, KEY)
    assert same == (one == other)
