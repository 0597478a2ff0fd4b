"""Which reader a profile is, decided without a file or a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import IdentityShared
from paperlark.domain.readers import (
    ALPHABET,
    RANDOM,
    Claim,
    Holding,
    KnownReader,
    find_reader,
    generate_id,
    names_of,
    new_reader,
    unclaimed,
)
from paperlark.domain.site_addresses import slug

HERE, THERE = "/mine/paperlark.toml", "/yours/paperlark.toml"
RANDOMS = st.text(ALPHABET, min_size=RANDOM, max_size=RANDOM)
TITLES = st.one_of(
    st.sampled_from(["Bats", "bats", "BATS ", "Bäts", "B ats", "b-ats", "蝙蝠", "🦇", "_"]),
    st.text(min_size=1, max_size=80).filter(str.strip),
)


def _claim(title: str = "Bats", *, named: str | None = None, proposed: str = "") -> Claim:
    return Claim(named, proposed or named or title, title, HERE, "paperlark.db")


def _held(*elsewhere: str) -> Callable[[KnownReader], Holding]:
    return lambda one: Holding(one.profile == HERE, one.profile in elsewhere)


def _numbered() -> Callable[[], str]:
    numbers = count()
    return lambda: f"{next(numbers):08}".translate(str.maketrans("0123456789", ALPHABET[:10]))


def _find(claim: Claim, *readers: KnownReader, elsewhere: Sequence[str] = ()) -> KnownReader | None:
    return find_reader(claim, readers, _held(*elsewhere))


def test_an_id_decides_whatever_the_title_and_the_place() -> None:
    other, mine = KnownReader("a", "Bats", HERE), KnownReader("b", "Owls", THERE)
    assert _find(_claim(named="b"), other, mine) == mine
    assert _find(_claim(named="c"), other, mine) is None


def test_an_id_that_another_profile_has_too_is_refused_with_both_places() -> None:
    with pytest.raises(IdentityShared) as raised:
        _find(_claim(named="b"), KnownReader("b", "Owls", THERE), elsewhere=[THERE])
    assert HERE in raised.value.problem
    assert THERE in raised.value.problem
    assert "paperlark.db" in raised.value.problem


def test_without_an_id_the_place_comes_before_the_title() -> None:
    here, titled = KnownReader("a", "Owls", HERE), KnownReader("Bats", "Bats")
    assert _find(_claim(), here, titled) == here
    assert _find(_claim(), titled) == titled
    assert _find(_claim(), KnownReader("a", "Bats", THERE), elsewhere=[THERE]) is None


def test_two_lost_readers_of_one_title_are_not_guessed_between() -> None:
    lost = KnownReader("Bats", "Bats", THERE), KnownReader("bats_aaaaaaaa", "Bats", "/gone")
    assert _find(_claim(), *lost) is None
    assert _find(_claim(proposed="bats_aaaaaaaa"), *lost) == lost[1]


def test_what_pages_propose_is_taken_where_nobody_has_it() -> None:
    old = KnownReader("Old title", "Old title")
    assert _find(_claim(proposed="Old title"), old) == old
    taken = KnownReader("Old title", "Old title", THERE)
    assert _find(_claim(proposed="Old title"), taken, elsewhere=[THERE]) is None


def test_an_id_that_differs_only_in_case_is_refused() -> None:
    with pytest.raises(IdentityShared, match="differ too little"):
        new_reader(_claim(named="BATS"), [KnownReader("bats", "x", THERE)], _numbered())


def test_readers_of_one_title_are_named_with_their_ids() -> None:
    readers = KnownReader("a", "Bats"), KnownReader("b", "Bats"), KnownReader("c", "Owls")
    assert names_of(readers) == {"a": "Bats (a)", "b": "Bats (b)", "c": "Owls"}


def test_readers_without_a_profile_are_those_that_nobody_holds() -> None:
    readers = KnownReader("a", "A"), KnownReader("b", "B", HERE), KnownReader("c", "C", THERE)
    assert unclaimed(readers, _held(THERE)) == (readers[0],)


@given(TITLES, RANDOMS)
def test_a_generated_id_is_its_own_slug_and_begins_with_words_of_the_title(
    title: str, random: str
) -> None:
    made = generate_id(title, lambda: random)
    assert slug(made) == made
    assert made.isascii()
    assert len(made) <= 60
    assert made.endswith(f"_{random}")


@given(TITLES, RANDOMS)
def test_no_title_has_the_address_of_a_generated_id(title: str, random: str) -> None:
    made = generate_id(title, lambda: random)
    assert title == made or slug(title) != made


@given(st.lists(TITLES, max_size=12))
def test_new_readers_of_any_titles_never_share_an_id_or_an_address(titles: list[str]) -> None:
    readers: list[KnownReader] = []
    random = _numbered()
    for title in titles:
        readers.append(new_reader(_claim(title), readers, random))
    assert len({one.id for one in readers}) == len(titles)
    assert len({slug(one.id) for one in readers}) == len(titles)
    assert [one.title for one in readers] == titles


_PROFILES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["Bats", "bats", "Owls"])), max_size=25
)


@given(_PROFILES)
def test_profiles_that_are_run_and_renamed_in_any_order_are_never_mixed(
    runs: list[tuple[str, str]],
) -> None:
    """Each profile stays the reader that it was at its first run; none has an id in its file."""
    readers: dict[str, KnownReader] = {}
    first: dict[str, str] = {}
    random = _numbered()
    for place, title in runs:
        claim = Claim(None, title, title, place, "db")
        known = tuple(readers.values())
        found = find_reader(
            claim,
            known,
            lambda one, place=place: Holding(one.profile == place, one.profile != place),  # type: ignore[misc]
        ) or new_reader(claim, known, random)
        readers[found.id] = KnownReader(found.id, title, place)
        assert first.setdefault(place, found.id) == found.id
    assert len(set(first.values())) == len(first)
