"""What ranking costs: seconds and memory, against its limits, and how both grow.

Every figure is of a process of its own, several times: the largest recorded day ranked, learning
from 6,000 papers, whole pages without a key from cold, then 1 to 100 days of history and 1 to
1,000 readers in one process: half an hour on a quiet machine. Needs the recorded input at
`../shared` or where PAPERLARK_SHARED says. Writes docs/ranking-cost.md and its plots.

    python benchmarks/ranking_cost.py --quick              # no growth, writes nothing
    python benchmarks/ranking_cost.py --against 7aef08b    # pages of that commit too, in turn

With --against, that commit is checked out into a temporary folder; both make their archives
themselves, and then each page in turn. Exit code 1 when a median is over its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from light_and_fast import (
    LARGEST,
    PAPERLARK,
    ROOT,
    SHARED,
    Usage,
    installed,
    largest_day,
    peak_megabytes,
    run,
)

from paperlark.domain.calendar import expects_announcement
from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import Evidence
from paperlark.domain.paper import Paper
from paperlark.evaluation.cases import LabelledDay

RUNS, GROWTH_RUNS = 7, 3
PAPERS, LESSONS, STREAM = 300, 6_000, 6_000
HISTORY, READERS = (1, 5, 20, 50, 100), (1, 10, 100, 1_000)
JUDGED_DAYS, LESSON_DAYS = 20, 5
BY_WORDS = ("sparse", "mixture", "of", "experts")
BY_MEANING = ("zebrafish", "morphogenesis")
MONTH = SHARED / "feeds" / "month"
DOCS = ROOT / "docs"

Figures = Mapping[str, float]
"""What one process measured: seconds by name, and `megabytes` at its peak."""


@dataclass(frozen=True)
class Case:
    """A day to be ranked: each of the criteria with its own evidence is a reader."""

    papers: tuple[Paper, ...]
    criteria: tuple[Criteria, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Row:
    """One figure in all runs; without a limit it is only told."""

    what: str
    values: Sequence[float]
    unit: str
    limit: float | None = None
    before: Sequence[float] = ()
    """The same of an earlier commit."""

    @property
    def holds(self) -> bool:
        """Whether the median is within the limit."""
        return self.limit is None or statistics.median(self.values) <= self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of a table."""
        middle = statistics.median(self.values)
        values = (f"{one:,.{_digits(one)}f}" for one in (min(self.values), middle))
        verdict = "" if self.limit is None else "pass" if self.holds else "**over**"
        limit = "" if self.limit is None else f"{self.limit:g}"
        earlier = statistics.median(self.before) if self.before else None
        before = "" if earlier is None else f"{earlier:,.{_digits(earlier)}f}"
        return (self.what, self.unit, *values, before, limit, verdict)


@dataclass(frozen=True)
class Version:
    """A checked-out paperlark, and what it made in a folder of its own."""

    root: Path
    folder: Path

    @property
    def env(self) -> Mapping[str, str]:
        """Return the environment in which it runs."""
        return installed(self.root / "src", self.folder / "bytecode")

    def trial(self, name: str, case: str = "", *words: str) -> Figures:
        """Run it in a process of its own: children inherit the peak of this one."""
        return self._run(Path(__file__), name, case, *words)

    def prepare(self) -> None:
        """Write the cases, by the version's own script."""
        self._run(self._own_script, "prepare", "")

    def learn(self, case: str) -> Figures:
        """Learn from a case whose papers were read before, and rank on a later morning."""
        if (self.root / "src" / "paperlark" / "rankers" / "embedded.py").exists():
            return self.trial("learn", case)
        # Under its earlier names the ranker kept nothing: each morning it learned anew.
        again = self._run(self._own_script, "rank", case)["again"]
        return {"first": again, "later": again}

    @property
    def _own_script(self) -> Path:
        return self.root / "benchmarks" / "ranking_cost.py"

    def _run(self, script: Path, name: str, case: str, *words: str) -> Figures:
        command = [sys.executable, str(script), "--trial", name, str(self.folder / case), *words]
        found: Figures = json.loads(subprocess.check_output(command, env=self.env))
        return found

    def page(self, *words: str) -> Usage:
        """Run paperlark."""
        return run([PAPERLARK, *words], self.env)


