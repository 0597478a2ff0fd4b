"""Papers as counts of words, each counted once for all methods and all days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from paperlark.domain.criteria import Criteria
from paperlark.domain.paper import Paper, PaperId

_WORD = re.compile(r"[^\W\d_]\w+")
_EMPTY = frozenset(
    """
    about above after again against all also among an and any are as at be because been before
    being below between both but by can could did do does down during each et few for from
    further had has have he hence her here him his how however if in into is it its itself many
    may me might more most much must my no nor not of off on once only or other our out over own
    same several she should since so some still such than that the their them then there
    therefore these they this those though through thus to too toward under until up upon us
    very via was we were what when where whether which while who whom whose why will with within
    without would yet you your
    """.split()  # noqa: SIM905  # a word list reads best as text  # a word list reads best as text
)

Matrix = Any
"""A scipy CSR array of counts, shape (papers, terms); scipy has no types of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Bag:
    """The terms of one text by number, and how often each is in it."""

    terms: npt.NDArray[np.int32]
    counts: npt.NDArray[np.float32]
    words: int
    """How many words the text has, function words left out."""


@dataclass(slots=True)
class Words:
    """Counts single words and pairs of neighbours; terms are numbered as they come."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _bags: dict[tuple[PaperId, int], Bag] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._numbers)

    def paper(self, paper: Paper) -> Bag:
        """Give a paper's terms; title and abstract are one text."""
        key = paper.id, paper.version
        if key not in self._bags:
            self._bags[key] = self.text(f"{paper.title}\n{paper.abstract}")
        return self._bags[key]

    def text(self, text: str, *, pairs: bool = True) -> Bag:
        """Give a text's terms, single words only unless `pairs`."""
        words = [word for word in _WORD.findall(text.lower()) if word not in _EMPTY]
        joined = [f"{one} {two}" for one, two in pairwise(words)] if pairs else []
        number = self._numbers
        terms = [number.setdefault(term, len(number)) for term in (*words, *joined)]
        unique, counts = np.unique(np.array(terms, dtype=np.int32), return_counts=True)
        return Bag(unique, counts.astype(np.float32), len(words))

    def matrix(self, bags: Sequence[Bag]) -> Matrix:
        """Stack counts: shape (bags, all terms so far)."""
        ends = np.cumsum([0, *(len(bag.terms) for bag in bags)])
        terms = np.concatenate([np.empty(0, np.int32), *(bag.terms for bag in bags)])
        counts = np.concatenate([np.empty(0, np.float32), *(bag.counts for bag in bags)])
        return sparse.csr_array((counts, terms, ends), shape=(len(bags), len(self)))


def wanted_text(criteria: Criteria) -> str:
    """Give what the criteria say for a paper, as one text: topics and keywords."""
    parts = [f"{topic.name}\n{topic.relevant}" for topic in criteria.topics]
    return "\n".join((*parts, *criteria.keywords))


def unlike(papers: Iterable[Paper], others: Iterable[Paper]) -> list[Paper]:
    """Give `papers` without those that are among `others`."""
    known = {paper.id for paper in others}
    return [paper for paper in papers if paper.id not in known]
