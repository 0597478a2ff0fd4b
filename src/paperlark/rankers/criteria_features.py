"""The written criteria against papers: how near each paper is to what the reader wrote.

Five readings of the same text, each a column: near to one topic, near to all of it together,
sharing its words, far from what it calls irrelevant, and in the company of the papers that are
nearest by the first four, which say in the field's own words what the reader said in theirs
(pseudo-relevance feedback). Which of them can be trusted is for the learner to find out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.criteria import Criteria
from paperlark.rankers.corpus import CorpusStats
from paperlark.rankers.embedding import Embedding
from paperlark.rankers.tokens import TermCounts, tokenize

TRUST = np.array([0.4, 0.55, 0.3, 0.15, 0.5])
"""What each reading counts for a reader of whom nothing is known, in log-odds per deviation."""

_MOST_TOPICS = 200
"""So many topics are held against each paper one by one, all of them as one text."""

_COMPANY = 30
"""So many papers of the field speak for the criteria; 10 and 120 are a little worse."""

_LEAST = 1e-6
"""Deviations below are rounding, not difference."""


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaVectors:
    """The criteria as texts: each topic, everything wanted together, everything unwanted."""

    topics: tuple[TermCounts, ...]
    wanted: TermCounts
    unwanted: TermCounts

    @classmethod
    def of(cls, criteria: Criteria) -> CriteriaVectors:
        """Read the criteria; a topic's name counts twice, as a paper's title does."""
        topics = [(topic.name, topic.name, topic.relevant) for topic in criteria.topics]
        irrelevant = [topic.irrelevant for topic in criteria.topics]
        return cls(
            topics=tuple(tokenize(*topic) for topic in topics[:_MOST_TOPICS]),
            wanted=tokenize(*(text for topic in topics for text in topic), *criteria.keywords),
            unwanted=tokenize(*irrelevant, *criteria.unwanted),
        )


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaFeatures:
    """How like the criteria each paper of a field is.

    `readings` (papers, 5) have mean 0 and deviation 1 over the field. `nearest` is the topic
    nearest to each paper, -1 where none is near. `shared` says whether a paper has anything in
    common with the criteria at all. `spoken` is what each term of the field counts by the
    criteria alone, in log-odds.
    """

    readings: NDArray[np.float64]
    nearest: NDArray[np.int64]
    shared: NDArray[np.bool_]
    spoken: NDArray[np.float64]


def criteria_features(
    field: CorpusStats, interests: CriteriaVectors, space: Embedding
) -> CriteriaFeatures:
    """Read every paper of the field in the light of the criteria."""
    places = field.see_places(
        space.place([*interests.topics, interests.wanted, interests.unwanted])
    )
    wanted, unwanted = (
        np.asarray(row.todense()).ravel()
        for row in field.see_words([interests.wanted, interests.unwanted])
    )
    # The same word on both sides, as in `galaxies, not spiral galaxies`, speaks for neither.
    unwanted = np.where(wanted > 0, 0, unwanted)
    near = np.asarray(field.places @ places.T, dtype=np.float64)
    topics, whole, against = near[:, :-2], near[:, -2], near[:, -1]
    words = np.asarray(field.words @ wanted).ravel()
    strongest = topics.max(axis=1, initial=0)
    one = np.sqrt(np.square(np.maximum(topics, 0)).mean(axis=1)) if topics.size else strongest
    own = _standard(np.column_stack([one, whole, words, -against]))
    company = _company(field, own @ TRUST[:-1])
    nearest = topics.argmax(axis=1) if topics.size else np.zeros(len(near), dtype=np.int64)
    return CriteriaFeatures(
        readings=np.column_stack([own, company]),
        nearest=np.where(strongest > 0, nearest, -1),
        shared=(words > 0) | (strongest > 0),
        spoken=TRUST[2] / max(float(words.std()), _LEAST) * (wanted - 0.5 * unwanted),
    )


def _company(field: CorpusStats, nearness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how like each paper is to the few nearest ones, in place and words; a column."""
    few = min(_COMPANY, len(nearness) // 10)
    best = np.argsort(-nearness, kind="stable")[:few]
    if not few or not np.any(nearness):
        return np.zeros((len(nearness), 1))
    places = field.places @ field.places[best].mean(axis=0)
    words = np.asarray(field.words @ np.asarray(field.words[best].mean(axis=0)).ravel()).ravel()
    both = _standard(np.column_stack([places, words]))
    return _standard(both.sum(axis=1, keepdims=True))


def _standard(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring each column to mean 0 and deviation 1; one that tells nothing apart becomes 0."""
    if not len(columns):
        return columns
    deviation = columns.std(axis=0)
    alive = deviation > _LEAST
    result: NDArray[np.float64] = np.where(
        alive, (columns - columns.mean(axis=0)) / np.where(alive, deviation, 1), 0
    )
    return result
