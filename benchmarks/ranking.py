"""How good the ranking is, on two recorded readers, against what must hold of it.

All methods rank the last days of both readers in time order, and every figure that must hold is
printed beside its limit: half an hour. Needs the recorded readers at `../shared` or where
PAPERLARK_SHARED says, and paperlark[peers] for one of the peers' methods. What was measured is
written to docs/ranking-figures.md, with curves.

    python benchmarks/ranking.py --quick                     # the last few days, writes nothing
    python benchmarks/ranking.py --from-json ASTRO.json ML.json   # written by `paperlark eval`

Exit code 1 when a figure is short of its limit; aims are told, and may be missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from drawing import Panel, drawing
from reports import read_report

from paperlark.evaluation import plots, wording
from paperlark.evaluation.cases import ARXIV_SANITY, ASREVIEW, NAMES, OWN, ZOTERO
from paperlark.evaluation.evaluate import evaluate
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.measure import EvaluationPlan
from paperlark.evaluation.method_metrics import Comparison
from paperlark.evaluation.report import Report, ReportRow, find
from paperlark.testing import Silent

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
DOCS = ROOT / "docs"
TEST_DAYS = {"astro-dwarfs": 40, "ml-foundations": 60}
HISTORY, VOTES = (0, 5, 20, 60), (3, 10, 30, 100)
AP, SHARE = "average_precision", "share_to_judge 0.95"

LEAST_AP = {0: 0.60, 5: 0.70, 20: 0.76, 60: 0.80}
MOST_SHARE = {0: 0.50, 5: 0.34, 20: 0.27, 60: 0.22}
"""Of astro-dwarfs, by days of history."""

SURE = 0.95
"""Of draws of the days in which ml-foundations must be ahead."""

AIM_AP = {5: 0.02, 20: 0.03, 60: 0.03}
AIM_SHARE = {20: 0.85, 60: 0.85}
"""Of ml-foundations: how far ahead in average precision, and the share over the best other's."""


@dataclass(frozen=True)
class Cell:
    """One figure beside its limit."""

    reader: str
    days: int
    what: str
    figure: str
    limit: str
    holds: bool
    aim: bool = False

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.aim:
            return "reached" if self.holds else "not reached"
        return "pass" if self.holds else "**short**"


def main() -> int:
    """Measure or read, print the cells, write the page; says whether all limits hold."""
    options = _options()
    if options.from_json:
        reports = [read_report(path) for path in options.from_json]
        measured = max(path.stat().st_mtime for path in options.from_json)
        day = datetime.fromtimestamp(measured, UTC).date()
    else:
        reports = [_measure(name, options) for name in TEST_DAYS]
        day = datetime.now(UTC).date()
    cells = [cell for report in reports for cell in _cells(report)]
    for cell in cells:
        print(
            f"{cell.reader:<15}{cell.days:>3} days  {cell.what:<41}{cell.figure:<25}"
            f"{cell.limit:<13}{cell.verdict.strip('*')}"
        )
    if not options.quick:
        _write(reports, cells, day)
    return int(any(not cell.holds and not cell.aim for cell in cells))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a quarter of the test days, no page")
    parser.add_argument("--processes", type=int, default=1, help="how many at once")
    parser.add_argument("--from-json", type=Path, nargs="+", help="what was measured before")
    return parser.parse_args()


def _measure(name: str, options: argparse.Namespace) -> Report:
    reader = read_folder(SHARED / "readers" / name)
    days = TEST_DAYS[name] // 4 if options.quick else TEST_DAYS[name]
    print(f"{name}: ranking {days} days", file=sys.stderr)
    plan = EvaluationPlan(HISTORY, VOTES, test_from=reader.days[-days].day)
    return evaluate(reader, NAMES, plan, Silent(), processes=options.processes)


def _cells(report: Report) -> Iterator[Cell]:
    own = {row.history_days: row for row in find(report.rows, OWN)}
    if report.reader == "astro-dwarfs":
        for days, row in own.items():
            yield from _limits(report.reader, days, row)
    else:
        for one in report.comparisons:
            if one.votes is None:
                yield from _ahead(report.reader, one)
    for days, row in own.items():
        yield from _peers(report, days, row)


def _limits(reader: str, days: int, row: ReportRow) -> Iterator[Cell]:
    precision, share = row.figures[AP], row.figures[SHARE]
    least, most = LEAST_AP[days], MOST_SHARE[days]
    yield Cell(
        reader,
        days,
        "average precision",
        wording.cell(precision, ranged=True),
        f">= {wording.short(least, 2)}",
        (precision.value or 0) >= least,
    )
    yield Cell(
        reader,
        days,
        "share to judge for 95 %",
        wording.cell(share, ranged=True),
        f"<= {wording.short(most, 2)}",
        (share.value or 1) <= most,
    )


