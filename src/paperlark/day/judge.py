"""Judge the shortlisted papers, several times where so set; each reply is stored as it arrives."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import floor
from statistics import fmean

from paperlark.day.unread import sampling_key
from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Agreement,
    Judgement,
    JudgementKey,
    ModelCall,
    OnFailure,
    Precedents,
    Reading,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend, total
from paperlark.ports import Advance, Judge, JudgementMemory, Progress


def order(papers: Sequence[Paper], judgement_key: JudgementKey, number: int) -> Sequence[Paper]:
    """Return the papers in the order of a reading: unchanged in the first, shuffled in the others.

    Seeded by profile, day and reading, so that a day made again sends the same prompts.
    """
    if number == FIRST_READING:
        return papers
    seed = (judgement_key.profile, judgement_key.day.isoformat(), str(number))
    return sorted(papers, key=lambda paper: sampling_key(*seed, paper.id))


def agreement(
    readings: int, judgements: Iterable[Sequence[Judgement]], cutoffs: Cutoffs
) -> Agreement | None:
    """Compare the readings of each paper; None where no paper was read more than once."""
    several = [ones for ones in judgements if len(ones) > 1]
    if not several:
        return None
    return Agreement(
        readings=readings,
        papers=len(several),
        agreed=sum(
            len({cutoffs.meets(one.relevance, one.novelty) for one in ones}) == 1
            for ones in several
        ),
        distance=fmean(_distance(ones) for ones in several),
    )


def _distance(judgements: Sequence[Judgement]) -> float:
    """Return the mean absolute difference of two readings, in points of a score."""
    differences = [
        abs(one.relevance - other.relevance) + abs(one.novelty - other.novelty)
        for one, other in combinations(judgements, 2)
    ]
    return math.fsum(differences) / len(differences) / 2


@dataclass(frozen=True, slots=True)
class CombinedJudgement:
    """The combined judgement of all readings of a paper.

    The scores of `judgement` are the means rounded to whole numbers; `relevance` and `novelty`
    are the exact means.
    """

    judgement: Judgement
    relevance: Fraction
    novelty: Fraction


def combine_readings(judgements: Sequence[Judgement]) -> CombinedJudgement:
    """Average one or more judgements of one paper, given in the order of their readings.

    Halves are rounded up: a paper at the cut-off is shown rather than lost. The comment is that
    of the reading nearest to the means, the earliest of equals; a reading with a comment is
    preferred to one without. The summary is from the same reading, else from the first with one.
    """
    relevance = Fraction(sum(one.relevance for one in judgements), len(judgements))
    novelty = Fraction(sum(one.novelty for one in judgements), len(judgements))
    nearest = min(
        judgements,
        key=lambda one: (
            not one.comment,
            abs(one.relevance - relevance) + abs(one.novelty - novelty),
        ),
    )
    judgement = replace(
        nearest,
        relevance=_rounded(relevance),
        novelty=_rounded(novelty),
        summary=next(filter(None, (one.summary for one in (nearest, *judgements))), ""),
    )
    return CombinedJudgement(judgement, relevance, novelty)


def _rounded(mean: Fraction) -> int:
    return floor(mean + Fraction(1, 2))


_log = logging.getLogger(__name__)

NOT_JUDGED = frozenset({UnjudgedReason.FAILED, UnjudgedReason.BUDGET})
"""The reasons for which a paper is left to the ranker, and a run without judgements fails."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's result: every paper is in `combined` or in `unjudged`.

    `spend` is all that the day has cost so far, earlier runs and every reading included.
    `readings` is empty where there was only one; `waiting_again` counts the papers that were
    judged in one reading and wait for another.
    """

    combined: Mapping[PaperId, CombinedJudgement]
    unjudged: tuple[Unjudged, ...]
    spend: Spend
    readings: tuple[Reading, ...] = ()
    agreement: Agreement | None = None
    waiting_again: int = 0

    @property
    def judgements(self) -> Mapping[PaperId, Judgement]:
        """The final judgement of each paper, rounded means where there are several readings."""
        return {paper: one.judgement for paper, one in self.combined.items()}


@dataclass(frozen=True, slots=True)
class _ReadingResult:
    """The outcome of each paper in one reading, and what this run paid for it."""

    outcomes: Mapping[PaperId, Judgement | Unjudged]
    spend: Spend


def judge_papers(  # noqa: PLR0913  # all but the first two are named
    judge: Judge,
    papers: Sequence[Paper],
    *,
    judgement_key: JudgementKey,
    cutoffs: Cutoffs,
    memory: JudgementMemory | None,
    progress: Progress,
    precedents: Precedents = NO_PRECEDENTS,
    readings: int = 1,
    on_failure: OnFailure = OnFailure.RANK,
) -> Verdict:
    """Judge what the memory does not know yet, one reading after the other.

    With `OnFailure.FAIL` raises JudgeUnavailable when there is not a single judgement and the judge
    is to blame.
    """
    keys = [judgement_key.of_reading(FIRST_READING + more) for more in range(readings)]
    known = [memory.judgements(papers, one) if memory else () for one in keys]
    results: list[_ReadingResult] = []
    with progress.step("judging", len(papers) * readings) as advance:
        for number, (key, before) in enumerate(zip(keys, known, strict=True), FIRST_READING):
            todo = _to_judge(order(papers, judgement_key, number), before, cutoffs)
            advance(len(papers) - len(todo))
            outcomes = judge.judge(todo, key.day, precedents, number) if todo else ()
            if on_failure is OnFailure.RANK:
                outcomes = _unavailable_as_unjudged(outcomes, todo)
            results.append(_collect(outcomes, todo, before, key, memory, advance))
            _log_reading(number, len(papers) - len(todo), results[-1], papers)
            failed = () if any(known) else _failed(results)
            if failed and on_failure is OnFailure.FAIL:
                raise _unavailable(failed)
            if failed:
                # A server that failed in one reading is not asked for another.
                break
    # In the order of the shortlist, whichever answer came first.
    outcomes_of = {paper.id: [one.outcomes[paper.id] for one in results] for paper in papers}
    judged = {paper: _judgements(several) for paper, several in outcomes_of.items()}
    return Verdict(
        combined={paper: combine_readings(several) for paper, several in judged.items() if several},
        unjudged=tuple(
            last
            for paper, (*_, last) in outcomes_of.items()
            if not judged[paper] and isinstance(last, Unjudged)
        ),
        spend=total(map(memory.spend, keys) if memory else (one.spend for one in results)),
        readings=_readings(papers, keys, results) if readings > 1 else (),
        agreement=agreement(readings, judged.values(), cutoffs),
        waiting_again=sum(
            bool(judged[paper]) and _waits(several) for paper, several in outcomes_of.items()
        ),
    )


def _to_judge(
    papers: Iterable[Paper], known: Iterable[Judgement], cutoffs: Cutoffs
) -> tuple[Paper, ...]:
    """Return the papers without a usable judgement.

    A judgement without a comment is not usable for a paper that meets the cut-offs: a judge leaves
    comments out below the cut-offs, and these may have been lowered since.
    """
    enough = {
        one.paper_id
        for one in known
        if one.comment or not cutoffs.meets(one.relevance, one.novelty)
    }
    return tuple(paper for paper in papers if paper.id not in enough)


def _collect(  # noqa: PLR0917  # all that one reading has
    outcomes: Iterable[ModelCall | Unjudged],
    papers: Sequence[Paper],
    known: Iterable[Judgement],
    judgement_key: JudgementKey,
    memory: JudgementMemory | None,
    advance: Advance,
) -> _ReadingResult:
    """Store each paid call at once, and give every paper an outcome."""
    asked = {paper.id for paper in papers}
    ended: dict[PaperId, Judgement | Unjudged] = {}
    spends: list[Spend] = []
    for outcome in outcomes:
        if isinstance(outcome, ModelCall):
            if memory:
                memory.keep(outcome, judgement_key)
            spends.append(outcome.spend)
        before = len(ended)
        for identifier, end in _ends(outcome):
            # Judgements of papers that were not asked about do not count.
            if identifier in asked and _replaces(end, ended.get(identifier)):
                ended[identifier] = end
        advance(len(ended) - before, outcome.spend if isinstance(outcome, ModelCall) else None)
    for paper in papers:
        ended.setdefault(
            paper.id, Unjudged(paper, UnjudgedReason.FAILED, "the judge did not return a judgement")
        )
    for one in known:
        # Scores without a comment are better than neither.
        if isinstance(ended.get(one.paper_id), Unjudged | None):
            ended[one.paper_id] = one
    return _ReadingResult(ended, total(spends))


def _ends(outcome: ModelCall | Unjudged) -> Iterator[tuple[PaperId, Judgement | Unjudged]]:
    if isinstance(outcome, Unjudged):
        yield outcome.paper.id, outcome
    else:
        yield from ((judgement.paper_id, judgement) for judgement in outcome.judgements)


def _replaces(end: Judgement | Unjudged, before: Judgement | Unjudged | None) -> bool:
    """Return whether an outcome replaces an earlier one: only of a judgement without comment."""
    if before is None:
        return True
    uncommented = isinstance(before, Judgement) and not before.comment
    return uncommented and isinstance(end, Judgement)


def _judgements(ends: Iterable[Judgement | Unjudged]) -> tuple[Judgement, ...]:
    return tuple(end for end in ends if isinstance(end, Judgement))


def _readings(
    papers: Sequence[Paper], keys: Iterable[JudgementKey], results: Iterable[_ReadingResult]
) -> tuple[Reading, ...]:
    return tuple(
        Reading(key.judge, _judgements(one.outcomes[paper.id] for paper in papers))
        for key, one in zip(keys, results, strict=False)
    )


def _waits(ends: Iterable[Judgement | Unjudged]) -> bool:
    return any(isinstance(end, Unjudged) and end.cause is UnjudgedReason.WAITING for end in ends)


def _failed(results: Iterable[_ReadingResult]) -> Sequence[Unjudged]:
    """Return the papers that the judge is to blame for; empty where any was judged or waits."""
    ends = [end for one in results for end in one.outcomes.values()]
    failed = [end for end in ends if isinstance(end, Unjudged) and end.cause in NOT_JUDGED]
    return () if _judgements(ends) or _waits(ends) else failed


def _unavailable(failed: Sequence[Unjudged]) -> JudgeUnavailable:
    return JudgeUnavailable(
        f"none of {len(failed)} papers could be judged ({failed[0].reason})",
        hint="fix this and run again, or make a page without a model: --no-llm",
    )


def _unavailable_as_unjudged(
    outcomes: Iterable[ModelCall | Unjudged], papers: Iterable[Paper]
) -> Iterator[ModelCall | Unjudged]:
    """Yield the outcomes, and all papers as unjudged where the judge gives up; others stay."""
    try:
        yield from outcomes
    except JudgeUnavailable as error:
        _log.info("the judge gave up: %s", error)
        yield from (Unjudged(one, UnjudgedReason.FAILED, str(error)) for one in papers)


def _log_reading(number: int, known: int, result: _ReadingResult, papers: Sequence[Paper]) -> None:
    """Log how many papers were known, judged and not judged, and what this run used."""
    reasons = Counter(one.cause for one in result.outcomes.values() if isinstance(one, Unjudged))
    _log.info(
        "reading %d of %d papers: %d known, not judged: %s; %d calls, US dollars at most: %s",
        *(number, len(papers), known),
        ", ".join(f"{count} {reason}" for reason, count in reasons.items()) or "none",
        *(result.spend.requests, result.spend.bound),
    )
