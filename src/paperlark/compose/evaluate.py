"""An evaluation put together: whose days, and which methods rank them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from paperlark.evaluation.baselines._words import Words
from paperlark.evaluation.baselines.arxiv_sanity import NOTE as SANITY_NOTE
from paperlark.evaluation.baselines.arxiv_sanity import ArxivSanityRanker
from paperlark.evaluation.baselines.bm25 import Bm25Ranker
from paperlark.evaluation.baselines.chance import ChanceRanker
from paperlark.evaluation.baselines.zotero_arxiv_daily import NOTE as ZOTERO_NOTE
from paperlark.evaluation.baselines.zotero_arxiv_daily import ZoteroArxivDailyRanker
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.measure import Wish, measure
from paperlark.evaluation.methods import OWN, Method
from paperlark.evaluation.report import Report
from paperlark.ports import Progress
from paperlark.rankers.lexical import LexicalRanker

METHODS = (OWN, "random", "bm25", "arxiv-sanity-lite", "zotero-arxiv-daily")
"""Every method by name, in the order of the table."""


def choose_methods(names: Sequence[str], seed: int) -> Iterator[Method]:
    """Give the methods of these names; one whose extra is not installed is left out."""
    words = Words()
    if OWN in names:
        yield Method(OWN, LexicalRanker())
    if "random" in names:
        yield Method("random", ChanceRanker(seed), learns=False)
    if "bm25" in names:
        yield Method("bm25", Bm25Ranker(words), learns=False)
    if "arxiv-sanity-lite" in names:
        yield Method("arxiv-sanity-lite", ArxivSanityRanker(words), note=SANITY_NOTE)
    if "zotero-arxiv-daily" in names:
        from paperlark.evaluation.baselines import wordllama  # noqa: PLC0415  # an extra

        embedding = wordllama.load()
        if embedding is not None:
            yield Method("zotero-arxiv-daily", ZoteroArxivDailyRanker(embedding), note=ZOTERO_NOTE)


def evaluate_folder(
    folder: Path,
    methods: Sequence[str],
    progress: Progress,
    *,
    history: tuple[int, ...],
    votes: tuple[int, ...],
    test_from: date | None,
    test_to: date | None,
    seed: int,
) -> Report:
    """Measure the methods of these names on a reader's folder."""
    wish = Wish(history, votes, test_from=test_from, test_to=test_to, seed=seed)
    return measure(read_folder(folder), tuple(choose_methods(methods, seed)), wish, progress)
