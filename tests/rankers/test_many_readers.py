"""What a block gives for a reader is what the reader alone gets, whoever else is in it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.domain.paper import Paper
from paperlark.ports import ReaderToRank
from paperlark.rankers.embedded import EmbeddedRanker, Ranking
from paperlark.rankers.embedding import Embedding, PaperEncoder, unit
from paperlark.rankers.knn import Labels, knn_log_odds, knn_of_readers
from paperlark.testing import a_paper
from paperlark.testing.kept import FakeCache, FakeEncodings

FIRST = date(2025, 2, 3)
SUBJECTS = ("bats", "sonar", "tides", "storms", "weights", "video files", "insects", "haloes")


def _paper(number: int) -> Paper:
    dice = random.Random(number)  # noqa: S311  # no secret
    return a_paper(
        f"2502.{number:05}",
        title=f"On {dice.choice(SUBJECTS)} {number % 97}",
        abstract=" and ".join(dice.sample(SUBJECTS, 3)),
    )


TODAY = [_paper(number) for number in range(90_000, 90_030)]
STREAM = tuple(_paper(number) for number in range(1_200))
OLDER = tuple(_paper(number) for number in range(2_000, 2_060))
"""Judged before the stream begins."""


def _reader(seed: int) -> tuple[Criteria, Evidence]:
    """Draw one: judged or only liked papers or none, of the stream, older, or of another stream."""
    dice = random.Random(seed)  # noqa: S311  # no secret
    about = dice.sample(SUBJECTS, 3)
    criteria = parse_criteria(f"{about[0]} and {about[1]}, not {about[2]}.")
    papers = dice.sample([*STREAM[:200], *OLDER], dice.choice([0, 3, 60]))
    source = dice.choice([LabelSource.JUDGE, LabelSource.LIBRARY])
    examples = tuple(
        Example(paper, FIRST + timedelta(days=at), wanted, source)
        for at, paper in enumerate(papers)
        for wanted in [about[0] in paper.abstract or source is LabelSource.LIBRARY]
    )
    stream = dice.choice([STREAM, STREAM, STREAM, STREAM[1:], STREAM[:50]])
    return criteria, Evidence(examples, stream, f"reader {seed}", f"evidence {seed}")


def _to_rank(criteria: Criteria, evidence: Evidence) -> ReaderToRank:
    return ReaderToRank(evidence.reader, criteria, evidence.fingerprint, lambda: evidence)


def _told(ranking: Ranking) -> tuple[object, ...]:
    return ranking.matches, ranking.explain({paper.id for paper in TODAY[:9]})


def _alone(criteria: Criteria, evidence: Evidence) -> tuple[object, ...]:
    ranker = EmbeddedRanker()
    asked = {paper.id for paper in TODAY[:9]}
    return (
        ranker.rank(TODAY, criteria, evidence),
        ranker.explain(TODAY, criteria, evidence, asked),
    )


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True), st.randoms())
def test_a_block_gives_each_reader_what_the_reader_alone_gets(
    seeds: list[int], dice: random.Random
) -> None:
    readers = [_reader(seed) for seed in seeds]
    encodings, models = FakeEncodings(), FakeCache()
    alone = [_alone(*one) for one in readers]
    for _ in range(2):
        ranker = EmbeddedRanker(PaperEncoder(Embedding.shipped(), encodings), models)
        found = ranker.rank_readers(TODAY, STREAM, [_to_rank(*one) for one in readers])
        assert [_told(one) for one in found] == alone
        # What is kept and what is lost makes no difference.
        for key in dice.sample(sorted(models.entries), len(models.entries) // 2):
            del models.entries[key]
        for name in dice.sample(sorted(encodings.encodings), len(encodings.encodings) // 2):
            del encodings.encodings[name]


def test_a_kept_reader_needs_no_examples() -> None:
    readers = [_reader(seed) for seed in range(40)]
    readers = [one for one in readers if one[1].stream == STREAM][:8]
    encodings, models = FakeEncodings(), FakeCache()

    def ranked(asked: Sequence[ReaderToRank]) -> list[Ranking]:
        ranker = EmbeddedRanker(PaperEncoder(Embedding.shipped(), encodings), models)
        return list(ranker.rank_readers(TODAY, STREAM, asked))

    asked = [_to_rank(*one) for one in readers]
    first = ranked(asked)

    def never() -> Evidence:
        raise AssertionError("asked for examples")

    again = ranked([replace(one, evidence=never) for one in asked])
    assert [_told(one) for one in again] == [_told(one) for one in first]
    with pytest.raises(AssertionError, match="asked for examples"):
        ranked([replace(asked[0], evidence=never, known="another vote")])


def test_one_reader_with_two_sets_of_criteria_gets_both_rankings() -> None:
    (criteria, evidence), (other, _) = _reader(4), _reader(5)
    evidence = replace(evidence, stream=STREAM)
    models = FakeCache()
    for _ in range(2):
        ranker = EmbeddedRanker(models=models)
        asked = [_to_rank(criteria, evidence), _to_rank(other, evidence)]
        found = [_told(one) for one in ranker.rank_readers(TODAY, STREAM, asked)]
        assert found == [_alone(criteria, evidence), _alone(other, evidence)]


def test_what_two_readers_imported_as_one_paper_stays_two_texts() -> None:
    criteria, _ = _reader(4)
    paper = a_paper("library:one", title="On bats", abstract="bats and sonar")
    other = replace(paper, abstract="tides and sonar")
    readers = [
        (criteria, Evidence((Example(text, FIRST, True, LabelSource.LIBRARY),), STREAM, name, name))  # noqa: FBT003
        for name, text in (("mine", paper), ("yours", other))
    ]
    ranker = EmbeddedRanker()
    found = ranker.rank_readers(TODAY, STREAM, [_to_rank(*one) for one in readers])
    assert [_told(one) for one in found] == [_alone(*one) for one in readers]


def test_a_text_that_changed_unnoticed_is_learned_anew() -> None:
    criteria, _ = _reader(4)
    paper = a_paper("library:one", title="On bats", abstract="bats and sonar")
    examples = [
        Example(one, FIRST, wanted=True, label_source=LabelSource.LIBRARY)
        for one in (paper, replace(paper, abstract="sonar and bats"))
    ]
    models = FakeCache()
    for example in examples:
        evidence = Evidence((example,), STREAM, "mine", "the same")
        assert EmbeddedRanker(models=models).rank(TODAY, criteria, evidence) == (
            EmbeddedRanker().rank(TODAY, criteria, evidence)
        )


def test_nothing_to_rank_gives_every_reader_nothing() -> None:
    assert [*EmbeddedRanker().rank_readers([], STREAM, [_to_rank(*_reader(1))])] == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.integers(0, 40), st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_neighbours_of_a_block_are_those_of_each_reader(
    seed: int, shared: int, others: int, readers: int
) -> None:
    dice = np.random.default_rng(seed)

    def vectors(count: int) -> np.ndarray:
        return unit(dice.normal(size=(count, 5)).astype(np.float32))

    papers, known, further = vectors(7), vectors(shared), vectors(others)
    every = np.concatenate([known, further])
    labels = [
        Labels(rows, dice.random(len(rows)).round(), dice.random(len(rows)))
        for _ in range(readers)
        for rows in [dice.permutation(len(every))[: dice.integers(0, len(every) + 1)]]
    ]
    block = knn_of_readers(papers, known, further, labels, 0.1)
    for own, found in zip(labels, block, strict=True):
        (single,) = knn_of_readers(papers, known, further, [own], 0.1)
        assert np.array_equal(found.log_odds, single.log_odds)
        assert np.array_equal(found.nearest, single.nearest)
        fewer = np.unique(own.rows[own.rows >= shared])
        # Other neighbours of the block, or none, change no digit that matters.
        moved = np.where(own.rows < shared, own.rows, shared + np.searchsorted(fewer, own.rows))
        (alone,) = knn_of_readers(papers, known, every[fewer], [replace(own, rows=moved)], 0.1)
        assert alone.log_odds == pytest.approx(found.log_odds, abs=1e-12)
        assert np.array_equal(found.nearest, alone.nearest)
        plain = knn_log_odds(papers, every[own.rows], own.targets, own.weights, 0.1)
        assert found.log_odds == pytest.approx(plain.log_odds, abs=1e-4)
        cosines = papers @ every.T
        for at, label in enumerate(found.nearest.tolist()):
            wanted = own.rows[own.targets > 0.5]
            best = cosines[at, wanted].max(initial=0)
            named = cosines[at, own.rows[label]] if label >= 0 else 0
            assert (best < 0.5001) if label < 0 else named == pytest.approx(best, abs=1e-5)
