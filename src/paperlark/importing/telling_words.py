"""The most telling words of each cluster of papers: class-based TF-IDF over words and phrases.

A phrase counts once for each paper of a cluster that has it, and more in a title. It is telling
where other clusters have it rarely, and where its embedding says that it names a subject at all:
`results` does not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from paperlark.domain.criteria.labels import label_part
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line
from paperlark.rankers.embedding import Embedding
from paperlark.rankers.tokens import bigram_ids, token_ids
from paperlark.renderers import typeset

MOST_READ = 400
"""Papers of a cluster whose words are counted, the most typical first."""
_LONGEST_TEXT = 4_000
_LONGEST_PHRASE = 4
_TITLE = 2
_UNKNOWN = 3.0
"""The length of a term that the embedding does not know: as one of middling use."""
_LEAST_WORD, _LEAST_PHRASE = 2.2, 1.4
"""Shorter ones name no subject: `study` 0.8, `learning` 1.6, `language models` 1.5."""
_LEAST_NAME = 4.2
"""A single word that names a cluster is more telling than most: `compactness` 4.0."""
_PHRASE_BONUS = (0.8, 1.6, 1.7)
"""By the number of words: a phrase says more than its words."""
_ENDS = 0.5
"""The share of a phrase's uses that end it: `large multimodal` is hardly ever the end."""
_MOSTLY = 0.6
"""The share of papers that use a phrase within a longer one."""
_FEW_PAPERS = 4
_OWN = 4
"""Words that tell a cluster from the others, of which its name is made."""

_FORMULA = re.compile(r"\$[^$]*\$")
_APOSTROPHES, _HYPHENS = "'\u2019", "-\u2010\u2011"
_TOKEN = re.compile(
    rf"[^\W\d_]\w*(?:[{_APOSTROPHES}](?!s\b)\w+|[{_HYPHENS}]\w+|\.\d+)*|[^\w\s]|\d+"
)
_WEAK = frozenset("et al ii iii iv vi vii viii ix".split())  # noqa: SIM905  # a word list
_RESERVED = re.compile(
    r"(?:skip|ignor|avoid|exclu|filter|keep|includ|interest|keyword|hint|relevan|irrelevan|topic"
    r"|criteri|unwant|want|remark|example|only|scope|except|without)",
    re.IGNORECASE,
)

Key = tuple[int, ...]


@dataclass(slots=True)
class _Counts:
    """How much papers of a cluster use each phrase, and how they write it.

    `weights` counts a paper once, twice with the phrase in its title; `whole` are phrases that
    some paper uses alone, not as a part of a longer one. `ends` and `used` count occurrences.
    """

    weights: Counter[Key] = field(default_factory=Counter)
    papers: Counter[Key] = field(default_factory=Counter)
    whole: set[Key] = field(default_factory=set)
    used: Counter[Key] = field(default_factory=Counter)
    ends: Counter[Key] = field(default_factory=Counter)
    spellings: defaultdict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass(frozen=True, slots=True)
class TellingWords:
    """Words and phrases of a cluster, as its papers write them, the most telling first.

    `own` tell it from the other clusters; `words` tell it from papers of any other subject.
    """

    own: tuple[str, ...]
    words: tuple[str, ...]


def telling_words(
    clusters: Sequence[Sequence[Paper]], most: int, embedding: Embedding
) -> tuple[TellingWords, ...]:
    """Return at most `most` words and phrases of each cluster."""
    counts = [_count(cluster[:MOST_READ]) for cluster in clusters]
    everywhere = Counter[Key]()
    for one in counts:
        everywhere.update(one.weights)
    tells = _Telling(embedding)
    return tuple(
        TellingWords(
            own=_chosen(_shared(one, len(cluster)), tells, _OWN, everywhere),
            words=_chosen(one, tells, most),
        )
        for one, cluster in zip(counts, clusters, strict=True)
    )


def is_reserved(word: str) -> bool:
    """Return whether a word would be read as a label or as a negation in criteria."""
    return _RESERVED.match(word) is not None or label_part(word) is not None


def _shared(counts: _Counts, papers: int) -> _Counts:
    """Leave out phrases of a single paper: they name no cluster but the smallest."""
    if papers < _FEW_PAPERS:
        return counts
    return replace(
        counts,
        weights=Counter({key: n for key, n in counts.weights.items() if counts.papers[key] > 1}),
    )


def _count(papers: Sequence[Paper]) -> _Counts:
    counts = _Counts()
    for paper in papers:
        once: dict[Key, int] = {}
        for text, weight in ((paper.title, _TITLE), (paper.abstract[:_LONGEST_TEXT], 1)):
            for run in _runs(text):
                counts.whole.add(tuple(one for ids, _ in run for one in ids))
                for key, spelled, last in _parts(run):
                    once[key] = max(once.get(key, 0), weight)
                    counts.used[key] += 1
                    counts.ends[key] += last
                    # A title writes most words with a capital: how abstracts do it counts.
                    counts.spellings[key][spelled] += 1 if weight == _TITLE else 10
        counts.weights.update(once)
        counts.papers.update(once.keys())
    return counts


