"""A ranker of a plug-in; where it fails the embedded ranker ranks, and a note says so."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import PaperlarkError, PluginError
from paperlark.domain.feedback import Evidence
from paperlark.domain.judgement import Match, MatchedTerms, Strength
from paperlark.domain.paper import Paper, PaperId
from paperlark.plugins.watched import call
from paperlark.ports import LearningRanker, Ranker

_LONGEST, _MOST_WORDS, _LONGEST_PROBLEM = 80, 5, 300
_HIGHEST = 1e12
"""The largest score, which only orders papers."""


class PluginRanker:
    """Implements LearningRanker by the ranker of a plug-in, and by `embedded` where that fails.

    `opened` is the error where there is no ranker; `label` names the plug-in and its version.
    """

    def __init__(
        self,
        opened: Ranker | PaperlarkError,
        plugin: str,
        label: str,
        at_most: float,
        embedded: LearningRanker,
    ) -> None:
        self._opened, self._plugin, self._label = opened, plugin, label
        self._at_most, self._embedded = at_most, embedded
        self._problem: str | None = None
        self._ranked = False

    @property
    def used(self) -> tuple[str, ...]:
        """The plug-in, where it ranked the papers that were ranked last."""
        return (self._label,) if self._ranked else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Why it did not rank those papers, for the page."""
        if self._problem is None:
            return ()
        return (f"papers were ranked by the embedded ranker: {self._problem}",)

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence
    ) -> tuple[Match, ...]:
        """Rank by the plug-in, or by the embedded ranker where it fails."""
        self._problem, self._ranked = None, False
        try:
            if isinstance(self._opened, PaperlarkError):
                raise self._opened
            ranker = self._opened
            # What is not sound may also fail where it is looked at.
            matches = call(
                self._plugin,
                lambda: _sound(
                    ranker.rank(tuple(papers), criteria, evidence), len(papers), self._plugin
                ),
                self._at_most,
            )
        except PaperlarkError as error:
            self._problem = plain_text.one_line(str(error))[:_LONGEST_PROBLEM]
            return self._embedded.rank(papers, criteria, evidence)
        self._ranked = True
        return matches

    def learn(self, criteria: Criteria, evidence: Evidence) -> None:
        """Learn by the embedded ranker, which is asked where the plug-in fails."""
        self._embedded.learn(criteria, evidence)

    def explain(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence,
        chosen: Container[PaperId],
    ) -> Mapping[PaperId, MatchedTerms]:
        """Name what moved the papers; nothing where the plug-in ranked, which names its own."""
        if self._ranked:
            return {}
        return self._embedded.explain(papers, criteria, evidence, chosen)


def _sound(found: object, count: int, plugin: str) -> tuple[Match, ...]:
    """Return the matches; raises PluginError where they are not one a paper, each rank once."""
    matches: tuple[Any, ...] = tuple(found) if isinstance(found, tuple | list) else ()
    sound = len(matches) == count and all(map(_is_sound, matches))
    if not sound or sorted(one.rank for one in matches) != list(range(1, count + 1)):
        raise PluginError(
            f"the ranker plug-in {plugin} does not return a match for each of {count} papers, with"
            f" every rank from 1 to {count} once"
        )
    return tuple(_bounded(one, count) for one in matches)


def _is_sound(match: object) -> bool:
    raw: Any = match
    return (
        type(match) is Match
        and type(raw.rank) is int
        and type(raw.score) in {int, float}
        and abs(raw.score) <= _HIGHEST  # which NaN is not
    )


def _bounded(one: Any, count: int) -> Match:  # noqa: ANN401  # a Match of any types
    chance: Any = one.probability
    likely = isinstance(chance, int | float) and 0 <= chance <= 1
    return Match(
        score=float(one.score),
        rank=one.rank,
        of=count,
        topic=_short(one.topic) if isinstance(one.topic, str) else None,
        words_for=_words(one.words_for),
        words_against=_words(one.words_against),
        probability=float(chance) if likely else None,
        strength=one.strength if isinstance(one.strength, Strength) else None,
    )


def _words(words: object) -> tuple[str, ...]:
    several = words if isinstance(words, tuple | list) else ()
    return tuple(_short(one) for one in several[:_MOST_WORDS] if isinstance(one, str))


def _short(text: str) -> str:
    return plain_text.one_line(text)[:_LONGEST]
