"""Shortlisted papers in, a judgement or a reason for none out, each stored as it arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import Exchange, Judgement, Lack, Unjudged
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
    day: date,
    criteria: Criteria,
    memory: Memory | None,
    progress: Progress,
) -> Verdict:
    """Ask for what the memory does not know yet.

    Raises JudgeUnavailable when there is not a single judgement and the judge is to blame.
    """
    key = criteria.fingerprint, judge.signature
    known = memory.judgements(papers, *key) if memory else ()
    judgements = {judgement.paper_id: judgement for judgement in known}
    missing = [paper for paper in papers if paper.id not in judgements]
    unjudged: list[Unjudged] = []
    spends: list[Spend] = []
    with progress.step("judging", len(papers)) as advance:
        advance(len(judgements))
        for outcome in judge.judge(missing, day) if missing else ():
            match outcome:
                case Exchange():
                    if memory:
                        memory.keep(outcome, day, *key)
                    spends.append(outcome.spend)
                    judgements.update((j.paper_id, j) for j in outcome.judgements)
                    advance(len(outcome.judgements))
                case Unjudged():
                    unjudged.append(outcome)
                    advance()
    _check_any(judgements, unjudged)
    spend = memory.spend(day, *key) if memory else total(spends)
    return Verdict(judgements, tuple(unjudged), spend)


def _check_any(judgements: Mapping[PaperId, Judgement], unjudged: Sequence[Unjudged]) -> None:
    failed = [outcome for outcome in unjudged if outcome.lack is Lack.FAILED]
    if failed and not judgements:
        raise JudgeUnavailable(
            f"not one of {len(failed)} papers could be judged ({failed[0].reason})",
            mend="mend that and run again, or make a page without a model: --no-llm",
        )
