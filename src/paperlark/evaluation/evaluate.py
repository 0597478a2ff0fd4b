"""An evaluation put together: whose days, and who ranks them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from paperlark.evaluation.baselines import arxiv_sanity, zotero_arxiv_daily
from paperlark.evaluation.baselines.bm25 import Bm25Ranker
from paperlark.evaluation.baselines.chance import ChanceRanker
from paperlark.evaluation.cases import (
    ARXIV_SANITY,
    BM25,
    OWN,
    RANDOM,
    ZOTERO,
    LabelledReader,
    Method,
)
from paperlark.evaluation.measure import Wish, measure
from paperlark.evaluation.own_data import own_days
from paperlark.evaluation.report import Report
from paperlark.evaluation.token_report import TokenReport
from paperlark.evaluation.tokens import JudgingParts, measure_tokens
from paperlark.ports import Progress
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.precedents import ranker_and_precedents
from paperlark.settings import Settings
from paperlark.store.database import open_database, open_existing
from paperlark.store.examples import labelled_papers
from paperlark.store.vectors import VectorStore

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
