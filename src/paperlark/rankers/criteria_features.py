"""Features of papers: how similar each is to the reader's written criteria.

Six features, a column each: similarity to the topics, to all of the criteria as one text, shared
words, distance from what the criteria call irrelevant, how much the paper is about one of the
unwanted phrases, and pseudo-relevance feedback, which is similarity to the papers that score
highest by the others. How far each can be trusted is learned from examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.criteria import Criteria
from paperlark.rankers.embedding import CorpusStats, Embedding
from paperlark.rankers.sparse import CsrMatrix, Indices
from paperlark.rankers.tokens import TermCounts, TermWeights, tokenize_each

PRIOR_WEIGHTS = np.array([0.4, 0.55, 0.3, 0.15, -5.0, 0.5])
"""Weights before any example is known, in log-odds per standard deviation of a feature; that of
unwanted phrases, which few papers are about, in log-odds for a paper that is about one."""

_MAX_TOPICS = 200
"""Topics compared with each paper one by one; all of them still count as one text."""

_FEEDBACK_PAPERS = 30
"""Top papers used for pseudo-relevance feedback; 10 and 120 are a little worse."""

_SHARED_WORDS = 0.2
"""The most that shared words alone count as a cosine of meaning."""

_EPSILON = 1e-6
"""Standard deviations below this are rounding errors."""


_PHRASE_COSINE, _PHRASE_WORDS, _TOPIC_COSINE = 0.3, 0.1, 0.5
"""Units in which the similarities to a phrase, of the embedding and of words, and to the nearest
topic are measured: a paper at the first or second is about the phrase as often as not."""

_LEAST_MARGIN, _MARGIN_RANGE = 0.3, 1.5
"""A margin of phrase over topic up to the least counts nothing, and in full from the least plus
the range on. All were chosen on earlier days, over made-up readers (`benchmarks/negation.py`)."""

_IN_A_TOPIC = 0.5
"""How much a phrase counts that is unwanted in one of several topics, not everywhere."""


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaTerms:
    """Term counts of the criteria: each topic, everything wanted, everything unwanted.

    phrases: those of each unwanted phrase, with the topic that it belongs to, -1 for all
    """

    topics: tuple[TermCounts, ...]
    wanted: TermCounts
    unwanted: TermCounts
    phrases: tuple[tuple[TermCounts, int], ...] = ()
    names_only: bool = False
    """Whether no topic has any text besides its name."""

    @classmethod
    def of(cls, criteria: Criteria) -> CriteriaTerms:
        """Tokenize the criteria; a topic's name counts twice, as a paper's title does."""
        topics = [
            (topic.name, topic.name, topic.relevant) if topic.titled else (topic.relevant,)
            for topic in criteria.topics
        ]
        phrases = criteria.unwanted_phrases[:_MAX_TOPICS]
        wanted, unwanted, *counts = tokenize_each(
            [
                (*(text for topic in topics for text in topic), *criteria.keywords),
                (*(topic.irrelevant for topic in criteria.topics), *criteria.unwanted),
                *topics[:_MAX_TOPICS],
                *((phrase,) for phrase, _ in phrases),
            ]
        )
        named = min(len(topics), _MAX_TOPICS)
        owners = [topic for _, topic in phrases]
        return cls(
            topics=tuple(counts[:named]),
            wanted=wanted,
            unwanted=unwanted,
            phrases=tuple(zip(counts[named:], owners, strict=True)),
            names_only=not any(topic.relevant for topic in criteria.topics),
        )


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaFeatures:
    """How similar each paper of a corpus is to the criteria.

    features: (papers, 6) float64; each column has mean 0 and standard deviation 1, but that of
        unwanted phrases, which goes from 0 to 1
    nearest_topic: (papers,) index into the criteria's topics, -1 where none is similar
    related: (papers,) bool, whether the paper shares a word or direction with the criteria
    similarity: (papers,) cosine with the nearest topic or with all of the criteria
    terms: what each term adds by the criteria alone
    """

    features: NDArray[np.float64]
    nearest_topic: NDArray[np.int64]
    related: NDArray[np.bool_]
    similarity: NDArray[np.float64]
    terms: TermWeights


def criteria_features(
    corpus: CorpusStats, criteria: CriteriaTerms, embedding: Embedding
) -> CriteriaFeatures:
    """Compare every paper of the corpus with the criteria."""
    phrases = [one for one, _ in criteria.phrases]
    vectors = embedding.embed([*criteria.topics, criteria.wanted, criteria.unwanted, *phrases])
    words_of = corpus.word_rows([criteria.wanted, criteria.unwanted, *phrases])
    wanted, unwanted, *others = words_of.each_row()
    # A row for each text, so that sums over papers and over topics run along memory.
    cosines = np.asarray(corpus.centre(vectors) @ corpus.vectors.T, dtype=np.float64)
    count = len(criteria.topics)
    topics, whole, against, phrased = np.split(cosines, [count, count + 1, count + 2])
    words = corpus.word_cosines(wanted)
    best = topics.max(axis=0, initial=0)
    by_topic = np.sqrt(np.square(np.maximum(topics, 0)).mean(axis=0)) if count else best
    if criteria.names_only:
        # A name of three words alone says less than all of them together.
        by_topic = np.maximum(by_topic, whole[0])
    nearest = topics.argmax(axis=0) if count else np.full(len(best), -1)
    margins = []
    for near, one in zip(phrased, others, strict=True):
        # A phrase is known by the terms that are not wanted.
        row = one.with_data(np.where(_among(one.indices, wanted.indices), 0, one.data))
        shared = corpus.word_cosines(row)[0]
        margins.append(near / _PHRASE_COSINE + shared / _PHRASE_WORDS - best / _TOPIC_COSINE)
    about = _about_phrases(margins, [owner for _, owner in criteria.phrases], nearest)
    direct = np.vstack([_standardize(np.vstack([by_topic, whole, words, -against])), about])
    feedback = _pseudo_relevance(corpus, PRIOR_WEIGHTS[:-1] @ direct)
    per_word = PRIOR_WEIGHTS[2] / max(float(words.std()), _EPSILON)
    return CriteriaFeatures(
        features=np.vstack([direct, feedback]).T,
        nearest_topic=np.where(best > 0, nearest, -1),
        related=(words[0] > 0) | (best > 0),
        similarity=_similarity(best, whole[0], words[0]),
        terms=_term_weights(corpus, wanted, unwanted, per_word),
    )


def _term_weights(
    corpus: CorpusStats, wanted: CsrMatrix, unwanted: CsrMatrix, per_word: float
) -> TermWeights:
    """Return what each term of the criteria adds to a paper's log-odds.

    A word wanted and unwanted, as in `galaxies, not spiral galaxies`, counts as wanted.
    """
    only = ~_among(unwanted.indices, wanted.indices)
    columns = np.concatenate([wanted.indices, unwanted.indices[only]])
    values = np.concatenate([wanted.data, -0.5 * unwanted.data[only]])
    order = np.argsort(columns)
    return TermWeights(corpus.ids[columns[order]], per_word * values[order])


def _among(columns: Indices, known: Indices) -> NDArray[np.bool_]:
    """Return whether each column is among the known ones; both ascend.

    As `np.isin`, which imports the masked arrays.
    """
    found = np.zeros(len(columns), dtype=np.bool_)
    at = np.searchsorted(known, columns)
    inside = at < len(known)
    found[inside] = known[at[inside]] == columns[inside]
    return found


def _about_phrases(
    margins: Sequence[NDArray[np.float64]], owners: Sequence[int], nearest: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how much each paper is about an unwanted phrase, more than about any topic.

    margins: (papers,) for each phrase, by how much it is nearer than the nearest topic
    owners: the topic that each phrase belongs to, -1 for all
    nearest: (papers,) the nearest topic

    Returns (papers,), from 0, not at all, to 1. A phrase of a topic counts for the papers that
    are nearest to this topic.
    """
    strength = np.zeros(len(nearest))
    for margin, owner in zip(margins, owners, strict=True):
        about = np.clip((margin - _LEAST_MARGIN) / _MARGIN_RANGE, 0, 1)
        if owner >= 0:
            about = np.where(nearest == owner, about * _IN_A_TOPIC, 0)
        strength = np.maximum(strength, about)
    return strength