def main() -> int:
    """Measure, print, write; says whether every limit holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="no growth, writes nothing")
    parser.add_argument("--against", metavar="COMMIT", help="measure pages of that commit too")
    parser.add_argument("--trial", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        name, *words = options.trial
        print(json.dumps(_TRIALS[name](*words)))
        return 0
    with tempfile.TemporaryDirectory() as folder, _checked_out(options.against) as earlier:
        versions = [
            Version(root, Path(folder) / name)
            for name, root in (("now", ROOT), ("before", earlier))
            if root
        ]
        return _measure(versions, quick=options.quick)


@contextmanager
def _checked_out(commit: str | None) -> Iterator[Path | None]:
    """Check out a commit into a temporary folder, for as long as it is measured."""
    if commit is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "paperlark"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(root), commit], check=True)
        try:
            yield root
        finally:
            subprocess.run([*git, "remove", "--force", str(root)], check=True)


def _measure(versions: Sequence[Version], *, quick: bool) -> int:
    load = os.getloadavg()[0]
    for one in versions:
        one.folder.mkdir()
        one.prepare()
    now = versions[0]
    rows = []
    for row in chain(_pages(versions), _learning(versions), _ranking(now)):
        print(_printed(row.cells), flush=True)
        rows.append(row)
    if not quick:
        days = {days: _days(now, f"history-{days}") for days in HISTORY}
        readers = {count: _readers(now, "readers", count) for count in READERS}
        (DOCS / "figures").mkdir(exist_ok=True)
        (DOCS / "figures" / "ranking-cost.svg").write_text(_drawn(days, readers), "utf-8")
        page = "\n".join(_page(rows, days, readers, load))
        (DOCS / "ranking-cost.md").write_text(f"{page}\n", "utf-8")
    return int(not all(row.holds for row in rows))


def _ranking(now: Version) -> Iterator[Row]:
    """Rank in processes that have already started."""
    largest = [now.trial("rank", "largest") for _ in range(RUNS)]
    yield Row("1,101 papers ranked by criteria", _each(largest, "alone"), "s", 0.5)
    yield Row("1,101 papers after 20 days, all read before", _each(largest, "again"), "s")
    learning = [now.trial("rank", "learning") for _ in range(RUNS)]
    yield Row("learning from 6,000 papers read before", _each(learning, "again"), "s", 2.0)
    yield Row("reading 12,000 papers, learning from 6,000", _each(learning, "first"), "s")


def _learning(versions: Sequence[Version]) -> Iterator[Row]:
    """Learn from the longest history, all of it read before, and rank on the mornings after."""
    case = f"history-{HISTORY[-1]}"
    now, *earlier = versions
    found, before = [], []
    for _ in range(RUNS):
        found.append(now.learn(case))
        before += [one.learn(case) for one in earlier]
    for what, name, limit in (("first learning", "first", 2.5), ("a later morning", "later", 0.5)):
        label = f"{HISTORY[-1]} judged days, {what}"
        yield Row(label, _each(found, name), "s", limit, _each(before, name))


def _pages(versions: Sequence[Version]) -> Iterator[Row]:
    """Make whole pages without a key, from feed to files, each from a folder of its own."""
    days = _announcement_days()
    day = ["run", "--date", f"{days[-1]}", "--feeds", str(MONTH)]
    for one in versions:
        _make_archives(one, days)
    month = f"{(days[-1] - days[0]).days} days of archive"
    for what, start, words, limit in (
        ("page of 1,101 listings, first day", "largest-day", [], 1.0),
        (f"page of {days[-1]}, first day", "fresh", day, 1.0),
        (f"page of {days[-1]}, after {month}", "archive", day, 1.0),
        (f"page of {days[-1]}, after {JUDGED_DAYS} judged days", "judged", day, 1.2),
        (f"search by words, {month}", "archive", ["search", *BY_WORDS], 0.6),
        (f"search by meaning, {month}", "archive", ["search", *BY_MEANING], 0.6),
    ):
        used = [[_page_of(one, start, words) for one in versions] for _ in range(RUNS)]
        now, *earlier = zip(*used, strict=True)
        before = list(chain.from_iterable(earlier))
        seconds, megabytes = ([one.wall for one in now], [one.megabytes for one in now])
        yield Row(what, seconds, "s", limit, [one.wall for one in before])
        yield Row(f"... peak, {what}", megabytes, "MB", 250.0, [one.megabytes for one in before])


def _make_archives(one: Version, days: Sequence[date]) -> None:
    """Make what the pages start from: a month without a judge, and twenty judged days."""
    folder = one.folder
    for name in ("fresh", "archive", "judged"):
        _lay_out(folder / name)
    (folder / "largest-day").mkdir()
    largest_day(folder / "largest-day")
    feeds = ["--to", f"{days[-2]}", "--feeds", str(MONTH), "--profile"]
    one.page("run", "--from", f"{days[0]}", *feeds, _profile(folder / "archive"))
    judged = ["--judgements", str(folder / "recording.jsonl")]
    first = days[-1 - JUDGED_DAYS]
    one.page("run", "--from", f"{first}", *judged, *feeds, _profile(folder / "judged"))


def _profile(folder: Path) -> str:
    return str(folder / "paperlark.toml")


def _page_of(one: Version, start: str, words: Sequence[str]) -> Usage:
    """Make a page in a copy of that folder, so that nothing of it was made before."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(one.folder / start, Path(folder) / "copy")
        if not words:
            return one.page(*largest_day(copy))
        return one.page(*words, "--profile", _profile(copy))


