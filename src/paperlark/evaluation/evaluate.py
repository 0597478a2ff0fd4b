"""Run an evaluation: whose labelled days, and which methods."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from paperlark.domain.feedback import Vote
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.evaluation.baselines import arxiv_sanity, zotero_arxiv_daily
from paperlark.evaluation.baselines.unlearned import Bm25Ranker, ChanceRanker
from paperlark.evaluation.cases import (
    ARXIV_SANITY,
    BM25,
    OWN,
    RANDOM,
    ZOTERO,
    Label,
    LabelledDay,
    LabelledReader,
    Method,
)
from paperlark.evaluation.measure import Wish, measure
from paperlark.evaluation.report import Report
from paperlark.evaluation.token_report import TokenReport
from paperlark.evaluation.tokens import JudgingParts, measure_tokens
from paperlark.ports import Progress
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.precedents import ranker_and_precedents
from paperlark.settings import Settings
from paperlark.store.database import open_database, open_existing
from paperlark.store.examples import LabelledPaper, labelled_papers
from paperlark.store.vectors import VectorStore


def own_days(profile: Profile, papers: Iterable[LabelledPaper]) -> LabelledReader:
    """Label a reader's papers, which come day by day, by the cut-offs and criteria of now."""
    days: list[LabelledDay] = []
    guessed = 0
    for day, group in groupby(papers, key=lambda one: one.day):
        met = tuple(group)
        told = tuple(one for one in met if one.relevance is not None or one.vote)
        if any(_found_wanting(one, profile.cutoffs) for one in told):
            days.append(_day(profile, day, told))
        elif told:
            days.append(_day(profile, day, _without_followed(met)))
            guessed += 1
    note = f"on {guessed} of the days nobody said what is not wanted: there all else counts as that"
    return LabelledReader(profile.name, tuple(days), (note,) if guessed else ())


def _found_wanting(one: LabelledPaper, cutoffs: Cutoffs) -> bool:
    """Whether a judge read it in vain; a vote against it says nothing of what was not selected."""
    return one.relevance is not None and not _reaches(one, cutoffs)


def _without_followed(met: Sequence[LabelledPaper]) -> tuple[LabelledPaper, ...]:
    """Leave out what a judged page has without scores: it is there for its author."""
    judged = any(one.relevance is not None for one in met)
    return tuple(
        one for one in met if not (judged and one.on_page and one.relevance is None) or one.vote
    )


def _day(profile: Profile, day: date, papers: Sequence[LabelledPaper]) -> LabelledDay:
    return LabelledDay(
        day=day,
        criteria=profile.criteria,
        papers=tuple(one.paper for one in papers),
        labels=tuple(_label(one, profile.cutoffs) for one in papers),
        # What was judged once is remembered: the judge cannot be held against itself here.
        rule=day.isoformat(),
        cutoffs=profile.cutoffs,
    )


def _label(one: LabelledPaper, cutoffs: Cutoffs) -> Label:
    if one.vote is not None:
        return Label(one.vote is Vote.UP, one.relevance, one.novelty)
    guessed = one.relevance is None
    return Label(_reaches(one, cutoffs), one.relevance, one.novelty, guessed=guessed)


def _reaches(one: LabelledPaper, cutoffs: Cutoffs) -> bool:
    relevance, novelty = one.relevance or 0, one.novelty or 0
    return cutoffs.meets(relevance, novelty)


_INSTALL = "pip install 'paperlark[peers]' brings what it needs"


def own_reader(settings: Settings) -> LabelledReader:
    """Read what became of the reader's own papers; raises StoreError where there are none."""
    path = settings.database
    with open_existing(path, settings.profile.name) as connection:
        return own_days(settings.profile, labelled_papers(connection, path, settings.profile.name))


def evaluate(
    reader: LabelledReader,
    names: Collection[str],
    wish: Wish,
    progress: Progress,
    *,
    processes: int = 1,
) -> Report:
    """Measure the methods of these names; one that is not installed is told of in the notes.

    Raises PaperlarkError where there is nothing to measure.
    """
    methods = tuple(_methods(frozenset(names), wish.seed))
    missing = set(names) - {method.name for method in methods}
    notes = tuple(f"{name} is left out: {_INSTALL}" for name in sorted(missing))
    return measure(reader, methods, wish, progress, notes=notes, processes=processes)


def evaluate_tokens(
    reader: LabelledReader, wish: Wish, progress: Progress, *, told_all: bool
) -> TokenReport:
    """Measure what judging takes; `told_all` has all of the days before known.

    The papers of these days are all that the archive holds. Raises PaperlarkError where there is
    nothing to measure.
    """
    with TemporaryDirectory(prefix="paperlark-") as folder:
        path = Path(folder) / "archive.db"
        with open_database(path) as connection:
            ranker, precedent_finder = ranker_and_precedents(VectorStore(connection, path))
            parts = JudgingParts(ranker, precedent_finder)
            return measure_tokens(reader, parts, wish, progress, told_all=told_all)


def _methods(names: frozenset[str], seed: int) -> Iterator[Method]:
    if OWN in names:
        yield Method(OWN, EmbeddedRanker())
    if RANDOM in names:
        yield Method(RANDOM, ChanceRanker(seed), learns=False)
    if BM25 in names:
        yield Method(BM25, Bm25Ranker(), learns=False)
    if ARXIV_SANITY in names and (sanity := arxiv_sanity.load()):
        yield Method(ARXIV_SANITY, sanity, note=arxiv_sanity.NOTE)
    if ZOTERO in names and (zotero := zotero_arxiv_daily.load()):
        yield Method(ZOTERO, zotero, note=zotero_arxiv_daily.NOTE)
