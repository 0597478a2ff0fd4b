"""How good ranking and judging are, on labelled days."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.runs.progress import NO_PROGRESS, TimedProgress

if TYPE_CHECKING:
    from paperlark.evaluation.cases import LabelledReader
    from paperlark.evaluation.measure import EvaluationPlan
    from paperlark.evaluation.report import Report
    from paperlark.evaluation.token_report import TokenReport
    from paperlark.ports import Progress


def read_labelled_days(folder: str | Path, *, relevant_from: int = 8) -> LabelledReader:
    """Read a recorded reader's days, to evaluate on.

    Arguments:
        folder: has graded.jsonl and criteria.md, or days.jsonl, papers.jsonl and a folder criteria.
        relevant_from: the lowest relevance of a wanted paper, where every paper was graded.

    Raises PaperlarkError where the folder has no such files.

    >>> paperlark.read_labelled_days("nowhere")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors...
    """
    from paperlark.evaluation.folder import read_folder

    return read_folder(Path(folder), relevant_from=relevant_from)


def evaluate(
    reader: LabelledReader,
    methods: Collection[str] | None = None,
    plan: EvaluationPlan | None = None,
    *,
    progress: Progress = NO_PROGRESS,
    processes: int = 1,
) -> Report:
    """Rank labelled days in time order, beside other methods, and measure how good each is.

    Arguments:
        reader: `OpenedProfile.labelled_days()`, or `read_labelled_days(folder)`.
        methods: names such as "paperlark" and "bm25"; every method by default.
        plan: the lengths of history, the numbers of votes, the test days and the seed.
        progress: shows how far a step is.
        processes: on how many processors; each needs as much memory again.

    Returns every figure with its 95 % confidence interval.

    Raises PaperlarkError where there is nothing to measure.

    >>> plan = paperlark.EvaluationPlan(history=(0,))
    >>> report = paperlark.evaluate(profile.labelled_days(), ["paperlark"], plan)
    >>> report.reader
    'Efficient LLM inference'
    """
    from paperlark.evaluation.cases import NAMES
    from paperlark.evaluation.evaluate import evaluate as measure
    from paperlark.evaluation.measure import EvaluationPlan

    plan = plan or EvaluationPlan((0, 1, 5, 20, 60), (3, 10, 30, 100))
    return measure(reader, methods or NAMES, plan, TimedProgress(progress), processes=processes)


def evaluate_tokens(
    reader: LabelledReader,
    plan: EvaluationPlan,
    *,
    progress: Progress = NO_PROGRESS,
    all_known: bool = False,
) -> TokenReport:
    """Measure how many tokens judging takes, beside a prompt for each paper.

    Arguments:
        reader: as for `evaluate`.
        plan: with one length of history.
        progress: shows how far a step is.
        all_known: take all labels of earlier days as known, not only those that paperlark would
            have had judged.

    Raises PaperlarkError where there is nothing to measure.

    >>> plan = paperlark.EvaluationPlan(history=(0,))
    >>> report = paperlark.evaluate_tokens(profile.labelled_days(), plan)
    >>> [str(day) for day in report.days]
    ['2025-02-26']
    """
    from paperlark.evaluation.evaluate import evaluate_tokens as measure

    return measure(reader, plan, TimedProgress(progress), all_known=all_known)