def _lay_out(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(ROOT / "src" / "paperlark" / "sample" / "criteria.md", folder)
    profile = 'name = "Cost"\ncategories = ["cs.LG", "cs.AI"]\npage_size = 50\n'
    (folder / "paperlark.toml").write_text(profile)


def _announcement_days() -> list[date]:
    named = {date.fromisoformat(path.name[:10]) for path in MONTH.glob("*.rss.xml.gz")}
    return sorted(filter(expects_announcement, named))


def _days(now: Version, case: str) -> tuple[int, Figures]:
    """Return how many lessons there are, and the medians."""
    found = [now.trial("rank", case) for _ in range(GROWTH_RUNS)]
    middle = {name: statistics.median(_each(found, name)) for name in found[0]}
    print(f"{case}: {middle}", flush=True)
    return int(middle["lessons"]), middle


def _readers(now: Version, case: str, count: int) -> Figures:
    # A thousand take their time, and even it out.
    runs = GROWTH_RUNS if count < READERS[-1] else 1
    found = [now.trial("readers", case, f"{count}") for _ in range(runs)]
    middle = {name: statistics.median(_each(found, name)) for name in found[0]}
    print(f"{count} readers: {middle}", flush=True)
    return middle


def _each(found: Sequence[Figures], name: str) -> list[float]:
    return [one[name] for one in found]


# What the processes do.


def _prepare(where: str) -> Figures:
    """Write the cases, and a recording of judgements for the days of the month."""
    from paperlark.evaluation.folder import read_folder  # noqa: PLC0415
    from paperlark.evaluation.splits import KnownBefore  # noqa: PLC0415
    from paperlark.sources.rss import RecordedFeeds  # noqa: PLC0415

    folder = Path(where)
    reader = read_folder(SHARED / "readers" / "ml-foundations")
    place = max(at for at, one in enumerate(reader.days) if len(one.papers) >= PAPERS)
    before, day = KnownBefore(reader.days, place), reader.days[place]
    papers, stream = day.papers[:PAPERS], before.stream[:STREAM]

    def known(days: int, most: int | None = None) -> Evidence:
        examples = before.history(days).examples
        return Evidence(examples[-most:] if most else examples, stream)

    for days in HISTORY:
        _keep(folder / f"history-{days}", Case(papers, (day.criteria,), (known(days),)))
    learning = known(2 * JUDGED_DAYS, LESSONS)
    _keep(folder / "learning", Case(papers, (day.criteria,), (learning,)))

    shutil.copy(LARGEST, folder / "2026-05-12.cs.LG.rss.xml.gz")
    feed = RecordedFeeds(folder).feed("cs.LG", date(2026, 5, 12))
    listed = tuple({one.paper.id: one.paper for one in feed.listings}.values())
    _keep(folder / "largest", Case(listed, (day.criteria,), (known(JUDGED_DAYS),)))

    written = {one.criteria.fingerprint: one.criteria for one in reader.days}
    other = read_folder(SHARED / "readers" / "astro-dwarfs").days[0].criteria
    today = {paper.id for paper in papers}
    evidence = tuple(
        Evidence(tuple(one for one in examples if one.paper.id not in today), stream)
        for at in range(place - JUDGED_DAYS + LESSON_DAYS, place + 1)
        for examples in [KnownBefore(reader.days, at).history(LESSON_DAYS).examples]
    )
    _keep(folder / "readers", Case(papers, (*written.values(), other), evidence))

    month = set(_announcement_days())
    lines = [json.dumps(_recorded(one)) for one in reader.days if one.day in month]
    (folder / "recording.jsonl").write_text("\n".join(lines))
    return {}


def _recorded(day: LabelledDay) -> Mapping[str, object]:
    """Return a day's line of a recording; what was not selected was poor."""
    rows = [
        {
            "id": paper.id,
            "relevance": label.relevance or 2,
            "novelty": label.novelty or 2,
            "comment": "Judged.",
        }
        for paper, label in zip(day.papers, day.labels, strict=True)
    ]
    return {"day": f"{day.day}", "selected": rows}


def _rank(where: str) -> Figures:
    """Rank by the criteria alone, then with all that is known, then once more as if new."""
    from paperlark.rankers.embedded import EmbeddedRanker  # noqa: PLC0415
    from paperlark.rankers.embedding import Embedding, PaperEncoder  # noqa: PLC0415

    case = _case(where)
    encoder = PaperEncoder(Embedding.shipped())
    (criteria,), (evidence,) = case.criteria, case.evidence
    seconds = {}
    for name, known in (("alone", Evidence()), ("first", evidence), ("again", evidence)):
        start = time.perf_counter()
        EmbeddedRanker(encoder).rank(case.papers, criteria, known)
        seconds[name] = time.perf_counter() - start
    return seconds | {"lessons": len(evidence.examples), "megabytes": _megabytes()}


def _learn(where: str) -> Figures:
    """Learn from papers that were read before; then rank with what was learned."""
    from paperlark.rankers.embedded import EmbeddedRanker  # noqa: PLC0415
    from paperlark.rankers.embedding import Embedding, PaperEncoder  # noqa: PLC0415
    from paperlark.testing import FakeCache  # noqa: PLC0415

    case = _case(where)
    (criteria,), (evidence,) = case.criteria, case.evidence
    encoder, kept = PaperEncoder(Embedding.shipped()), FakeCache()
    encoder.encode([*(one.paper for one in evidence.examples), *evidence.stream, *case.papers])
    # Earlier commits keep nothing and learn anew each morning.
    keeps = hasattr(EmbeddedRanker, "learn")
    start = time.perf_counter()
    if keeps:
        EmbeddedRanker(encoder, kept).learn(criteria, evidence)
    else:
        EmbeddedRanker(encoder).rank(case.papers, criteria, evidence)
    learned = time.perf_counter()
    ranker = EmbeddedRanker(encoder, kept) if keeps else EmbeddedRanker(encoder)
    ranker.rank(case.papers, criteria, evidence)
    return {"first": learned - start, "later": time.perf_counter() - learned}


def _rank_for_readers(where: str, count: str) -> Figures:
    """Rank one day for many readers: each has topics and lessons of their own."""
    from paperlark.rankers.embedded import EmbeddedRanker  # noqa: PLC0415

    case = _case(where)
    ranker = EmbeddedRanker()
    pool = [topic for criteria in case.criteria for topic in criteria.topics]
    words = [word for criteria in case.criteria for word in criteria.keywords]
    start = time.perf_counter()
    for number in range(int(count)):
        dice = random.Random(number)  # noqa: S311  # nothing secret hangs on it
        topics, keywords = dice.sample(pool, 5), dice.sample(words, 10)
        criteria = Criteria(f"{number}", tuple(topics), tuple(keywords))
        ranker.rank(case.papers, criteria, case.evidence[number % len(case.evidence)])
    return {"seconds": time.perf_counter() - start, "megabytes": _megabytes()}


_TRIALS: Mapping[str, Callable[..., Figures]] = {
    "prepare": _prepare,
    "rank": _rank,
    "learn": _learn,
    "readers": _rank_for_readers,
}


def _keep(path: Path, case: Case) -> None:
    path.write_bytes(pickle.dumps(case))


def _case(path: str) -> Case:
    case: Case = pickle.loads(Path(path).read_bytes())  # noqa: S301  # our own, of this run
    return case


def _megabytes() -> float:
    return peak_megabytes(resource.getrusage(resource.RUSAGE_SELF))


# What is told.


def _page(
    rows: Sequence[Row],
    days: Mapping[int, tuple[int, Figures]],
    readers: Mapping[int, Figures],
    load: float,
) -> Iterator[str]:
    yield "# What ranking costs"
    yield ""
    yield (
        f"Measured on {datetime.now(UTC).date()} by `make bench-ranking`, which writes this page:"
        f" {os.cpu_count()} shared cores of a virtual machine ({platform.machine()}), on which"
        f" others work too (load {load:.1f} at the start), Python {platform.python_version()},"
        f" numpy {version('numpy')}. Every run is a process of its own; times are wall seconds."
    )
    yield f"\n## Limits\n\nMinimum and median of {RUNS} runs; the median counts.\n"
    yield from _table(
        ("what", "", "min", "median", "before", "limit", ""), [row.cells for row in rows]
    )
    yield (
        "\nA page is `paperlark run --date` on recorded feeds, from the start of Python to its end,"
        " each time from the same database; `paperlark today` does the same with the day of"
        " today. A search starts Python, too. `before` is the median of an earlier commit, made in"
        " turn. Learning and ranking begin after start-up: imports and the shipped model."
    )
    yield "\n## Growth\n"
    yield "![Seconds and memory over days and over readers](figures/ranking-cost.svg)\n"
    yield (
        f"{PAPERS} papers for one reader with so many judged days and {STREAM:,} earlier"
        f" announcements. Medians of {GROWTH_RUNS} runs.\n"
    )
    head = ("days", "lessons", "first time, s", "all read before, s", "peak MB")
    yield from _table(
        head,
        [
            (
                f"{amount}",
                f"{examples:,}",
                *(f"{one[name]:.2f}" for name in ("first", "again")),
                f"{one['megabytes']:.0f}",
            )
            for amount, (examples, one) in days.items()
        ],
    )
    yield (
        f"\nMany readers in one process: the papers are fetched and read once, and each reader has"
        f" five topics, ten keywords and {LESSON_DAYS} judged days of their own.\n"
    )
    yield from _table(
        ("readers", "s", "s a reader", "peak MB"),
        [
            (
                f"{count:,}",
                f"{one['seconds']:,.1f}",
                f"{one['seconds'] / count:.2f}",
                f"{one['megabytes']:.0f}",
            )
            for count, one in readers.items()
        ],
    )


def _drawn(days: Mapping[int, tuple[int, Figures]], readers: Mapping[int, Figures]) -> str:
    # A trial of an earlier commit has not all that drawing needs.
    from drawing import Panel, drawing, growth  # noqa: PLC0415

    first, again = ({at: one[name] for at, (_, one) in days.items()} for name in ("first", "again"))
    total = {count: one["seconds"] for count, one in readers.items()}
    each = {count: seconds / count for count, seconds in total.items()}
    peak = {at: one["megabytes"] for at, (_, one) in days.items()}
    crowd = {count: one["megabytes"] for count, one in readers.items()}
    again_name, each_name, here = "all read before", "for one of them", "peak"
    over_days, over_readers = "judged days known", "readers in one process"
    seconds = growth({"first time": first, again_name: again})
    return drawing(
        "What ranking costs, over days and over readers",
        [
            Panel("Seconds", over_days, seconds, again_name),
            Panel("Megabytes", over_days, growth({here: peak}), here),
            Panel("Seconds", over_readers, growth({"for all": total, each_name: each}), each_name),
            Panel("Megabytes", over_readers, growth({here: crowd}), here),
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"


def _printed(cells: Sequence[str]) -> str:
    what, unit, low, middle, before, limit, verdict = cells
    return f"{what:<52}{low:>9}{middle:>9}{before:>9} {unit:<3}{limit:>6}  {verdict.strip('*')}"


def _digits(value: float) -> int:
    return 0 if value >= 100 else 2  # noqa: PLR2004  # three that mean anything


if __name__ == "__main__":
    sys.exit(main())
