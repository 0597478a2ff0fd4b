"""The compressed values of a stored day: nothing is lost, and no value is trusted."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.judgement import Match, Nearest, Precedent
from paperlark.domain.paper import PaperId
from paperlark.domain.redaction import remember
from paperlark.store import day_values
from paperlark.store.day_values import pack_digest, pack_ranking, unpack_digest, unpack_ranking

_TEXT = st.text(max_size=12)
_IDS = st.builds(PaperId, st.text(max_size=12))
_DAYS = st.dates(date(1991, 8, 14), date(2100, 1, 1))
_NUMBERS = st.floats(allow_nan=False) | st.integers(0, 10**8).map(lambda units: units / 10**8)
_NEAREST = st.builds(Nearest, _IDS, _TEXT, _DAYS)
_PRECEDENTS = st.builds(Precedent, _IDS, _TEXT, _DAYS, st.floats(0, 1))
_MATCHES = st.builds(
    Match,
    score=_NUMBERS,
    rank=st.integers(1, 9),
    of=st.integers(1, 9),
    topic=st.none() | _TEXT,
    words_for=st.lists(_TEXT, max_size=2).map(tuple),
    words_against=st.lists(_TEXT, max_size=2).map(tuple),
    probability=st.none() | st.floats(0, 1),
    nearest=st.none() | _NEAREST,
)
_RANKED = st.builds(
    Ranked,
    _IDS,
    st.integers(1, 99),
    st.sampled_from(Placement),
    _MATCHES,
    st.lists(_PRECEDENTS, max_size=2).map(tuple),
)

ONE = Ranked(PaperId("2502.00001"), 2, Placement.ABOVE, Match(0.5, 1, 2, "Bats", ("wing",)))
TWO = replace(ONE, paper_id=PaperId("2502.00002"), match=Match(0.25, 2, 2))
HEAD = 5 + 4 * 2
"""Bytes before the columns of two matches whose scores have eight digits."""


@given(st.lists(_RANKED, max_size=5))
def test_a_ranking_is_read_as_it_was_stored_best_first(ranked: list[Ranked]) -> None:
    best_first = sorted(ranked, key=lambda one: one.match.rank)
    assert unpack_ranking(pack_ranking(ranked)) == tuple(best_first)


@pytest.mark.parametrize(
    ("score", "probability", "layout"),
    [
        (0.12345678, 0.1235, 2),
        (0.12345678, 0.5, 2),
        (0.12345678, None, 2),
        (0.123456789, 0.1235, 1),
        (-0.5, 0.5, 1),
        (21.5, 0.5, 1),
        (float("inf"), None, 1),
    ],
)
def test_scores_of_eight_digits_take_four_bytes_and_come_back_the_same(
    score: float, probability: float | None, layout: int
) -> None:
    stored = replace(ONE, match=replace(ONE.match, score=score, probability=probability))
    value = pack_ranking((stored,))
    assert value is not None
    assert value[0] == layout
    assert unpack_ranking(value) == (stored,)


@given(st.text(st.characters(codec="utf-8")))
def test_a_digest_is_read_as_it_was_stored(text: str) -> None:
    assert unpack_digest(pack_digest(text)) == text


def test_a_digest_that_is_not_compressed_is_read_too() -> None:
    assert unpack_digest(b'{"day": "2025-02-26"}') == '{"day": "2025-02-26"}'


def test_no_ranking_is_stored_as_nothing() -> None:
    assert pack_ranking(()) is None
    assert unpack_ranking(None) == ()


@pytest.mark.parametrize("length", [0, 1, 4, 20, HEAD, HEAD + 9])
def test_a_ranking_that_is_cut_off_is_no_ranking(length: int) -> None:
    value = pack_ranking((ONE, TWO))
    assert value is not None
    with pytest.raises(ValueError, match=r"cut off|layout|damaged"):
        unpack_ranking(value[:length])


@pytest.mark.parametrize(
    "columns",
    [
        "[]",
        "{}",
        "7",
        '{"papers": ["2502.00001"]}',
        '{"papers": 7, "ranks": {"values": [0], "at": [1, 2]}}',
    ],
)
def test_columns_that_nobody_wrote_are_no_ranking(columns: str) -> None:
    value = pack_ranking((ONE, TWO))
    assert value is not None
    with pytest.raises(ValueError, match="layout"):
        unpack_ranking(value[:HEAD] + zlib.compress(columns.encode()))


def test_a_ranking_that_claims_more_papers_than_it_has_is_no_ranking() -> None:
    value = pack_ranking((ONE, TWO))
    assert value is not None
    with pytest.raises(ValueError, match="cut off"):
        unpack_ranking(value[:1] + struct.pack("<I", 2**32 - 1) + value[5:])


def test_a_value_is_not_decompressed_beyond_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_values, "_LARGEST", 1000)
    assert len(unpack_digest(pack_digest("x" * 1000))) == 1000
    with pytest.raises(ValueError, match="larger"):
        unpack_digest(pack_digest("x" * 1001))


@pytest.mark.parametrize("value", [b"", b"\x02rest", b"\x01rest", pack_digest("text") + b"more"])
def test_what_is_no_digest_is_told(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"layout|damaged"):
        unpack_digest(value)


def test_no_secret_is_stored_in_a_compressed_value() -> None:
    remember("sk-proj-Xy12aB34cD56")
    assert unpack_digest(pack_digest("Bearer sk-proj-Xy12aB34cD56")) == "Bearer [secret]"
    hidden = replace(ONE, match=replace(ONE.match, topic="sk-proj-Xy12aB34cD56"))
    (found,) = unpack_ranking(pack_ranking((hidden,)))
    assert found.match.topic == "[secret]"


def test_a_day_of_five_hundred_papers_takes_little_room() -> None:
    """Beside the scores, 4 bytes a paper, which nothing makes smaller."""
    ranked = [
        Ranked(
            PaperId(f"2502.{at:05}"),
            1,
            Placement.BELOW,
            Match(round(1 / at, 8), at, 500, "Bats", probability=round(1 / at, 4)),
        )
        for at in range(1, 501)
    ]
    value = pack_ranking(ranked)
    assert value is not None
    assert len(value) - 4 * 500 < 2_500