def _runs(text: str) -> Iterator[list[tuple[Key, str]]]:
    """Yield every run of words between stop words and signs, each word with its term ids."""
    run: list[tuple[Key, str]] = []
    for found in _TOKEN.finditer(_FORMULA.sub(" . ", one_line(typeset.plain(text)))):
        word = found[0]
        ids = tuple(int(one) for one in token_ids(word)) if word[0].isalpha() else ()
        if any(ids) and not is_reserved(word) and word.lower() not in _WEAK:
            run.append((ids, word))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _parts(run: Sequence[tuple[Key, str]]) -> Iterator[tuple[Key, str, bool]]:
    """Yield every phrase of one to four words in a run, and whether it ends the run."""
    for start in range(len(run)):
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(run)) + 1):
            key = tuple(one for ids, _ in run[start:end] for one in ids)
            yield key, " ".join(word for _, word in run[start:end]), end == len(run)


class _Telling:
    """How much a phrase tells of a subject, by the embedding; each is looked up once."""

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding
        self._known: dict[Key, float] = {}

    def of(self, key: Key) -> float:
        """Return 0 for a phrase that names no subject."""
        if key not in self._known:
            self._known[key] = self._measure(key)
        return self._known[key]

    def _measure(self, key: Key) -> float:
        words = [one for one in key if one]
        ids = np.array(words, dtype=np.uint32)
        single = self._embedding.term_lengths(ids)
        single = np.where(single > 0, single, _UNKNOWN)
        if len(words) == 1:
            return float(single[0]) if single[0] >= _LEAST_WORD else 0.0
        pairs = self._embedding.term_lengths(bigram_ids(ids[:-1], ids[1:]))
        means = (single[:-1] + single[1:]) / 2
        tells = float(np.where(pairs > 0, pairs, means).mean())
        # `novel cache` is no phrase for its second word alone.
        weak = min(float(single[0]), float(single[-1])) < 1 and not pairs.all()
        return 0.0 if weak or tells < _LEAST_PHRASE else tells


def _chosen(
    counts: _Counts, tells: _Telling, most: int, everywhere: Counter[Key] | None = None
) -> tuple[str, ...]:
    """Choose the phrases of one cluster with the highest scores, none within another.

    With `everywhere`, phrases count by the share of their use that is in this cluster.
    """
    scored: list[tuple[float, str, Key]] = []
    for key, weight in counts.weights.items():
        # What one paper uses once must be its whole phrase: `Efficient Cache` of a longer one says
        # nothing.
        if weight == 1 or (counts.papers[key] == 1 and key not in counts.whole):
            continue
        told = tells.of(key)
        length = min(sum(map(bool, key)), len(_PHRASE_BONUS))
        if everywhere and length == 1 and told < _LEAST_NAME:
            continue
        if (everywhere or length > 1) and counts.ends[key] < _ENDS * counts.used[key]:
            continue
        share = weight / everywhere[key] if everywhere else 1.0
        score = weight * share * told * _PHRASE_BONUS[length - 1]
        if told:
            scored.append((round(score, 6), _spelled(counts.spellings[key]), key))
    scored.sort(key=lambda one: (-one[0], one[1]))
    return tuple(_distinct(scored, counts, most))


def _spelled(spellings: Counter[str]) -> str:
    """Return the most frequent spelling; of equally frequent ones that without capitals."""
    return min(spellings, key=lambda one: (-spellings[one], sum(map(str.isupper, one)), one))


def _distinct(
    scored: Sequence[tuple[float, str, Key]], counts: _Counts, most: int
) -> Iterator[str]:
    """Yield the best, each as the longest phrase that it mostly stands in.

    What says nothing that a better one does not is left out.
    """
    chosen: list[set[int]] = []
    longer = sorted(scored, key=lambda one: -len(one[2]))
    for _, short, within in scored:
        spelled, key = _extended(short, within, longer, counts)
        words = {one for one in key if one}
        if any(len(words & other) >= len(words) / 2 for other in chosen):
            continue
        chosen.append(words)
        yield spelled
        if len(chosen) == most:
            return


def _extended(
    spelled: str, key: Key, longer: Sequence[tuple[float, str, Key]], counts: _Counts
) -> tuple[str, Key]:
    """Return `quantum error correction` for `error correction` where most papers write that."""
    for _, other_spelled, other in longer:
        if len(other) <= len(key):
            break
        if counts.papers[other] >= _MOSTLY * counts.papers[key] and _contains(other, key):
            return other_spelled, other
    return spelled, key


def _contains(other: Key, key: Key) -> bool:
    return any(other[at : at + len(key)] == key for at in range(len(other) - len(key) + 1))
