"""What judging takes, on two recorded readers and two days of others' pages, against its limits.

The last days of both readers are judged in time order, in the plain way and in paperlark's, once
with what paperlark itself would have read of the days before and once with all of it: ten minutes.
Needs the recorded readers at `../shared` or where PAPERLARK_SHARED says. What was measured is
written to docs/judging-figures.md.

    python benchmarks/judge.py --quick     # the last few days, writes nothing

Exit code 1 when a figure is short of its limit.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

# Before numpy is imported: its threads would wait for each other on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.domain.paper import Paper
from paperlark.domain.profile import RECALL
from paperlark.evaluation.cases import LabelledDay, LabelledReader
from paperlark.evaluation.evaluate import evaluate_tokens
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.measure import EvaluationPlan
from paperlark.evaluation.method_metrics import Metric
from paperlark.evaluation.splits import KnownBefore
from paperlark.evaluation.token_report import TokenCounts, TokenReport
from paperlark.evaluation.tokens import count_day, judgements, short_comment
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.testing import Silent

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
PAGE = ROOT / "docs" / "judging-figures.md"
HISTORY = 20
LIMITS = {"astro-dwarfs": (40, 0.27), "ml-foundations": (60, 0.27)}
"""Test days, and the most that they may take of the plain way's tokens."""

SEEDS_OF = "ml-foundations"
FIRST_SEED = date(2025, 2, 19)
SEED_TOKENS = {date(2025, 2, 26): 67_320, date(2025, 3, 25): 69_300}
"""What the pages of those days say that they took."""


@dataclass(frozen=True)
class Cell:
    """One figure beside its limit; `aim` where nothing must hold."""

    what: str
    known: str
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


@dataclass(frozen=True)
class Stopped:
    """A day that was read best first, until it took as many tokens as the seed's page did."""

    day: date
    examples: int
    limit: int
    taken: TokenCounts
    whole: TokenCounts


def main() -> int:
    """Measure, print the cells, write the page; says whether all limits hold."""
    quick = _options().quick
    readers = {name: read_folder(SHARED / "readers" / name) for name in LIMITS}
    reports = [
        _measure(reader, quick=quick, all_known=all_known)
        for reader in readers.values()
        for all_known in (False, True)
    ]
    reader = readers[SEEDS_OF]
    seeds = {day: _measure_day(reader, day) for day in SEED_TOKENS}
    stopped = [_stop(reader, day) for day in SEED_TOKENS]
    cells = [
        *(cell for report in reports for cell in _reader_cells(report)),
        *(cell for day, report in seeds.items() for cell in _seed_cells(day, report)),
        *(cell for one in stopped for cell in _stopped_cells(one)),
    ]
    for cell in cells:
        print(
            f"{cell.what:<40}{cell.known:<28}{cell.figure:<26}{cell.limit:<12}"
            f"{cell.verdict.strip('*')}"
        )
    if not quick:
        day = datetime.now(UTC).date()
        PAGE.write_text("\n".join(_page(reports, cells, stopped, day)) + "\n", "utf-8")
    return int(any(not cell.holds and not cell.aim for cell in cells))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a quarter of the test days, no page")
    return parser.parse_args()


