"""Judge a real day with a real local model, and hold what is stored against its own counts.

    make test-local-llm                         the whole of 2025-02-19: 305 papers
    python tools/local_llm.py --small           a dozen papers of it, from the bundled sample
    python tools/local_llm.py --set-up          only build the environment

paperlark's own command judges, asking a llama.cpp server through a proxy that writes down every
answer. Every paper must end judged, or unjudged with a reason, and stored usage must equal what
the server counted. The whole day needs the recorded feeds at `../shared` or where
PAPERLARK_SHARED says. Exit code 1: something did not hold; 3: it cannot be built here.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from local_server import MODEL, CannotBuild, NotServing, serving, set_up
from local_trial import Trial, Usage, breaches, table
from make_sample import cut
from recording_proxy import RecordingProxy

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
MONTH = SHARED / "feeds" / "month"
SAMPLE = ROOT / "src" / "paperlark" / "sample"
DAY = "2025-02-19"
CATEGORIES = ("cs.LG", "cs.AI")
SMALL = 12
"""Papers of the small day."""

ROOM = 2560
"""The context that paperlark is told of, less than the server's: two papers a question, and short
answers, because so small a model now and then goes on until it is stopped."""

CANNOT_BUILD = 3

PROFILE = """\
name = "Local model"
categories = {categories}
[exploration]
share = 0
[judge]
model = "{model}"
base_url = "{base_url}"
key_variable = ""
context = {context}
parallel = 2
timeout = 1800
recall = 1.0
[judge.prices]
prompt = 0
completion = 0
"""
CRITERIA = """\
## Efficient inference
Relevant: quantization, pruning, sparse attention and smaller key-value caches of language models.
Not relevant: images, robots, molecules.
"""


class NoPage(Exception):
    """paperlark ended without a page."""


def main() -> int:
    """Build what is missing, judge, print a table and say whether everything held."""
    # Whoever ends this program ends the server too, which would first finish its answer.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parser = argparse.ArgumentParser(description="Judge a real day with a real local model.")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} papers only")
    parser.add_argument("--set-up", action="store_true", help="only build the environment")
    wanted = parser.parse_args()
    if not (wanted.small or wanted.set_up or MONTH.is_dir()):
        print(f"no recorded feeds at {MONTH}; PAPERLARK_SHARED names another folder")
        return 1
    try:
        set_up()
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return CANNOT_BUILD
    if wanted.set_up:
        return 0
    folder = Path(tempfile.mkdtemp(prefix="paperlark-local-llm-"))
    try:
        trial = judge(folder, small_day(folder) if wanted.small else MONTH)
    except (NoPage, NotServing) as error:
        print(f"{error}\nwhat there is: {folder}", file=sys.stderr)
        return 1
    print(f"{DAY} judged by {MODEL}\n{table(trial)}")
    wrong = breaches(trial)
    for breach in wrong:
        print(f"DOES NOT HOLD: {breach}")
    if wrong:
        print(f"page, database and the server's words: {folder}")
    else:
        shutil.rmtree(folder)
    return int(bool(wrong))


def small_day(folder: Path) -> Path:
    """Cut a dozen papers out of the bundled sample, and give the folder of feeds."""
    feeds = folder / "feeds"
    feeds.mkdir()
    kept = set(sorted(announced(SAMPLE / "feeds"))[:SMALL])
    for name in _feeds():
        feed = gzip.decompress((SAMPLE / "feeds" / name).read_bytes()).decode()
        (feeds / name).write_bytes(gzip.compress(cut(feed, kept).encode()))
    return feeds


def judge(folder: Path, feeds: Path) -> Trial:
    """Run paperlark on the day with a server of its own, everything it makes in this folder.

    Raises NoPage, and NotServing where the server does not start.
    """
    (folder / "criteria.md").write_text(CRITERIA)
    profile = folder / "paperlark.toml"
    with serving(folder / "server.log") as server, RecordingProxy(server) as proxy:
        profile.write_text(
            PROFILE.format(
                categories=json.dumps(CATEGORIES),
                model=MODEL,
                base_url=proxy.base_url,
                context=ROOM,
            )
        )
        command = [sys.executable, "-m", "paperlark", "run", "--date", DAY]
        began = time.monotonic()
        run = subprocess.run(
            [*command, "--profile", str(profile), "--feeds", str(feeds)],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        seconds = time.monotonic() - began
    file = folder / "pages" / f"{DAY}.json"
    if not file.is_file():
        raise NoPage(f"paperlark made no page and ended with exit code {run.returncode}")
    page = json.loads(file.read_text(encoding="utf-8"))
    judged, stored = _remembered(folder / "paperlark.db")
    return Trial(
        exit_code=run.returncode,
        seconds=seconds,
        announced=announced(feeds),
        judged=judged,
        unjudged={missing["id"]: missing["reason"] for missing in page["unjudged"]},
        stored=stored,
        printed=_printed(page["usage"]),
        answers=proxy.answers,
    )


def announced(feeds: Path) -> frozenset[str]:
    """Find the papers that concern the reader, by the plainest means."""
    items = (
        item
        for name in _feeds()
        for item in re.findall(
            r"<item>.*?</item>", gzip.decompress((feeds / name).read_bytes()).decode(), re.DOTALL
        )
        if re.search(r"<arxiv:announce_type>(new|cross)<", item)
    )
    return frozenset(re.findall(r"oai:arXiv\.org:([\d.]+)v", "".join(items)))


def _feeds() -> tuple[str, ...]:
    return tuple(f"{DAY}.{category}.rss.xml.gz" for category in CATEGORIES)


def _remembered(database: Path) -> tuple[frozenset[str], Usage]:
    """Return the papers that were judged for the page, and what all exchanges used."""
    with closing(sqlite3.connect(database)) as store:
        judged = store.execute("SELECT paper_id FROM scanned WHERE relevance IS NOT NULL")
        used = store.execute(
            "SELECT total(requests), total(prompt_tokens), total(completion_tokens) FROM exchanges"
        )
        return frozenset(paper for (paper,) in judged), Usage(*map(int, used.fetchone()))


def _printed(usage: dict[str, Any]) -> Usage:
    tokens = usage["tokens"]
    return Usage(usage["requests"], tokens["prompt"], tokens["completion"])


if __name__ == "__main__":
    sys.exit(main())
