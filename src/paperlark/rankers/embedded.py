"""The embedded ranker: fits the reader model, ranks the day, explains each match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match, Nearest
from paperlark.domain.paper import Paper
from paperlark.rankers.corpus import CorpusStats, PaperEncoder
from paperlark.rankers.criteria_features import CriteriaVectors, criteria_features
from paperlark.rankers.embedding import Embedding
from paperlark.rankers.logistic import Numbers, probability
from paperlark.rankers.reader_model import Prediction, ReaderModel
from paperlark.rankers.tokens import TermIds, spell
from paperlark.rankers.training_data import TrainingTable

SHOWN = 5
"""Words on each side."""

_AUDIBLE = 0.02
"""Log-odds below which a word says nothing."""


@dataclass(frozen=True, slots=True)
class MatchedTerms:
    """The strongest terms as the paper writes them, strongest first."""

    speak_for: tuple[str, ...]
    speak_against: tuple[str, ...]


def explain(
    papers: Sequence[Paper], words: sparse.csr_matrix, ids: TermIds, weights: Numbers
) -> list[MatchedTerms]:
    """Name the terms of each paper, a row of `words` each, that moved it most.

    `weights` says what each term counts in log-odds.
    """
    return [
        _words(paper, ids, words.indices[start:end], words.data[start:end], weights)
        for paper, start, end in zip(papers, words.indptr, words.indptr[1:], strict=False)
    ]


def _words(  # one row, taken apart
    paper: Paper, ids: TermIds, columns: Numbers, values: Numbers, weights: Numbers
) -> MatchedTerms:
    moved = values * weights[columns]
    order = np.argsort(-np.abs(moved), kind="stable")[: 8 * SHOWN]
    loud = order[np.abs(moved[order]) > _AUDIBLE]
    numbers = ids[columns[loud]].tolist()
    written = spell(set(numbers), paper.title, paper.abstract)
    chosen: dict[bool, list[str]] = {True: [], False: []}
    said: set[str] = set()
    for number, speaks_for in zip(numbers, (moved[loud] > 0).tolist(), strict=True):
        word, side = written.get(number, ""), chosen[speaks_for]
        # `kv cache` speaks for both its words.
        if word and len(side) < SHOWN and said.isdisjoint(word.split()):
            side.append(word)
            said.update(word.split())
    return MatchedTerms(tuple(chosen[True]), tuple(chosen[False]))


class EmbeddedRanker:
    """Implements Ranker; needs no key and no network, and reads each paper once in its life."""

    def __init__(self, reader: PaperEncoder | None = None) -> None:
        self._reader = reader or PaperEncoder(Embedding.shipped())

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Match, ...]:
        """Rank by the probability of being wanted; equal papers go by id."""
        if not papers:
            return ()
        # In one order, whatever the feed's: sums of floating point numbers depend on it.
        in_order = sorted(papers, key=lambda paper: (paper.id, paper.version))
        if evidence.examples:
            # It brings a linear algebra of its own: only one that is here can be held.
            import scipy.optimize  # noqa: F401, PLC0415  # 0.3 s that a first day does not need
        # Threads of the linear algebra wait for each other when the machine has other work: one
        # is faster then, never much slower, and adds in the same order each time.
        with threadpool_limits(1):
            table = TrainingTable.of(in_order, evidence)
            bags, places = self._reader.read(table.papers)
            field = CorpusStats.of(bags, places)
            likeness = criteria_features(field, CriteriaVectors.of(criteria), self._reader.space)
            mind = ReaderModel(field, likeness, table)
            matches = _matches(mind, criteria, mind.opinion())
        place = {(one.id, one.version): match for one, match in zip(in_order, matches, strict=True)}
        return tuple(place[paper.id, paper.version] for paper in papers)


def _matches(mind: ReaderModel, criteria: Criteria, opinion: Prediction) -> tuple[Match, ...]:
    table, likeness = mind.table, mind.likeness
    today = table.papers[: table.today]
    chance = probability(opinion.odds)
    # Who taught nothing and wrote nothing that the paper has anything to do with has no match,
    # and who wrote nothing that any paper has to do with is not known at all.
    related = likeness.shared[: table.today] | bool(table.examples)
    known = bool(likeness.shared.any() or table.examples)
    # Eight digits are beyond any meaning and below any rounding of another machine.
    score = np.where(related, chance, 0).round(8)
    order = sorted(range(len(today)), key=lambda at: (-score[at], today[at].id))
    rank = {at: place for place, at in enumerate(order, start=1)}
    spoken = opinion.words + likeness.spoken
    words = explain(today, mind.field.words, mind.field.ids, spoken)
    return tuple(
        Match(
            score=float(score[at]),
            rank=rank[at],
            of=len(today),
            topic=_topic(criteria, int(likeness.nearest[at])),
            words_for=words[at].speak_for,
            words_against=words[at].speak_against,
            probability=float(chance[at].round(4)) if known else None,
            nearest=_nearest(table, int(opinion.around.nearest[at])),
        )
        for at in range(len(today))
    )


def _topic(criteria: Criteria, nearest: int) -> str | None:
    return criteria.topics[nearest].name if nearest >= 0 else None


def _nearest(table: TrainingTable, nearest: int) -> Nearest | None:
    # Papers of the stream stand behind the lessons and were wanted by nobody.
    if not 0 <= nearest < len(table.examples):
        return None
    example = table.examples[nearest]
    return Nearest(example.paper.id, example.paper.title, example.day)
