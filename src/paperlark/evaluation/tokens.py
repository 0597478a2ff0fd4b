"""Tokens of judging: paperlark's prompts beside plain ones, on the same days, in time order.

Paperlark's threshold, random sample, prompts, batches and answers are the product's own. No model
is called: the recorded judgements stand for its answers, and all tokens are of the o200k
vocabulary.

Where only the selected papers were recorded, the others' judgements are unknown. They are assumed
to be near the cut-offs, where paperlark asks for a comment as the plain prompt does of all: that
costs paperlark most. The comment assumed is as long as the 25th percentile of those recorded,
since long comments would favour paperlark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paperlark import __version__
from paperlark.domain.judgement import LOWEST, NO_PRECEDENTS, Judgement, Precedents
from paperlark.domain.paper import Paper
from paperlark.domain.profile import RECALL, Cutoffs
from paperlark.domain.spending import Tokens
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.evaluation.full_prompt_baseline import SIZES, USUAL_SIZE, plain_tokens
from paperlark.evaluation.measure import EvaluationPlan, test_places
from paperlark.evaluation.replay import Replay
from paperlark.evaluation.token_report import TokenCounts, TokenReport
from paperlark.judges.batch_size import batches, make_plan
from paperlark.judges.estimate import answer_tokens, estimate
from paperlark.ports import PrecedentFinder, Progress, Ranker

CONTEXT = 128_000
"""Context window in tokens; no model of this vocabulary has a smaller one."""

ASSUMED_COMMENT = (
    "The paper's topic is close to the criteria, but it adds little to what they ask for."
)
"""Used where no comment was recorded at all."""


def short_comment(reader: LabelledReader) -> str:
    """Return the recorded comment at the 25th percentile of lengths."""
    comments = sorted(
        (label.comment for day in reader.days for label in day.labels if label.comment), key=len
    )
    return comments[len(comments) // 4] if comments else ASSUMED_COMMENT


def judgements(day: LabelledDay, assumed: str) -> tuple[Judgement, ...]:
    """Return a judgement for each paper, in their order, with `assumed` for unknown comments."""
    return tuple(
        _judgement(paper, label, day.cutoffs, assumed)
        for paper, label in zip(day.papers, day.labels, strict=True)
    )


def _judgement(paper: Paper, label: Label, cutoffs: Cutoffs, assumed: str) -> Judgement:
    return Judgement(
        paper.id,
        paper.version,
        label.relevance or max(LOWEST, cutoffs.relevance - 1),
        label.novelty or max(LOWEST, cutoffs.novelty - 1),
        assumed if label.comment is None else label.comment,
    )


@dataclass(frozen=True, slots=True)
class JudgingParts:
    """The product's ranker and precedent finder; without the latter no paper has precedents."""

    ranker: Ranker
    precedent_finder: PrecedentFinder | None = None


def measure_tokens(
    reader: LabelledReader,
    parts: JudgingParts,
    plan: EvaluationPlan,
    progress: Progress,
    *,
    all_known: bool = False,
    recall: float = RECALL,
) -> TokenReport:
    """Replay the test days after the plan's one length of history, and count their tokens.

    Raises PaperlarkError where there is nothing to measure.
    """
    places = test_places(reader, plan)
    (history,) = plan.history
    replay = Replay(reader.name, parts.ranker, history, all_known=all_known, recall=recall)
    replayed = range(max(0, places[0] - history), places[-1] + 1)
    assumed = short_comment(reader)
    days = {}
    with progress.step("reading", len(replayed)) as advance:
        for place in replayed:
            day = reader.days[place]
            judged = replay.replay_day(day).judged
            finder = parts.precedent_finder
            precedents = finder.precedents(day.papers, day.day) if finder else NO_PRECEDENTS
            if place in places:
                days[day.day] = count_day(day, judged, judgements(day, assumed), precedents)
            advance()
    return TokenReport(
        reader=reader.name,
        history=history,
        all_known=all_known,
        recall=recall,
        seed=plan.seed,
        replicates=plan.replicates,
        version=__version__,
        days=days,
        notes=tuple(_notes(reader, [reader.days[place] for place in places], assumed, history)),
    )


def count_day(
    day: LabelledDay,
    judged: Sequence[Paper],
    answers: Sequence[Judgement],
    precedents: Precedents = NO_PRECEDENTS,
) -> TokenCounts:
    """Count the tokens of a day; `answers` has a judgement for each of its papers, in order."""
    wanted = {p.id for p, label in zip(day.papers, day.labels, strict=True) if label.wanted}
    return TokenCounts(
        candidates=len(day.papers),
        judged=len(judged),
        wanted=len(wanted),
        kept=len(wanted & {paper.id for paper in judged}),
        plain_by_size={
            size: plain_tokens(day.papers, day.criteria, answers, size) for size in SIZES
        },
        paperlark=own_tokens(day, judged, answers, precedents),
    )


def own_tokens(
    day: LabelledDay,
    judged: Sequence[Paper],
    answers: Sequence[Judgement],
    precedents: Precedents = NO_PRECEDENTS,
) -> Tokens:
    """Count paperlark's prompts for the judged papers, and the answers to them."""
    plan = make_plan(day.criteria, day.cutoffs, context=CONTEXT)
    answer = {one.paper_id: one for one in answers}
    completion = sum(
        answer_tokens([answer[paper.id] for paper in batch], day.cutoffs)
        for batch in batches(judged, plan, precedents, size=lambda: plan.most)
    )
    return Tokens(estimate(judged, plan, precedents).prompt, completion)


def _notes(
    reader: LabelledReader, test: Sequence[LabelledDay], assumed: str, history: int
) -> Iterator[str]:
    yield from reader.notes
    yield (
        f"a plain prompt has {USUAL_SIZE} papers with id, title and abstract after the full"
        " instructions and criteria, and asks for a comment on each"
    )
    if unknown := sum(label.comment is None for day in test for label in day.labels):
        yield (
            f"no comment was recorded for {unknown} papers: both sides assume one of"
            f" {len(assumed)} characters (25th percentile), and unknown scores just below the"
            " cut-offs"
        )
    if followed := sum(day.followed for day in test):
        yield f"{followed} papers by followed authors are always selected, and are left out"
    earlier = sum(day.day < test[0].day for day in reader.days)
    if earlier < history:
        yield f"only {earlier} labelled days before {test[0].day}"
