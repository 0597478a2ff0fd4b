"""Shortlisted papers in, a judgement or a reason for none out, each stored as it arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import Asking, Exchange, Judgement, Lack, Unjudged
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Spend, total
from paperlark.ports import Judge, Memory, Progress


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of the shortlist: every paper of it is in one of the two.

    `spend` is all that the day has cost so far, earlier runs included.
    """

    judgements: Mapping[PaperId, Judgement]
    unjudged: tuple[Unjudged, ...]
    spend: Spend


def judge_papers(
    judge: Judge,
    papers: Sequence[Paper],
    *,
    asking: Asking,
    memory: Memory | None,
    progress: Progress,
) -> Verdict:
    """Ask for what the memory does not know yet.

    Raises JudgeUnavailable when there is not a single judgement and the judge is to blame.
    """
    known = memory.judgements(papers, asking) if memory else ()
    ended: dict[PaperId, Judgement | Unjudged] = {one.paper_id: one for one in known}
    missing = {paper.id: paper for paper in papers if paper.id not in ended}
    spends: list[Spend] = []
    with progress.step("judging", len(papers)) as advance:
        advance(len(ended))
        for outcome in judge.judge(tuple(missing.values()), asking.day) if missing else ():
            if isinstance(outcome, Exchange):
                if memory:
                    memory.keep(outcome, asking)
                spends.append(outcome.spend)
            before = len(ended)
            # What is said of a paper that nobody asked about, or said again, does not count.
            for identifier, end in _ends(outcome):
                if identifier in missing:
                    ended.setdefault(identifier, end)
            advance(len(ended) - before)
    for paper in missing.values():
        ended.setdefault(paper.id, Unjudged(paper, Lack.FAILED, "the judge said nothing of it"))
    # In the order of the shortlist, whichever answer came first.
    ends = [ended[paper.id] for paper in papers]
    verdict = Verdict(
        judgements={end.paper_id: end for end in ends if isinstance(end, Judgement)},
        unjudged=tuple(end for end in ends if isinstance(end, Unjudged)),
        spend=memory.spend(asking) if memory else total(spends),
    )
    _check_any(verdict)
    return verdict


def _ends(outcome: Exchange | Unjudged) -> Iterator[tuple[PaperId, Judgement | Unjudged]]:
    if isinstance(outcome, Unjudged):
        yield outcome.paper.id, outcome
    else:
        yield from ((judgement.paper_id, judgement) for judgement in outcome.judgements)


def _check_any(verdict: Verdict) -> None:
    failed = [outcome for outcome in verdict.unjudged if outcome.lack is Lack.FAILED]
    if failed and not verdict.judgements:
        raise JudgeUnavailable(
            f"not one of {len(failed)} papers could be judged ({failed[0].reason})",
            mend="mend that and run again, or make a page without a model: --no-llm",
        )
