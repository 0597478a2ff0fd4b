"""What the marks of matches promise, and where a page without a model ends, on two readers.

Words and the end of the page are by fixed rules (`rankers/embedded.py`), chosen on earlier days;
here they are held against the labels of those and of the later days. Percentages are held against
the later days alone. Needs the recorded readers at `../shared` or where PAPERLARK_SHARED says.
Writes docs/match-figures.md and its figure: ten minutes.

    python benchmarks/match_words.py

Exit code 1 when a percentage is shown with nothing known, or when papers of 80 % or more are not
wanted as often as they say.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from drawing import reliability

from paperlark.day.select import is_match
from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE
from paperlark.domain.judgement import Match, Strength
from paperlark.evaluation import metrics, plots
from paperlark.evaluation.cases import LabelledReader
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.splits import KnownBefore
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.renderers.matches import stated_interval

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
DOCS = ROOT / "docs"
TEST_DAYS = {"astro-dwarfs": 40, "ml-foundations": 60}
"""Of benchmarks/ranking.py too."""
PAGE = 20
"""Papers of a page by default."""
KNOWN = (5, 20, 60)
EVERY_EARLIER, EVERY_CALIBRATED = 3, 2
"""Of earlier days, and of later ones with days known, every so many are ranked: it takes long."""
REPLICATES = 2000
SURE = 0.8


@dataclass(frozen=True)
class Marked:
    """A paper as it was marked on one day, and whether it was wanted."""

    day: int
    match: Match
    wanted: bool


@dataclass(frozen=True)
class Measured:
    """All papers of one reader's days: by their own criteria, by the other's, and with days known.

    `own` and `foreign` are with nothing known, each of the earlier and of the later days.
    """

    name: str
    own: Mapping[str, Sequence[Marked]]
    foreign: Mapping[str, Sequence[Marked]]
    known: Mapping[int, Sequence[Marked]]


def main() -> int:
    """Rank, write the page, and say whether what must hold does."""
    with ProcessPoolExecutor(len(TEST_DAYS), get_context("spawn")) as pool:
        readers = list(pool.map(_measure, TEST_DAYS))
    page = [
        *_head(),
        *_WORDS,
        *(line for one in readers for line in _words(one)),
        *_ENDS,
        *(line for one in readers for line in _end(one)),
        *_PERCENTAGES,
        *(line for one in readers for line in _sure(one)),
        *_bins(readers),
    ]
    (DOCS / "match-figures.md").write_text("\n".join(page) + "\n", "utf-8")
    first = [one for reader in readers for some in reader.own.values() for one in some]
    percentages = sum(one.match.calibrated for one in first)
    print(f"percentages with nothing known: {percentages} of {len(first)} papers")
    holds = not percentages and all(
        _as_promised(marked) for reader in readers for marked in reader.known.values()
    )
    print("holds" if holds else "DOES NOT HOLD")
    return int(not holds)


def _measure(name: str) -> Measured:
    reader = read_folder(SHARED / "readers" / name)
    (other,) = (
        read_folder(SHARED / "readers" / one).days[-1].criteria for one in TEST_DAYS if one != name
    )
    first = len(reader.days) - TEST_DAYS[name]
    places = {
        "earlier": range(0, first, EVERY_EARLIER),
        "later": range(first, len(reader.days)),
    }
    ranker = EmbeddedRanker()
    return Measured(
        name,
        {days: _ranked(ranker, reader, of) for days, of in places.items()},
        {days: _ranked(ranker, reader, of, criteria=other) for days, of in places.items()},
        {
            known: _ranked(ranker, reader, places["later"][::EVERY_CALIBRATED], known)
            for known in KNOWN
        },
    )


def _head() -> Iterator[str]:
    yield "# What a match promises"
    yield ""
    yield (
        "Measured by `python benchmarks/match_words.py`, which writes this page; the rules are in"
        " [design/005-ranking.md](design/005-ranking.md). Ranges are 95 % of redrawn days. With"
        " nothing known no page shows a percentage."
    )


_WORDS = (
    "\n## Words, with nothing known\n",
    "Papers among the first 20 of a day, by the word beside them, and the share of them that was"
    " wanted. The rule was chosen on the earlier days.\n",
    "| reader | days | strong | good | fair | weak (not shown) |",
    "| --- | --- | --- | --- | --- | --- |",
)
_ENDS = (
    "\n## Where the page ends\n",
    "Papers shown a day, where the page has room for 20; how many of the wanted papers among those"
    " 20 are lost; and how many are shown where the criteria are the other reader's, of another"
    " field.\n",
    "| reader | days | shown | wanted shown | wanted lost | shown for criteria of another field |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
)
_PERCENTAGES = (
    "\n## Percentages, on the later days\n",
    "Shown once a calibration was fitted to the reader's own labels: 10 wanted papers or more among"
    " those of the latest third of the judged days, at most ten. Here of all papers.\n",
    "| reader | judged days known | days with percentages | papers of 80 % or more | promised"
    " (interval stated) | wanted |",
    "| --- | ---: | ---: | ---: | ---: | --- |",
)


def _ranked(
    ranker: EmbeddedRanker,
    reader: LabelledReader,
    places: Sequence[int],
    known: int = 0,
    criteria: Criteria | None = None,
) -> list[Marked]:
    found: list[Marked] = []
    for place in places:
        before = KnownBefore(reader.days, place)
        day = before.day
        evidence = before.history(known) if known else NO_EVIDENCE
        matches = ranker.rank(day.papers, criteria or day.criteria, evidence)
        found += [
            Marked(place, match, label.wanted)
            for match, label in zip(matches, day.labels, strict=True)
        ]
    return found


def _page_of(marked: Sequence[Marked]) -> list[Marked]:
    return [one for one in marked if one.match.rank <= PAGE]


def _words(reader: Measured) -> Iterator[str]:
    for days, marked in reader.own.items():
        page = _page_of(marked)
        cells = (
            _share([one for one in page if one.match.strength is word], page) for word in Strength
        )
        yield f"| {reader.name} | {days} | {' | '.join(cells)} |"


def _end(reader: Measured) -> Iterator[str]:
    for days, marked in reader.own.items():
        page, count = _page_of(marked), len({one.day for one in marked})
        shown = [one for one in page if is_match(one.match)]
        wanted, all_wanted = (sum(one.wanted for one in some) for some in (shown, page))
        strangers = sum(is_match(one.match) for one in _page_of(reader.foreign[days]))
        yield (
            f"| {reader.name} | {days} | {len(shown) / count:.1f} | {wanted / count:.2f} |"
            f" {1 - wanted / all_wanted:.1%} | {strangers / count:.1f} |"
        )


def _sure(reader: Measured) -> Iterator[str]:
    for known, marked in reader.known.items():
        shown = [one for one in marked if one.match.calibrated]
        sure = [one for one in shown if (one.match.probability or 0) >= SURE]
        days = len({one.day for one in shown})
        promised = "-"
        if sure:
            low, high = _stated(sure)
            mean = np.mean([one.match.probability or 0 for one in sure])
            promised = f"{mean:.0%} ({low:.0%}-{high:.0%})"
        yield (
            f"| {reader.name} | {known} | {days} of {len({one.day for one in marked})} |"
            f" {len(sure)} | {promised} | {_share(sure, marked)} |"
        )


def _as_promised(marked: Sequence[Marked]) -> bool:
    """Return whether papers of 80 % or more are wanted within the interval that is stated."""
    sure = [one for one in marked if one.match.calibrated and (one.match.probability or 0) >= SURE]
    if not sure:
        return True
    low, high = _stated(sure)
    return low <= float(np.mean([one.wanted for one in sure])) <= high


def _stated(some: Sequence[Marked]) -> tuple[float, float]:
    """Return the mean of the intervals that the page states of these papers."""
    ends = np.array([stated_interval(one.match.probability or 0) for one in some])
    low, high = ends.mean(axis=0)
    return float(low), float(high)


def _bins(readers: Sequence[Measured]) -> Iterator[str]:
    drawn = {}
    table = ["", "| reader | papers | promised | wanted |", "| --- | ---: | ---: | ---: |"]
    for reader in readers:
        name = reader.name
        some = [one for marked in reader.known.values() for one in marked if one.match.calibrated]
        day = metrics.RankedDay(
            np.array([one.wanted for one in some]),
            np.zeros(len(some)),
            np.array([one.match.probability or 0 for one in some]),
        )
        bins = metrics.reliability([day])
        drawn[name] = plots.calibration(bins)
        table += [
            f"| {name} | {one.papers} | {one.mean_probability:.0%} | {one.share_wanted:.0%} |"
            for one in bins
        ]
    figure = reliability("Percentages against what was wanted", drawn, "promised")
    (DOCS / "figures" / "match-calibration.svg").write_text(figure, "utf-8")
    yield "\n![Percentages against what was wanted](figures/match-calibration.svg)\n"
    yield (
        "Across: the percentage; up: the share of such papers that was wanted, on the diagonal"
        " where it is as promised; bars: how many papers, on a logarithmic scale. All of 5, 20 and"
        " 60 judged days together:"
    )
    yield from table


def _share(some: Sequence[Marked], of: Sequence[Marked]) -> str:
    if not some:
        return "none"
    low, high = _range(some, of)
    wanted = np.mean([one.wanted for one in some])
    return f"{wanted:.0%} ({low:.0%}-{high:.0%}) of {len(some)}"


def _range(some: Sequence[Marked], of: Sequence[Marked]) -> tuple[float, float]:
    """Return the range of the share wanted that 95 % of redrawn days give."""
    days = sorted({one.day for one in of})
    place = {day: at for at, day in enumerate(days)}
    wanted, papers = np.zeros(len(days)), np.zeros(len(days))
    for one in some:
        wanted[place[one.day]] += one.wanted
        papers[place[one.day]] += 1
    draws = np.random.default_rng(0).integers(0, len(days), (REPLICATES, len(days)))
    total = papers[draws].sum(axis=1)
    shares = wanted[draws].sum(axis=1)[total > 0] / total[total > 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    sys.exit(main())
