"""Run an evaluation: select the labelled days and the methods."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from paperlark.domain.extras import install_command
from paperlark.domain.feedback import Vote
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.evaluation.baselines import arxiv_sanity, asreview, zotero_arxiv_daily
from paperlark.evaluation.baselines.unlearned import Bm25Ranker, ChanceRanker
from paperlark.evaluation.cases import (
    ARXIV_SANITY,
    ASREVIEW,
    BM25,
    OWN,
    RANDOM,
    ZOTERO,
    Label,
    LabelledDay,
    LabelledReader,
    Method,
)
from paperlark.evaluation.measure import EvaluationPlan, measure
from paperlark.evaluation.report import Report
from paperlark.evaluation.token_report import TokenReport
from paperlark.evaluation.tokens import JudgingParts, measure_tokens
from paperlark.ports import Progress
from paperlark.rankers.embedded import EmbeddedRanker, ranker_and_precedents
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.database import open_database
from paperlark.store.derived import VectorStore
from paperlark.store.examples import LabelledPaper, labelled_papers
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing


def own_days(profile: Profile, papers: Iterable[LabelledPaper]) -> LabelledReader:
    """Label a reader's papers, ordered by day, by the current cut-offs and criteria."""
    days: list[LabelledDay] = []
    assumed = 0
    for day, group in groupby(papers, key=lambda one: one.day):
        announced = tuple(group)
        labelled = tuple(one for one in announced if one.relevance is not None or one.vote)
        # A vote against a paper does not imply that a judge rejected the others.
        if any(one.relevance is not None and not _meets(one, profile.cutoffs) for one in labelled):
            days.append(_day(profile, day, labelled))
        elif labelled:
            days.append(_day(profile, day, _without_followed(announced)))
            assumed += 1
    note = (
        f"days where unlabelled papers count as unwanted, since none was judged unwanted: {assumed}"
    )
    return LabelledReader(profile.title, tuple(days), (note,) if assumed else ())


def _without_followed(papers: Sequence[LabelledPaper]) -> tuple[LabelledPaper, ...]:
    """Leave out papers that a judged page has without scores: they are by followed authors."""
    judged = any(one.relevance is not None for one in papers)
    return tuple(
        one for one in papers if not (judged and one.on_page and one.relevance is None) or one.vote
    )


def _day(profile: Profile, day: date, papers: Sequence[LabelledPaper]) -> LabelledDay:
    return LabelledDay(
        day=day,
        criteria=profile.criteria,
        papers=tuple(one.paper for one in papers),
        labels=tuple(_label(one, profile.cutoffs) for one in papers),
        # Judgements are cached, so the judge cannot be compared with itself: each day has its rule.
        rule=day.isoformat(),
        cutoffs=profile.cutoffs,
    )


def _label(one: LabelledPaper, cutoffs: Cutoffs) -> Label:
    if one.vote is not None:
        return Label(one.vote is Vote.UP, one.relevance, one.novelty)
    assumed = one.relevance is None
    return Label(_meets(one, cutoffs), one.relevance, one.novelty, assumed=assumed)


def _meets(one: LabelledPaper, cutoffs: Cutoffs) -> bool:
    return cutoffs.meets(one.relevance or 0, one.novelty or 0)


def own_reader(settings: Settings) -> LabelledReader:
    """Read the labels of the reader's own papers; raises StoreError where there are none."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        return own_days(profile, labelled_papers(connection, path, profile.id))


def evaluate(
    reader: LabelledReader,
    names: Collection[str],
    plan: EvaluationPlan,
    progress: Progress,
    *,
    processes: int = 1,
) -> Report:
    """Measure the methods of these names; the notes list those that are not installed.

    Raises PaperlarkError where there is nothing to measure.
    """
    methods = tuple(_methods(frozenset(names), plan.seed))
    missing = set(names) - {method.name for method in methods}
    install = install_command("peers")
    notes = tuple(f"{name} is not installed; to include it: {install}" for name in sorted(missing))
    return measure(reader, methods, plan, progress, notes=notes, processes=processes)


def evaluate_tokens(
    reader: LabelledReader, plan: EvaluationPlan, progress: Progress, *, all_known: bool
) -> TokenReport:
    """Count the tokens of judging; with `all_known` all labels of the days before are known.

    The archive is empty at first. Raises PaperlarkError where there is nothing to measure.
    """
    with TemporaryDirectory(prefix="paperlark-") as folder:
        path = Path(folder) / "archive.db"
        with open_database(path) as connection:
            ranker, precedent_finder = ranker_and_precedents(VectorStore(connection, path))
            parts = JudgingParts(ranker, precedent_finder)
            return measure_tokens(reader, parts, plan, progress, all_known=all_known)


def _methods(names: frozenset[str], seed: int) -> Iterator[Method]:
    if OWN in names:
        yield Method(OWN, EmbeddedRanker())
    if RANDOM in names:
        yield Method(RANDOM, ChanceRanker(seed), learns=False)
    if BM25 in names:
        yield Method(BM25, Bm25Ranker(), learns=False)
    if ARXIV_SANITY in names and (sanity := arxiv_sanity.load()):
        yield Method(ARXIV_SANITY, sanity, note=arxiv_sanity.NOTE)
    if ASREVIEW in names and (review := asreview.load()):
        yield Method(ASREVIEW, review, note=asreview.NOTE)
    if ZOTERO in names and (zotero := zotero_arxiv_daily.load()):
        yield Method(ZOTERO, zotero, note=zotero_arxiv_daily.NOTE)
