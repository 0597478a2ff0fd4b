"""How good criteria are that were drafted from a library, on two recorded readers.

Of each reader's earlier days, 30 wanted papers are drawn; criteria are drafted from them alone, and
rank later first mornings with nothing else known, beside the reader's own criteria: five minutes.
Needs the recorded readers at `../shared` or where PAPERLARK_SHARED says.

    python benchmarks/draft_criteria.py [--show]      # --show prints the first draft of each reader
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example, LabelSource
from paperlark.domain.paper import Paper
from paperlark.evaluation.cases import LabelledDay
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.metrics import expected_average_precision
from paperlark.importing.draft_criteria import DraftedCriteria, PaperCluster, draft_criteria
from paperlark.rankers.embedded import EmbeddedRanker

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
READERS = ("astro-dwarfs", "ml-foundations")
LIBRARY, DRAWS, DAYS = 30, 5, 20


def main() -> None:
    """Print a line for each reader: own criteria, drafts (mean and range of the draws)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the first draft")
    options = parser.parse_args()
    for name in READERS:
        days = read_folder(SHARED / "readers" / name).days
        later = [day for day in days if day.wanted][-DAYS:]
        pool = list(_wanted([day for day in days if day.day < later[0].day]))
        drafts = [
            draft_criteria(random.Random(seed).sample(pool, LIBRARY))  # noqa: S311  # no secret
            for seed in range(DRAWS)
        ]
        own = _mean_precision(later, None)
        drafted = [_mean_precision(later, parse_criteria(one.text)) for one in drafts]
        taught = [
            _mean_precision(later, parse_criteria(one.text), _imported(one, later[0].day))
            for one in drafts
        ]
        titles = [_mean_precision(later, _from_titles(one.clusters)) for one in drafts]
        print(
            f"{name}: own criteria {own:.3f}; drafted {np.mean(drafted):.3f}"
            f" ({min(drafted):.3f} to {max(drafted):.3f}), with the same papers imported"
            f" {np.mean(taught):.3f}; the 30 titles as one text"
            f" {np.mean(titles):.3f}; {len(later)} days, {DRAWS} libraries of {LIBRARY}"
        )
        if options.show:
            print(drafts[0].text)


def _wanted(days: Sequence[LabelledDay]) -> Iterator[Paper]:
    for day in days:
        yield from (p for p, label in zip(day.papers, day.labels, strict=True) if label.wanted)


def _imported(draft: DraftedCriteria, day: date) -> Evidence:
    papers = [paper for one in draft.clusters for paper in one.papers]
    return Evidence(tuple(Example(one, day, True, LabelSource.LIBRARY) for one in papers))  # noqa: FBT003


def _from_titles(clusters: Sequence[PaperCluster]) -> Criteria:
    return parse_criteria("\n".join(paper.title for one in clusters for paper in one.papers))


RANKER = EmbeddedRanker()


def _mean_precision(
    days: Sequence[LabelledDay], criteria: Criteria | None, evidence: Evidence = NO_EVIDENCE
) -> float:
    """Return the mean average precision of the days; None: by the reader's own criteria."""
    found = []
    for day in days:
        matches = RANKER.rank(day.papers, criteria or day.criteria, evidence)
        scores = np.array([match.score for match in matches])
        wanted = np.array([label.wanted for label in day.labels])
        found.append(expected_average_precision(scores, wanted))
    return float(np.mean(found))


if __name__ == "__main__":
    main()
