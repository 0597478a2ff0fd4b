"""How much faster a day is judged by several questions at once than by one after another.

    python benchmarks/parallel.py [--runs 3]

Whole commands, as a user starts them, against a model server on loopback that answers after 4
seconds and refuses more than 8 questions at once. One after another is measured on fewer papers:
what each took beyond a run without a model, times the papers of the day. Exit code 1 when the
median day with default settings is less than 6 times as fast, or a paper was not judged.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.feeds import item, rss
from standins.openai import LimitedCapacity, stand_in

PAPERS, FEWER = 48, 6
SECONDS, MOST = 4.0, 8
TIMES = 6.0
DAY = "2025-02-26"


@dataclass(frozen=True)
class Run:
    """What one command took, and how many questions the server answered and refused."""

    seconds: float
    judged: int
    refused: int


def main() -> int:
    """Print a row per way of asking, and say whether the fastest is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with HTTPServer(host="127.0.0.1", threaded=True) as server:

        def runs(papers: int, judge: str) -> list[Run]:
            return [run(server, papers, judge) for _ in range(wanted.runs)]

        without = runs(PAPERS, "")
        one = runs(FEWER, "parallel = 1")
        usual = runs(PAPERS, "# parallel as it is")
        greedy = runs(PAPERS, "parallel = 16")
    start = median(without)
    after_another = start + (median(one) - start) / FEWER * PAPERS
    print(f"{PAPERS} papers, a question each, {SECONDS:g} s an answer, {MOST} at once\n")
    print(f"{'':<34}{'min':>8}{'median':>8}{'max':>8}{'times':>8}{'refused':>9}")
    row("without a model", without)
    row(f"one after another, {FEWER} papers", one)
    print(f"{'one after another, scaled to all':<34}{'':>8}{after_another:>8.1f}{'':>8}{1.0:>8.1f}")
    row("at once, default settings", usual, after_another)
    row("at once, parallel = 16", greedy, after_another)
    lost = [one for one in (*usual, *greedy) if one.judged != PAPERS]
    too_slow = after_another / median(usual) < TIMES
    print(f"\n{len(lost)} of {len(usual) + len(greedy)} days lost a paper; limit: {TIMES:g} times")
    return int(too_slow or bool(lost))


def run(server: HTTPServer, papers: int, judge: str) -> Run:
    """Make a day's page in a folder of its own."""
    capacity = LimitedCapacity(most=MOST, seconds=SECONDS)
    with tempfile.TemporaryDirectory() as folder, stand_in(server) as standing:
        standing.always = capacity
        home = Path(folder)
        lay_out(home, papers, standing.base_url, judge)
        command = [str(Path(sys.executable).with_name("paperlark")), "run", "--date", DAY]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "--feeds", "feeds"], cwd=home, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        if done.returncode:
            sys.exit(f"the run ended with {done.returncode}: {done.stdout}{done.stderr}")
        page = json.loads((home / "pages" / f"{DAY}.json").read_text("utf-8"))
    return Run(seconds, page["funnel"]["judged"], capacity.refused)


def lay_out(home: Path, papers: int, base_url: str, judge: str) -> None:
    """Write a profile, its criteria and the day's feed."""
    items = [
        item(f"oai:arXiv.org:2502.{number:05}v1", title=f"Bats {number}", abstract="Sonar of bats.")
        for number in range(1, papers + 1)
    ]
    (home / "feeds").mkdir()
    (home / "feeds" / f"{DAY}.cs.LG.rss.xml").write_bytes(rss(*items))
    (home / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.")
    profile = 'name = "Bats"\ncategories = ["cs.LG"]\n'
    if judge:
        profile += f'[judge]\nmodel = "m"\nbase_url = "{base_url}"\nbatch_size = 1\n{judge}\n'
    (home / "paperlark.toml").write_text(profile)


def median(runs: list[Run]) -> float:
    """Return the median of what runs took."""
    return statistics.median(run.seconds for run in runs)


def row(name: str, runs: list[Run], after_another: float | None = None) -> None:
    """Print one way of asking; `times` says how much faster than one after another."""
    seconds = [run.seconds for run in runs]
    times = f"{after_another / median(runs):>8.1f}" if after_another else f"{'':>8}"
    refused = statistics.median(run.refused for run in runs)
    print(
        f"{name:<34}{min(seconds):>8.1f}{median(runs):>8.1f}{max(seconds):>8.1f}{times}{refused:>9g}"
    )


if __name__ == "__main__":
    sys.exit(main())
