"""A judge of a plug-in: what it does not judge, soundly and in time, is left to the ranker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.errors import PaperlarkError, PluginError
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Judgement,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Spend
from paperlark.plugins.watched import call, emitted
from paperlark.ports import Judge

_LONGEST_NAME, _LONGEST_COMMENT, _LONGEST_REASON = 80, 1_000, 300
_LARGEST_TEXT = 100_000
_MOST_RESULTS = 4
"""Results that a plug-in may yield for each paper."""


class PluginJudge:
    """Implements Judge by that of a plug-in, or by the error for which there is none.

    `label` names the plug-in and its version.
    """

    def __init__(
        self, opened: Judge | PaperlarkError, plugin: str, label: str, at_most: float, criteria: str
    ) -> None:
        self._plugin, self._label, self._at_most = plugin, label, at_most
        self._criteria = criteria
        self._signature, self._prompt = label, criteria
        self._judge: Judge | None = None
        self._problem = opened if isinstance(opened, PaperlarkError) else None
        if isinstance(opened, PaperlarkError):
            return
        try:
            signature, prompt = call(plugin, lambda: (opened.signature, opened.prompt), at_most)
            _need_text(plugin, signature=signature, prompt=prompt)
        except PaperlarkError as error:
            self._problem = error
            return
        self._judge, self._prompt = opened, prompt[:_LARGEST_TEXT]
        made = hashlib.sha256(signature.encode(errors="replace")).hexdigest()[:16]
        self._signature = f"{label}/{made}"

    @property
    def label(self) -> str:
        """The plug-in and its version."""
        return self._label

    def model(self, day: date) -> str:
        """Return what the plug-in says that it judges with, and its name."""
        judge, name = self._judge, ""
        if judge is not None:
            try:
                said: object = call(self._plugin, lambda: judge.model(day), self._at_most)
            except PaperlarkError:
                said = ""
            name = plain_text.one_line(said)[:_LONGEST_NAME] if isinstance(said, str) else ""
        return f"{name} ({self._label})" if name else self._label

    @property
    def signature(self) -> str:
        """The plug-in, its version, and a hash of what it says that its judgements depend on."""
        return self._signature

    @property
    def prompt(self) -> str:
        """What the plug-in says that it judges by, for the page's appendix."""
        return self._prompt

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        """Yield the plug-in's results as they come; a paper without one is Unjudged, with why."""
        judge, ended = self._judge, set[PaperId]()
        if judge is None:
            yield from _unjudged(papers, self._problem)
            return

        asked = {paper.id: paper for paper in papers}

        def work(emit: Callable[[ModelCall | Unjudged], None]) -> None:
            given = set[PaperId]()
            # What is not sound may also fail where it is looked at.
            for one in judge.judge(tuple(papers), day, precedents, reading):
                emit(_sound(one, asked, given, self._plugin))

        left = _MOST_RESULTS * len(papers) + 1
        problem: PaperlarkError | None = None
        try:
            for outcome in emitted(self._plugin, work, self._at_most):
                left -= 1
                if left < 0:
                    raise PluginError(
                        f"the judge plug-in {self._plugin} yields results without end"
                    )
                ended |= _papers_of(outcome)
                yield outcome
        except PaperlarkError as error:
            problem = error
        left_out = [paper for paper in papers if paper.id not in ended]
        yield from _unjudged(left_out, problem)


def _papers_of(outcome: ModelCall | Unjudged) -> set[PaperId]:
    if isinstance(outcome, Unjudged):
        return {outcome.paper.id}
    return {one.paper_id for one in outcome.judgements}


def _unjudged(papers: Sequence[Paper], problem: PaperlarkError | None) -> Iterator[Unjudged]:
    reason = str(problem) if problem else "the judge did not return a judgement"
    reason = plain_text.one_line(reason)[:_LONGEST_REASON]
    return (Unjudged(one, UnjudgedReason.FAILED, reason) for one in papers)


def _sound(
    outcome: object, asked: dict[PaperId, Paper], given: set[PaperId], plugin: str
) -> ModelCall | Unjudged:
    """Return a result with judgements of the papers that were asked about, each once."""
    raw: Any = outcome
    if isinstance(outcome, Unjudged) and isinstance(raw.paper, Paper):
        paper = asked.get(raw.paper.id)
        if paper is not None and paper.id not in given:
            given.add(paper.id)
            reason = plain_text.one_line(str(raw.reason))[:_LONGEST_REASON]
            return Unjudged(paper, UnjudgedReason.FAILED, reason)
    if isinstance(outcome, ModelCall) and isinstance(raw.judgements, tuple | list):
        judged = {
            one.paper_id: _judgement(one, asked[one.paper_id], plugin)
            for one in raw.judgements
            if type(one) is Judgement and one.paper_id in asked and one.paper_id not in given
        }
        given.update(judged)
        spend = raw.spend if isinstance(raw.spend, Spend) else Spend(None, None)
        text = raw.text if isinstance(raw.text, str) else ""
        return ModelCall(tuple(judged.values()), spend, text[:_LARGEST_TEXT])
    raise PluginError(f"the judge plug-in {plugin} yields what is neither ModelCall nor Unjudged")


def _judgement(one: Any, paper: Paper, plugin: str) -> Judgement:  # noqa: ANN401  # of any types
    if type(one.relevance) is not int or type(one.novelty) is not int:
        raise PluginError(f"the judge plug-in {plugin} gives scores that are no whole numbers")
    comment, summary = _line(one.comment), _line(one.summary)
    return Judgement(paper.id, paper.version, one.relevance, one.novelty, comment, summary)


def _line(text: object) -> str:
    return plain_text.one_line(text)[:_LONGEST_COMMENT] if isinstance(text, str) else ""


def _need_text(plugin: str, **values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, str):
            raise PluginError(f"the judge plug-in {plugin} has a {name} that is no text")