def _ahead(reader: str, one: Comparison) -> Iterator[Cell]:
    days, against = one.history, one.against
    if one.measure == AP:
        what = f"average precision, {against}"
        yield Cell(
            reader, days, what, f"ahead in {one.ahead:.1%}", f">= {SURE:.0%}", one.ahead >= SURE
        )
        if days in AIM_AP:
            aim = AIM_AP[days]
            spread = one.difference_interval
            figure = f"{one.difference:+.3f} ({spread.low:+.3f} to {spread.high:+.3f})"
            limit, reached = f"aim {aim:+.2f}", one.difference >= aim
            yield Cell(reader, days, what, figure, limit, reached, aim=True)
    elif one.ratio is not None:
        what, figure = f"share to judge, {against}", f"x {one.ratio:.2f}"
        yield Cell(reader, days, what, figure, "less", one.ratio < 1)
        if days in AIM_SHARE:
            aim = AIM_SHARE[days]
            limit, reached = f"aim x {aim}", one.ratio <= aim
            yield Cell(reader, days, what, figure, limit, reached, aim=True)


def _peers(report: Report, days: int, own: ReportRow) -> Iterator[Cell]:
    """Return whether paperlark is ahead of each peer's method."""
    for peer in (ARXIV_SANITY, ASREVIEW, ZOTERO):
        theirs = [row for row in find(report.rows, peer) if row.history_days == days]
        if not theirs:
            yield Cell(report.reader, days, peer, "not measured", "ahead", holds=False)
        for row in theirs:
            for measure, name, sign in ((AP, "AP", 1), (SHARE, "share", -1)):
                mine, other = own.figures[measure].value, row.figures[measure].value
                if mine is not None and other is not None:
                    figure = f"{wording.short(mine)} against {wording.short(other)}"
                    holds = sign * mine > sign * other
                    yield Cell(report.reader, days, f"{name}, {peer}", figure, "ahead", holds)


def _write(reports: Sequence[Report], cells: Sequence[Cell], day: date) -> None:
    (DOCS / "figures").mkdir(exist_ok=True)
    for report in reports:
        title = f"How the ranking of {report.reader} grows with what is known"
        figure = drawing(title, list(_panels(report)))
        (DOCS / "figures" / f"ranking-{report.reader}.svg").write_text(figure, "utf-8")
    page = "\n".join(_page(reports, cells, day))
    (DOCS / "ranking-figures.md").write_text(f"{page}\n", "utf-8")


def _panels(report: Report) -> Iterator[Panel]:
    for rows, known in ((report.rows, "judged days known"), (report.votes, "likes known")):
        if rows:
            for measure, title in ((AP, "Average precision"), (SHARE, "Share to judge for 95 %")):
                yield Panel(title, known, plots.curve(rows, measure), OWN)


def _page(reports: Sequence[Report], cells: Sequence[Cell], day: date) -> Iterator[str]:
    yield "# How good the ranking is"
    yield ""
    yield (
        f"Measured on {day} by `make bench-ranking`, which writes this page; why it is measured so"
        " is in [design/006-evaluation.md](design/006-evaluation.md). Each figure comes with the"
        " range that 95 % of redrawn test days give."
    )
    yield "\n## What must hold\n"
    head = ("reader", "days known", "what", "figure", "limit", "")
    rows = ((one.reader, f"{one.days}", one.what, one.figure, one.limit) for one in cells)
    verdicts = (one.verdict for one in cells)
    yield from _table(head, [(*row, word) for row, word in zip(rows, verdicts, strict=True)])
    for report in reports:
        yield from _reader(report)
    yield "\n## What the columns say\n"
    yield from (f"- {column.short}: {column.long}." for column in wording.COLUMNS)


def _reader(report: Report) -> Iterator[str]:
    yield f"\n## {report.reader}\n"
    yield wording.summary(report)
    yield (
        f"\n![Average precision and share to judge over what is known, from the tables"
        f" below](figures/ranking-{report.reader}.svg)\n"
    )
    yield "Filled: 95 % of redrawn days. Open circle: paperlark on a reader's first morning.\n"
    measures = [column.short for column in wording.COLUMNS]
    for rows, known in ((report.rows, "days"), (report.votes, "likes")):
        if rows:
            yield from _table(("method", known, *measures), [_figures(row) for row in rows])
            yield ""
    head = ("known", "measure", "paperlark", "95 %", "against the best", "ahead in")
    compared = [
        (one.known, one.measure, one.figure, one.spread, one.against, one.ahead)
        for one in wording.comparisons(report)
    ]
    yield from _table(head, compared)
    yield f"\n{wording.agreed(report)}\n"
    yield from (f"- {line}" for line in wording.how(report))


def _figures(row: ReportRow) -> tuple[str, ...]:
    cells = (wording.cell(row.figures[one.measure], ranged=True) for one in wording.COLUMNS)
    known = row.history_days if row.votes is None else row.votes
    name = f"**{row.method}**" if row.method == OWN else row.method
    return (name, f"{known}", *cells)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.exit(main())
