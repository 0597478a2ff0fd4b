"""A list of short items ranks a first morning at least as well as the same words in a paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.evaluation.cases import LabelledDay
from paperlark.evaluation.folder import read_folder
from paperlark.rankers.embedded import EmbeddedRanker

ITEMS = {
    "ml-foundations": (
        "Sparse attention and KV cache",
        "Training dynamics of neural networks",
        "State-space models",
        "Optimizers for pre-training",
    ),
    "astro-dwarfs": (
        "Dwarf satellite galaxies of the Milky Way",
        "Resolved star formation histories",
        "Quenching of star formation in dwarf galaxies",
        "Outflows driven by star formation",
    ),
}
DAYS = 8


@pytest.mark.parametrize("reader", ITEMS)
def test_a_numbered_list_ranks_as_well_as_a_paragraph(shared: Path, reader: str) -> None:
    days = read_folder(shared / "readers" / reader).days
    some = days[:: len(days) // DAYS][:DAYS]
    items = ITEMS[reader]
    listed = "".join(f"{number}. {item}\n" for number, item in enumerate(items, start=1))
    ranker = EmbeddedRanker()
    scores = [_mean_precision(ranker, some, text) for text in (listed, ". ".join(items) + ".\n")]
    assert scores[0] >= scores[1]


def _mean_precision(ranker: EmbeddedRanker, days: Sequence[LabelledDay], text: str) -> float:
    criteria = parse_criteria(text)
    found = []
    for day in days:
        matches = ranker.rank(day.papers, criteria)
        wanted = sorted(
            match.rank for match, label in zip(matches, day.labels, strict=True) if label.wanted
        )
        found.append(sum(n / rank for n, rank in enumerate(wanted, start=1)) / len(wanted))
    return sum(found) / len(found)
