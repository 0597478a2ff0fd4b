"""What a ranker keeps, encodings and reader models, changes nothing but time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.embedding import KEY, Embedding, PaperEncoder
from paperlark.rankers.reader_model import Calibration, ReaderModel
from paperlark.rankers.tokens import TermCounts, TermWeights, tokenize
from paperlark.testing import a_paper
from paperlark.testing.kept import FakeCache, FakeEncodings

FIRST = date(2025, 2, 3)
CRITERIA = tuple(
    parse_criteria(text) for text in ("Bats and sonar.", "Ocean tides, not storms.", "")
)
SUBJECTS = ("bats", "sonar", "tides", "storms", "weights", "video files", "insects", "haloes")


def _papers(day: int) -> list[Paper]:
    dice = random.Random(day)  # noqa: S311  # no secret
    return [
        a_paper(
            f"2502.{100 * day + number:05}",
            title=f"On {dice.choice(SUBJECTS)}",
            abstract=" and ".join(dice.sample(SUBJECTS, 3)),
        )
        for number in range(12)
    ]


def _examples(days: Sequence[int], voted: Sequence[int]) -> tuple[Example, ...]:
    judged = (
        Example(
            paper,
            FIRST + timedelta(days=day),
            wanted="bats" in paper.abstract,
            label_source=LabelSource.JUDGE,
            relevance=9 if "bats" in paper.abstract else 2,
            novelty=7,
        )
        for day in days
        for paper in _papers(day)
    )
    votes = {_papers(day)[0].id for day in voted}
    return tuple(
        replace(one, label_source=LabelSource.READER) if one.paper.id in votes else one
        for one in judged
    )


def _ranked(
    day: int,
    criteria: int,
    evidence: Evidence,
    encodings: FakeEncodings | None = None,
    models: FakeCache | None = None,
) -> tuple[Match, ...]:
    ranker = EmbeddedRanker(PaperEncoder(Embedding.shipped(), encodings), models)
    return ranker.rank(_papers(day), CRITERIA[criteria], evidence)


@dataclass(frozen=True)
class Step:
    """One page: its day, the days and votes known, the criteria; then harm to what is kept."""

    day: int
    criteria: int
    left_out: frozenset[int]
    voted: tuple[int, ...]
    harm: str


_STEPS = st.builds(
    Step,
    day=st.integers(1, 9),
    criteria=st.integers(0, 2),
    left_out=st.frozensets(st.integers(0, 9)),
    voted=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    harm=st.sampled_from(["none", "delete", "truncate", "flip", "swap"]),
)


def _harm(how: str, encodings: FakeEncodings, models: FakeCache) -> None:
    entries = models.entries
    if how == "delete":
        entries.clear()
        encodings.encodings.clear()
    for made_of, content in tuple(encodings.encodings.items()):
        encodings.encodings[made_of] = _damaged(how, content)
    for key, one in tuple(entries.items()):
        if how == "swap":
            entries[key] = replace(one, made_of="something else")
        else:
            entries[key] = replace(one, content=_damaged(how, one.content))


def _damaged(how: str, content: bytes) -> bytes:
    middle = len(content) // 2
    if how == "truncate":
        return content[:middle]
    if how == "flip":
        return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]
    return content


@settings(max_examples=30, deadline=None)
@given(st.lists(_STEPS, min_size=2, max_size=5))
def test_any_history_gives_the_matches_of_a_fresh_start(history: list[Step]) -> None:
    """Days in any order, votes taken back, other criteria, kept things deleted or damaged."""
    encodings, models = FakeEncodings(), FakeCache()
    for step in history:
        before = [one for one in range(step.day) if one not in step.left_out]
        stream = tuple(paper for one in reversed(before) for paper in _papers(one))
        evidence = Evidence(_examples(before, step.voted), stream)
        fresh = _ranked(step.day, step.criteria, evidence)
        assert _ranked(step.day, step.criteria, evidence, encodings, models) == fresh
        assert _ranked(step.day, step.criteria, evidence, encodings, models) == fresh
        _harm(step.harm, encodings, models)


def test_what_was_learned_is_kept_and_not_learned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = Evidence(_examples(range(4), [1]))
    encodings, models = FakeEncodings(), FakeCache()
    first = _ranked(5, 0, evidence, encodings, models)
    assert len(models.entries) == 1
    assert encodings.encodings
    monkeypatch.delattr("paperlark.rankers.embedded.learn")
    monkeypatch.delattr("paperlark.rankers.embedding.tokenize_each")
    assert _ranked(5, 0, evidence, encodings, models) == first


def test_another_label_is_learned() -> None:
    examples = _examples(range(4), [])
    models = FakeCache()
    first = _ranked(5, 0, Evidence(examples), models=models)
    other = (*examples[:-1], replace(examples[-1], wanted=not examples[-1].wanted))
    assert _ranked(5, 0, Evidence(other), models=models) != first


@pytest.mark.parametrize("at", range(0, 1000, 7))
def test_a_damaged_model_is_never_another_one(at: int) -> None:
    numbers = np.linspace(-1, 1, 8)
    model = ReaderModel(
        background="of nothing",
        words=TermWeights(np.arange(8, dtype=np.uint32), numbers.astype(np.float32)),
        vector_weights=numbers,
        criteria_weights=numbers,
        bias=0.25,
        calibration=Calibration(0.1, 0.2, 0.3, fitted=True),
        papers=np.zeros(8, dtype=KEY),
        targets=numbers.astype(np.float32),
        sample_weights=numbers.astype(np.float32),
        examples=8,
    )
    packed = model.pack()
    again = ReaderModel.unpack(packed)
    assert again is not None
    assert again.pack() == packed
    assert again.calibration == model.calibration
    place = at * len(packed) // 1000
    damaged = packed[:place] + bytes([packed[place] ^ 0x10]) + packed[place + 1 :]
    found = ReaderModel.unpack(damaged)
    assert found is None


def _flip(store: FakeEncodings, at: int) -> None:
    for made_of, content in tuple(store.encodings.items()):
        damaged = bytearray(content)
        damaged[at] ^= 0x10
        store.encodings[made_of] = bytes(damaged)


@pytest.mark.parametrize("at", [0, 3, 4, 9, 400, 450, -1])
def test_a_damaged_encoding_is_made_anew(at: int) -> None:
    store, papers = FakeEncodings(), _papers(1)
    encoder = PaperEncoder(Embedding.shipped(), store)
    counts, vectors = encoder.encode(papers)
    stored = dict(store.encodings)
    _flip(store, at)
    found, others = PaperEncoder(Embedding.shipped(), store).encode(papers)
    assert np.array_equal(others, vectors)
    assert [one.pack() for one in found] == [one.pack() for one in counts]
    assert store.encodings == stored
    _flip(store, at)
    keys = encoder.keys(papers)
    others = PaperEncoder(Embedding.shipped(), store).embeddings(keys, lambda: papers)
    assert np.array_equal(others, vectors)
    assert store.encodings == stored


@given(st.lists(st.sampled_from(["bats find", "insects", "the", "", "bats " * 300]), max_size=4))
def test_packed_terms_are_the_same_terms(texts: list[str]) -> None:
    counts = tokenize(*texts)
    _, again = TermCounts.unpack_each([memoryview(counts.pack())] * 2)
    assert np.array_equal(again.ids, counts.ids)
    assert np.array_equal(again.weights, counts.weights)
