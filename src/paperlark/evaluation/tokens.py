"""What judging takes: paperlark's way beside the plain one, on the same days, in time order.

Paperlark's way is the product's own: its line and lots, its questions, its batches, its answers
with comments only where they are asked for. Nobody is asked: what was recorded is what a model
would have written, and both ways are counted in the o200k vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paperlark import __version__
from paperlark.domain.judgement import NO_PRECEDENTS, Judgement, Precedents
from paperlark.domain.paper import Paper
from paperlark.domain.profile import RECALL
from paperlark.domain.spending import Tokens
from paperlark.evaluation.assumed_labels import judgements, short_comment, unknown
from paperlark.evaluation.cases import LabelledDay, LabelledReader
from paperlark.evaluation.full_prompt_baseline import SIZES, USUAL_SIZE, plain_tokens
from paperlark.evaluation.measure import Wish, test_places
from paperlark.evaluation.replay import Replay
from paperlark.evaluation.token_report import TokenReport, TokensTaken
from paperlark.judges.batch_size import BatchPlan, batches, make_plan
from paperlark.judges.estimate import answer_tokens, estimate
from paperlark.ports import PrecedentFinder, Progress, Ranker

CONTEXT = 128_000
"""Tokens that the model is taken to hold: no model of this vocabulary holds less."""


@dataclass(frozen=True, slots=True)
class JudgingParts:
    """What paperlark's way is made with; without a librarian no paper has precedents."""

    ranker: Ranker
    precedent_finder: PrecedentFinder | None = None


def measure_tokens(
    reader: LabelledReader,
    parts: JudgingParts,
    wish: Wish,
    progress: Progress,
    *,
    told_all: bool = False,
    recall: float = RECALL,
) -> TokenReport:
    """Live the test days, and the days of the wish's one history before, and count.

    Raises PaperlarkError where there is nothing to measure.
    """
    places = test_places(reader, wish)
    (history,) = wish.history
    life = Replay(reader.name, parts.ranker, history, told_all=told_all, recall=recall)
    lived = range(max(0, places[0] - history), places[-1] + 1)
    assumed = short_comment(reader)
    days = {}
    with progress.step("reading", len(lived)) as advance:
        for place in lived:
            day = reader.days[place]
            read = life.live(day).read
            precedents = _precedents(parts.precedent_finder, day)
            if place in places:
                days[day.day] = take(day, read, judgements(day, assumed), precedents)
            advance()
    return TokenReport(
        reader=reader.name,
        history=history,
        told_all=told_all,
        recall=recall,
        seed=wish.seed,
        replicates=wish.replicates,
        version=__version__,
        days=days,
        notes=tuple(_notes(reader, [reader.days[place] for place in places], assumed, history)),
    )


def take(
    day: LabelledDay,
    read: Sequence[Paper],
    said: Sequence[Judgement],
    precedents: Precedents = NO_PRECEDENTS,
) -> TokensTaken:
    """Say what a day takes of which these papers are read; `said` is of all, in their order."""
    wanted = {p.id for p, label in zip(day.papers, day.labels, strict=True) if label.wanted}
    return TokensTaken(
        candidates=len(day.papers),
        judged=len(read),
        wanted=len(wanted),
        kept=len(wanted & {paper.id for paper in read}),
        plain_by_size={size: plain_tokens(day.papers, day.criteria, said, size) for size in SIZES},
        paperlark=own_tokens(day, read, said, precedents),
    )


def own_tokens(
    day: LabelledDay,
    read: Sequence[Paper],
    said: Sequence[Judgement],
    precedents: Precedents = NO_PRECEDENTS,
) -> Tokens:
    """Count paperlark's questions about these papers, in their order, and the answers."""
    plan = make_plan(day.criteria, day.cutoffs, context=CONTEXT)
    of = {one.paper_id: one for one in said}
    answers = (
        answer_tokens([of[paper.id] for paper in batch], day.cutoffs)
        for batch in _batches(read, plan, precedents)
    )
    return Tokens(estimate(read, plan, precedents).prompt, sum(answers))


def _batches(
    read: Sequence[Paper], plan: BatchPlan, precedents: Precedents
) -> Iterator[tuple[Paper, ...]]:
    return batches(read, plan, precedents, size=lambda: plan.most)


def _precedents(precedent_finder: PrecedentFinder | None, day: LabelledDay) -> Precedents:
    return precedent_finder.precedents(day.papers, day.day) if precedent_finder else NO_PRECEDENTS


def _notes(
    reader: LabelledReader, test: Sequence[LabelledDay], assumed: str, history: int
) -> Iterator[str]:
    yield from reader.notes
    yield (
        f"the plain way puts {USUAL_SIZE} papers into a prompt of full instructions and criteria,"
        " with id, title and abstract, and gets a comment on each"
    )
    if without := unknown(test):
        yield (
            f"of {without} papers nobody knows what was said: they count as near the cut-offs in"
            f" both ways, with a comment of {len(assumed)} characters, which a quarter of the"
            " recorded ones are shorter than"
        )
    if followed := sum(day.followed for day in test):
        yield f"{followed} papers by followed authors are on the page anyway, and are left out"
    earlier = sum(day.day < test[0].day for day in reader.days)
    if earlier < history:
        yield f"before {test[0].day} there are only {earlier} days"
