"""Shortlisted papers in, a judgement or a reason for none out, each stored as it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperlark.day.readings import CombinedJudgement, agreement, combine_readings, order
from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Agreement,
    Judgement,
    JudgementKey,
    ModelCall,
    Precedents,
    Reading,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend, total
from paperlark.ports import Advance, Judge, JudgementMemory, Progress

_NOT_MEANT = frozenset({UnjudgedReason.FAILED, UnjudgedReason.BUDGET})
"""Where all papers lack a judgement for these, there is nothing honest to publish."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of the shortlist: every paper of it is in `opinions` or `unjudged`.

    `spend` is all that the day has cost so far, earlier runs and every reading included.
    `readings` is empty where there was one only; `waiting_again` are papers that were judged in
    one and wait in another.
    """

    opinions: Mapping[PaperId, CombinedJudgement]
    unjudged: tuple[Unjudged, ...]
    spend: Spend
    readings: tuple[Reading, ...] = ()
    agreement: Agreement | None = None
    waiting_again: int = 0

    @property
    def judgements(self) -> Mapping[PaperId, Judgement]:
        """What is said of each paper in the end."""
        return {paper: one.judgement for paper, one in self.opinions.items()}


@dataclass(frozen=True, slots=True)
class _Read:
    """How each paper ended in one reading, and what was paid for that in this run."""

    ends: Mapping[PaperId, Judgement | Unjudged]
    spend: Spend


def judge_papers(
    judge: Judge,
    papers: Sequence[Paper],
    *,
    judgement_key: JudgementKey,
    cutoffs: Cutoffs,
    memory: JudgementMemory | None,
    progress: Progress,
    precedents: Precedents = NO_PRECEDENTS,
    readings: int = 1,
) -> Verdict:
    """Ask for what the memory does not know yet, one reading after the other.

    Raises JudgeUnavailable when there is not a single judgement and the judge is to blame.
    """
    askings = [judgement_key.of_reading(FIRST_READING + more) for more in range(readings)]
    known = [memory.judgements(papers, one) if memory else () for one in askings]
    reads: list[_Read] = []
    with progress.step("judging", len(papers) * readings) as advance:
        for number, (one, before) in enumerate(zip(askings, known, strict=True), FIRST_READING):
            lacking = _lacking(order(papers, judgement_key, number), before, cutoffs)
            advance(len(papers) - len(lacking))
            outcomes = judge.judge(lacking, one.day, precedents, number) if lacking else ()
            reads.append(_collect(outcomes, lacking, before, one, memory, advance))
            if not any(known):
                # A server that gave nothing in one reading is not kept waiting for in the next.
                _check_any(reads)
    # In the order of the shortlist, whichever answer came first.
    ends = {paper.id: [read.ends[paper.id] for read in reads] for paper in papers}
    said = {paper: _judgements(several) for paper, several in ends.items()}
    return Verdict(
        opinions={paper: combine_readings(several) for paper, several in said.items() if several},
        unjudged=tuple(
            last
            for paper, (*_, last) in ends.items()
            if not said[paper] and isinstance(last, Unjudged)
        ),
        spend=total(
            memory.spend(one) if memory else read.spend
            for one, read in zip(askings, reads, strict=True)
        ),
        readings=_readings(papers, askings, reads) if readings > 1 else (),
        agreement=agreement(readings, said.values(), cutoffs),
        waiting_again=sum(bool(said[paper]) and _waits(several) for paper, several in ends.items()),
    )


def _lacking(
    papers: Iterable[Paper], known: Iterable[Judgement], cutoffs: Cutoffs
) -> tuple[Paper, ...]:
    """Give the papers to ask about.

    One that would be on the page without a word about it is among them: a judge leaves comments
    out below the cut-offs, and these have been lowered since.
    """
    enough = {
        one.paper_id
        for one in known
        if one.comment or not cutoffs.meets(one.relevance, one.novelty)
    }
    return tuple(paper for paper in papers if paper.id not in enough)


def _collect(  # noqa: PLR0917  # all that one reading has
    outcomes: Iterable[ModelCall | Unjudged],
    lacking: Sequence[Paper],
    known: Iterable[Judgement],
    judgement_key: JudgementKey,
    memory: JudgementMemory | None,
    advance: Advance,
) -> _Read:
    """Take what comes, store what was paid for at once, and give every paper an end."""
    wanted = {paper.id for paper in lacking}
    ended: dict[PaperId, Judgement | Unjudged] = {}
    spends: list[Spend] = []
    for outcome in outcomes:
        if isinstance(outcome, ModelCall):
            if memory:
                memory.keep(outcome, judgement_key)
            spends.append(outcome.spend)
        before = len(ended)
        for identifier, end in _ends(outcome):
            # What is said of a paper that nobody asked about does not count.
            if identifier in wanted and _stands(end, ended.get(identifier)):
                ended[identifier] = end
        advance(len(ended) - before, outcome.spend if isinstance(outcome, ModelCall) else None)
    for paper in lacking:
        ended.setdefault(
            paper.id, Unjudged(paper, UnjudgedReason.FAILED, "the judge said nothing of it")
        )
    for one in known:
        # Scores without a comment are better than neither.
        if isinstance(ended.get(one.paper_id), Unjudged | None):
            ended[one.paper_id] = one
    return _Read(ended, total(spends))


def _ends(outcome: ModelCall | Unjudged) -> Iterator[tuple[PaperId, Judgement | Unjudged]]:
    if isinstance(outcome, Unjudged):
        yield outcome.paper.id, outcome
    else:
        yield from ((judgement.paper_id, judgement) for judgement in outcome.judgements)


def _stands(end: Judgement | Unjudged, before: Judgement | Unjudged | None) -> bool:
    """Tell whether an end counts after another: a judgement only gives way where it is silent."""
    if before is None:
        return True
    silent = isinstance(before, Judgement) and not before.comment
    return silent and isinstance(end, Judgement)


def _judgements(ends: Iterable[Judgement | Unjudged]) -> tuple[Judgement, ...]:
    return tuple(end for end in ends if isinstance(end, Judgement))


def _readings(
    papers: Sequence[Paper], askings: Iterable[JudgementKey], reads: Iterable[_Read]
) -> tuple[Reading, ...]:
    return tuple(
        Reading(judgement_key.judge, _judgements(read.ends[paper.id] for paper in papers))
        for judgement_key, read in zip(askings, reads, strict=True)
    )


def _waits(ends: Iterable[Judgement | Unjudged]) -> bool:
    return any(isinstance(end, Unjudged) and end.cause is UnjudgedReason.WAITING for end in ends)


def _check_any(reads: Iterable[_Read]) -> None:
    ends = [end for read in reads for end in read.ends.values()]
    failed = [end for end in ends if isinstance(end, Unjudged) and end.cause in _NOT_MEANT]
    if failed and not _judgements(ends) and not _waits(ends):
        raise JudgeUnavailable(
            f"not one of {len(failed)} papers could be judged ({failed[0].reason})",
            hint="mend that and run again, or make a page without a model: --no-llm",
        )
