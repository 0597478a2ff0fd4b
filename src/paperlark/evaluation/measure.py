"""Measure the ranking of every method on the test days, and note the caveats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark import __version__
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.feedback import STREAM_DAYS
from paperlark.evaluation.agreement import self_agreement
from paperlark.evaluation.cases import FIRST_MORNING, OWN, LabelledReader, Method
from paperlark.evaluation.method_metrics import (
    MEASURES,
    REPLICATES,
    Comparison,
    MethodMetrics,
    Metric,
    bootstrap_counts,
    compare,
)
from paperlark.evaluation.metrics import Counts, RankedDay
from paperlark.evaluation.plain_summary import PlainSummary, plain_summary
from paperlark.evaluation.report import Report, ReportRow, Setting
from paperlark.evaluation.runs import Key, KnownHistory, RankingRun, RunPlan, ranked_days
from paperlark.evaluation.splits import VOTE_DAYS
from paperlark.ports import Progress


def cautions(reader: LabelledReader, run_plan: RunPlan) -> Iterator[str]:
    """Yield what was left out, and where less is known than was requested."""
    test = [reader.days[place] for place in run_plan.places]
    if followed := sum(day.followed for day in test):
        yield (f"{followed} papers by followed authors are always selected, and are left out")
    longest, before = max(run_plan.history), run_plan.places[0]
    if longest > before:
        yield (
            f"only {before} labelled days before {test[0].day}: a history of {longest} is shorter"
            " on the first test days"
        )
    fewest = min(_likeable(reader, place) for place in run_plan.places)
    if fewest < max(run_plan.votes, default=0):
        yield (
            f"only {fewest} wanted papers before some test days: fewer likes than"
            f" {max(run_plan.votes)}"
        )
    if empty := sum(not day.wanted for day in test):
        yield f"days without a wanted paper, only in j90 to j98 and Brier: {empty}"


def _likeable(reader: LabelledReader, place: int) -> int:
    """Count the wanted papers before a day that likes are sampled from."""
    return sum(day.wanted for day in reader.days[max(0, place - VOTE_DAYS) : place])


COMPARED = ("average_precision", "share_to_judge 0.95")


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to measure; without `test_from` the last third of the days are test days.

    `votes` may be empty, `history` may not.
    """

    history: tuple[int, ...]
    votes: tuple[int, ...] = ()
    test_from: date | None = None
    test_to: date | None = None
    seed: int = 0
    replicates: int = REPLICATES


def measure(
    reader: LabelledReader,
    methods: Sequence[Method],
    plan: EvaluationPlan,
    progress: Progress,
    *,
    notes: Sequence[str] = (),
    processes: int = 1,
) -> Report:
    """Rank the test days by every method in time order, and compute all figures.

    `notes` come first among those of the report. Raises PaperlarkError where there is nothing to
    measure.
    """
    places = test_places(reader, plan)
    run_plan = RunPlan(places, plan.history, plan.votes, plan.seed)
    ranked: dict[Key, list[RankedDay]] = {}
    with progress.step("ranking", len(places)) as advance:
        for one in ranked_days(RankingRun(reader, run_plan, methods), processes):
            for key, day in one.items():
                ranked.setdefault(key, []).append(day)
            advance()
    day_counts = bootstrap_counts(len(places), plan.seed, plan.replicates)
    figures = {key: MethodMetrics(days, day_counts) for key, days in ranked.items()}
    in_order = tuple(_in_order(figures, methods))
    rows = [_row(key, found) for key, found in in_order]
    test = [reader.days[place] for place in places]
    return Report(
        reader=reader.name,
        test_from=test[0].day,
        test_to=test[-1].day,
        days=len(test),
        candidates_per_day=sum(len(day.papers) for day in test) / len(test),
        wanted_per_day=sum(day.wanted for day in test) / len(test),
        setting=Setting(
            history=plan.history,
            votes=plan.votes,
            stream_days=STREAM_DAYS,
            vote_days=VOTE_DAYS,
            relevant_from=reader.relevant_from,
            replicates=plan.replicates,
            seed=plan.seed,
            version=__version__,
        ),
        rows=tuple(row for row in rows if row.votes is None),
        votes=tuple(row for row in rows if row.votes is not None),
        agreement=self_agreement(reader),
        comparisons=tuple(_comparisons(figures, run_plan)),
        notes=(
            *notes,
            *reader.notes,
            *cautions(reader, run_plan),
            *(f"{method.name}: {method.note}" for method in methods if method.note),
        ),
        plain=_plain(in_order, KnownHistory(max(plan.history)), day_counts),
    )


def _plain(
    figures: Sequence[tuple[Key, MethodMetrics]], longest: KnownHistory, day_counts: Counts
) -> PlainSummary:
    """Summarize every method with the longest history, and paperlark's first morning."""
    chosen = {
        method: found
        for (method, known), found in figures
        if known == longest or method == FIRST_MORNING
    }
    to_read = chosen[OWN]["share_to_judge 0.95"] if OWN in chosen else Metric(None, None)
    days = {method: found.days for method, found in chosen.items()}
    return plain_summary(days, to_read, longest.history, day_counts)


def test_places(reader: LabelledReader, plan: EvaluationPlan) -> Sequence[int]:
    """Return the indices of the test days; days without papers are skipped."""
    days = [place for place, day in enumerate(reader.days) if day.papers]
    if not days:
        raise PaperlarkError(
            f"{reader.name} has no labelled days",
            hint="a day is labelled once a model judged it or you voted",
        )
    first, last = reader.days[days[0]].day, reader.days[days[-1]].day
    begin = plan.test_from or reader.days[days[-max(1, len(days) // 3)]].day
    end = plan.test_to or last
    places = [place for place in days if begin <= reader.days[place].day <= end]
    if not places:
        raise PaperlarkError(
            f"{reader.name} has no day from {begin} to {end}",
            hint=f"its days are {first} to {last}; choose others with --test-from and --test-to",
        )
    if not any(reader.days[place].wanted for place in places):
        raise PaperlarkError(
            f"{reader.name} wanted no paper from {begin} to {end}",
            hint="choose other days with --test-from and --test-to",
        )
    return places


def _in_order(
    figures: Mapping[Key, MethodMetrics], methods: Sequence[Method]
) -> Iterator[tuple[Key, MethodMetrics]]:
    """Yield rows by method, in the methods' order, the first morning next to paperlark."""
    names = [method.name for method in methods]
    names.insert(names.index(OWN) + 1 if OWN in names else 0, FIRST_MORNING)
    yield from sorted(figures.items(), key=lambda item: names.index(item[0][0]))


def _row(key: Key, figures: MethodMetrics) -> ReportRow:
    method, known = key
    return ReportRow(
        method=method,
        history_days=known.history,
        votes=known.votes,
        figures={name: figures[name] for name in MEASURES},
        reliability=figures.reliability,
    )


def _comparisons(figures: Mapping[Key, MethodMetrics], run_plan: RunPlan) -> Iterator[Comparison]:
    """Compare paperlark with the best other method that knew as much."""
    for known in run_plan.known():
        same = {name: found for (name, knew), found in figures.items() if knew == known}
        others = {name: same[name] for name in same if name not in {OWN, FIRST_MORNING}}
        for measured in COMPARED if OWN in same else ():
            found = compare(measured, same[OWN], others, history=known.history, votes=known.votes)
            if found is not None:
                yield found