def _measure(reader: LabelledReader, *, quick: bool, all_known: bool) -> TokenReport:
    days, _ = LIMITS[reader.name]
    first = reader.days[-(days // 4 if quick else days)].day
    print(f"{reader.name}: reading from {first}", file=sys.stderr)
    plan = EvaluationPlan((HISTORY,), test_from=first)
    return evaluate_tokens(reader, plan, Silent(), all_known=all_known)


def _measure_day(reader: LabelledReader, day: date) -> TokenReport:
    plan = EvaluationPlan((HISTORY,), test_from=day, test_to=day)
    return evaluate_tokens(reader, plan, Silent(), all_known=False)


def _stop(reader: LabelledReader, day: date) -> Stopped:
    """Read a day with nothing known but the seeds before it, as somebody who brings them along."""
    place = next(at for at, one in enumerate(reader.days) if one.day == day)
    today, limit = reader.days[place], SEED_TOKENS[day]
    examples = tuple(_brought(reader, today))
    evidence = Evidence(examples, KnownBefore(reader.days, place).stream)
    matches = EmbeddedRanker().rank(today.papers, today.criteria, evidence)
    ranked = sorted(zip(matches, today.papers, strict=True), key=lambda pair: pair[0].rank)
    best_first = [paper for _, paper in ranked]
    said = judgements(today, short_comment(reader))
    whole = count_day(today, best_first, said)
    taken = whole
    while taken.paperlark.total >= limit:
        taken = count_day(today, best_first[: taken.judged - 1], said)
    return Stopped(day, len(examples), limit, taken, whole)


def _brought(reader: LabelledReader, today: LabelledDay) -> Iterator[Example]:
    """Return what the pages of the seeds before say: what was selected, and nothing of the rest."""
    again = {paper.id for paper in today.papers}
    for day in reader.days:
        if day.day < today.day and (day.day == FIRST_SEED or day.day in SEED_TOKENS):
            for paper, label in zip(day.papers, day.labels, strict=True):
                if label.wanted and paper.id not in again:
                    yield _lesson(paper, day.day, label.relevance, label.novelty)


def _lesson(paper: Paper, day: date, relevance: int | None, novelty: int | None) -> Example:
    return Example(paper, day, True, LabelSource.JUDGE, relevance, novelty)  # noqa: FBT003  # wanted


def _reader_cells(report: TokenReport) -> Iterator[Cell]:
    _, most = LIMITS[report.reader]
    what = f"{report.reader}, last {len(report.days)} days"
    known = _known(report)
    share, kept = report.share, report.recall_kept
    yield Cell(
        what, known, f"tokens {_ranged(share)}", f"<= {most:.0%}", (share.value or 1) <= most
    )
    holds = (kept.value or 0) >= RECALL
    yield Cell(what, known, f"kept {_ranged(kept)}", f">= {RECALL:.0%}", holds)


def _seed_cells(day: date, report: TokenReport) -> Iterator[Cell]:
    taken, limit = report.sum, SEED_TOKENS[day]
    total = taken.paperlark.total
    known = _known(report)
    yield Cell(f"page of {day}", known, f"tokens {total:,}", f"< {limit:,}", total < limit)
    yield _kept(f"page of {day}", known, taken, aim=False)


def _stopped_cells(one: Stopped) -> Iterator[Cell]:
    yield _kept(
        f"page of {one.day}, stopped at its tokens",
        f"{one.examples} likes of pages",
        one.taken,
        aim=True,
    )


def _kept(what: str, known: str, taken: TokenCounts, *, aim: bool) -> Cell:
    kept = taken.recall or 0
    figure = f"kept {kept:.1%} ({taken.kept} of {taken.wanted})"
    return Cell(what, known, figure, f">= {RECALL:.0%}", kept >= RECALL, aim=aim)


def _known(report: TokenReport) -> str:
    return f"{HISTORY} days, {'all of them' if report.all_known else 'as they were read'}"


def _ranged(figure: Metric) -> str:
    if figure.value is None or figure.interval is None:
        return "unknown"
    return f"{figure.value:.1%} ({figure.interval.low:.1%} to {figure.interval.high:.1%})"


def _page(
    reports: Sequence[TokenReport], cells: Sequence[Cell], stopped: Sequence[Stopped], day: date
) -> Iterator[str]:
    yield "# What judging takes"
    yield ""
    yield (
        f"Measured on {day} by `make bench-judge`, which writes this page, as"
        f" `paperlark eval FOLDER --test-from DATE --history {HISTORY} --tokens --json FILE` does"
        " for one reader. Tokens of question and answer together, counted in the o200k vocabulary;"
        " intervals hold 95 % of redrawn test days."
    )
    yield "\n## What must hold\n"
    rows = [(one.what, one.known, one.figure, one.limit, one.verdict) for one in cells]
    yield from _table(("days", "known before", "figure", "limit", ""), rows)
    yield (
        "\n*As they were read*: each test day knows what paperlark itself would have read of the"
        f" {HISTORY} days before, and nothing of the papers that it left unread; the reader began"
        f" {HISTORY} days before the first test day. This is what the product knows, but that it"
        " remembers 120 days. *All of them*: what became of every paper of those days, as where"
        " rankings are compared (`--lessons all`). The lots and their tokens are counted in both."
    )
    yield "\n## Where the tokens go\n"
    head = ("days", "known before", "way", "papers", "prompt", "answer", "a paper", "a wanted one")
    yield from _table(head, [row for report in reports for row in _ways(report)])
    yield (
        "\nThe plain way puts 8 papers into one prompt of full instructions and criteria, with id,"
        " title and abstract, and gets a comment on each. Beside one with fewer or more:\n"
    )
    sizes = tuple(reports[0].sum.plain_by_size)
    sized = ("days", "known before", *(f"{size} in a prompt" for size in sizes))
    yield from _table(sized, [_by_size(report) for report in reports])
    yield "\n## First weeks\n"
    yield from _first_weeks(stopped)
    yield "\n## What falls short\n"
    yield from _short(cells)
    yield "\n## What has to be known\n"
    yield from (f"- {note}" for note in dict.fromkeys(_notes(reports)))


def _ways(report: TokenReport) -> Iterator[Sequence[str]]:
    taken = report.sum
    for way, papers, tokens in (
        ("plain", taken.candidates, taken.plain),
        ("paperlark", taken.judged, taken.paperlark),
    ):
        yield (
            report.reader,
            _known(report),
            way,
            f"{papers:,}",
            f"{tokens.prompt:,}",
            f"{tokens.completion:,}",
            f"{tokens.total / papers:,.0f}",
            f"{tokens.total / (taken.wanted if way == 'plain' else taken.kept):,.0f}",
        )


def _by_size(report: TokenReport) -> Sequence[str]:
    shares = (report.sum.share(size) for size in report.sum.plain_by_size)
    return (report.reader, _known(report), *(f"{share or 0:.1%}" for share in shares))


def _first_weeks(stopped: Sequence[Stopped]) -> Iterator[str]:
    yield (
        "Somebody who comes with nothing but the pages of a day or two is hardly known: everything"
        " is read, best first, until the budget ends it. Those pages did not read every paper"
        " either: whose authors nobody knew was left out before.\n"
    )
    head = ("page", "likes", "all papers", "tokens", "the page's own", "read within", "kept")
    yield from _table(
        head,
        [
            (
                f"{one.day}",
                f"{one.examples}",
                f"{one.whole.judged}",
                f"{one.whole.paperlark.total:,}",
                f"{one.limit:,}",
                f"{one.taken.judged}",
                f"{one.taken.kept} of {one.taken.wanted}",
            )
            for one in stopped
        ],
    )


def _short(cells: Sequence[Cell]) -> Iterator[str]:
    short = [one for one in cells if not one.holds]
    for one in short:
        aim = " (an aim: nothing must hold there)" if one.aim else ""
        yield f"- {one.what}, {one.known}: {one.figure}, {one.limit} was asked{aim}."
    if not short:
        yield "Nothing."


def _notes(reports: Sequence[TokenReport]) -> Iterator[str]:
    yield (
        "Nobody was asked: the answers are what was recorded, in paperlark's form, with a comment"
        " where its prompt asks for one; that a real model answers otherwise, or has to be asked"
        " again, is not in here."
    )
    for report in reports:
        yield from (f"{report.reader}: {note}." for note in report.notes)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.exit(main())
