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
from paperlark.rankers.tokens import TermCounts, tokenize

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
        irrelevant = [topic.irrelevant for topic in criteria.topics]
        return cls(
            topics=tuple(tokenize(*topic) for topic in topics[:_MAX_TOPICS]),
            wanted=tokenize(*(text for topic in topics for text in topic), *criteria.keywords),
            unwanted=tokenize(*irrelevant, *criteria.unwanted),
            phrases=tuple(
                (tokenize(phrase), topic)
                for phrase, topic in criteria.unwanted_phrases[:_MAX_TOPICS]
            ),
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
    term_log_odds: (terms,) what each term of the corpus adds by the criteria alone
    """

    features: NDArray[np.float64]
    nearest_topic: NDArray[np.int64]
    related: NDArray[np.bool_]
    similarity: NDArray[np.float64]
    term_log_odds: NDArray[np.float64]


def criteria_features(
    corpus: CorpusStats, criteria: CriteriaTerms, embedding: Embedding
) -> CriteriaFeatures:
    """Compare every paper of the corpus with the criteria."""
    vectors = corpus.centre(embedding.embed([*criteria.topics, criteria.wanted, criteria.unwanted]))
    wanted, unwanted = (
        np.asarray(row.todense()).ravel()
        for row in corpus.word_rows([criteria.wanted, criteria.unwanted])
    )
    # A word wanted and unwanted, as in `galaxies, not spiral galaxies`, counts for neither.
    unwanted = np.where(wanted > 0, 0, unwanted)
    cosines = np.asarray(corpus.vectors @ vectors.T, dtype=np.float64)
    topics, whole, against = cosines[:, :-2], cosines[:, -2], cosines[:, -1]
    words = np.asarray(corpus.words @ wanted).ravel()
    best = topics.max(axis=1, initial=0)
    by_topic = np.sqrt(np.square(np.maximum(topics, 0)).mean(axis=1)) if topics.size else best
    if criteria.names_only:
        # A name of three words alone says less than all of them together.
        by_topic = np.maximum(by_topic, whole)
    direct = np.column_stack(
        [
            _standardize(np.column_stack([by_topic, whole, words, -against])),
            _about_phrases(corpus, criteria.phrases, embedding, topics, wanted),
        ]
    )
    feedback = _pseudo_relevance(corpus, direct @ PRIOR_WEIGHTS[:-1])
    nearest = topics.argmax(axis=1) if topics.size else np.zeros(len(cosines), dtype=np.int64)
    per_word = PRIOR_WEIGHTS[2] / max(float(words.std()), _EPSILON)
    return CriteriaFeatures(
        features=np.column_stack([direct, feedback]),
        nearest_topic=np.where(best > 0, nearest, -1),
        related=(words > 0) | (best > 0),
        similarity=_similarity(best, whole, words),
        term_log_odds=per_word * (wanted - 0.5 * unwanted),
    )


def _about_phrases(
    corpus: CorpusStats,
    phrases: Sequence[tuple[TermCounts, int]],
    embedding: Embedding,
    topics: NDArray[np.float64],
    wanted: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how much each paper is about an unwanted phrase, more than about any topic.

    phrases: the terms of each, and the topic that it belongs to, -1 for all
    topics: (papers, topics) cosine similarities to the topics
    wanted: (terms,) weights of the wanted terms: a phrase is known by its other terms

    Returns (papers,), from 0, not at all, to 1. A phrase of a topic counts for the papers that
    are nearest to this topic.
    """
    if not phrases:
        return np.zeros(len(topics))
    counts = [one for one, _ in phrases]
    owners = np.array([topic for _, topic in phrases])
    vectors = corpus.vectors @ corpus.centre(embedding.embed(counts)).T
    rows = corpus.word_rows(counts).multiply(wanted[None, :] == 0)
    words = np.asarray((corpus.words @ rows.T).todense())
    margin = vectors / _PHRASE_COSINE + words / _PHRASE_WORDS
    if topics.size:
        margin -= topics.max(axis=1, keepdims=True, initial=0) / _TOPIC_COSINE
        margin[(owners >= 0) & (owners != topics.argmax(axis=1)[:, None])] = 0
    strength = np.clip((margin - _LEAST_MARGIN) / _MARGIN_RANGE, 0, 1)
    strength[:, owners >= 0] *= _IN_A_TOPIC
    return np.asarray(strength.max(axis=1))


def _similarity(
    topic: NDArray[np.float64], whole: NDArray[np.float64], words: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the highest cosine; one of words counts twice, and up to a point.

    Where the embedding does not know a word, the word itself is all there is to go by.
    """
    return np.maximum(np.maximum(topic, whole), np.minimum(2 * words, _SHARED_WORDS))


def _pseudo_relevance(corpus: CorpusStats, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each paper's similarity to the top papers by `scores`, a standardized column.

    Pseudo-relevance feedback (Rocchio): the top papers are taken to be relevant, and their mean
    words and mean vector stand for what the reader wrote. At most a tenth of the papers count.
    """
    count = min(_FEEDBACK_PAPERS, len(scores) // 10)
    top = np.argsort(-scores, kind="stable")[:count]
    if not count or not np.any(scores):
        return np.zeros((len(scores), 1))
    vectors = corpus.vectors @ corpus.vectors[top].mean(axis=0)
    words = np.asarray(corpus.words @ np.asarray(corpus.words[top].mean(axis=0)).ravel()).ravel()
    both = _standardize(np.column_stack([vectors, words]))
    return _standardize(both.sum(axis=1, keepdims=True))


def _standardize(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each column to mean 0 and standard deviation 1; a constant column becomes 0."""
    if not len(columns):
        return columns
    deviation = columns.std(axis=0)
    varies = deviation > _EPSILON
    result: NDArray[np.float64] = np.where(
        varies, (columns - columns.mean(axis=0)) / np.where(varies, deviation, 1), 0
    )
    return result