def _similarity(
    topic: NDArray[np.float64], whole: NDArray[np.float64], words: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the highest cosine; one of words counts twice, and up to a point.

    Where the embedding does not know a word, the word itself is all there is to go by.
    """
    return np.maximum(np.maximum(topic, whole), np.minimum(2 * words, _SHARED_WORDS))


def _pseudo_relevance(corpus: CorpusStats, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each paper's similarity to the top papers by `scores`, a standardized row.

    Pseudo-relevance feedback (Rocchio): the top papers are taken to be relevant, and their mean
    words and mean vector stand for what the reader wrote. At most a tenth of the papers count.
    """
    count = min(_FEEDBACK_PAPERS, len(scores) // 10)
    if not count or not np.any(scores):
        return np.zeros((1, len(scores)))
    least = np.partition(scores, -count)[-count]
    likely = np.flatnonzero(scores >= least)
    top = likely[np.argsort(-scores[likely], kind="stable")][:count]
    vectors = corpus.vectors @ corpus.vectors[top].mean(axis=0)
    both = _standardize(np.vstack([vectors, corpus.mean_word_cosines(top)]))
    return _standardize(both.sum(axis=0, keepdims=True))


def _standardize(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each row to mean 0 and standard deviation 1; a constant row becomes 0."""
    if not rows.size:
        return rows
    centred = rows - rows.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.square(centred).mean(axis=1, keepdims=True))
    scale = np.where(deviation > _EPSILON, deviation, np.inf)
    result: NDArray[np.float64] = centred / scale
    return result
