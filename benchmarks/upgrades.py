"""Open what earlier states of this repository made with today's version: pages and votes stay.

Each commit is checked out, and makes a profile's page, votes and secrets with the packages of
today. Then today's version opens them. Last, a database of a later version must be refused in one
line: today's by the earlier state, and a later one by today's.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from earlier_secrets import EarlierSecrets

ROOT = Path(__file__).resolve().parent.parent
FEEDS = ROOT / "src" / "paperlark" / "sample" / "feeds"
DAY = "2025-02-26"
_STATES = 6
_PATIENCE = 300
_PROFILE = 'name = "Efficient"\ncategories = ["cs.LG"]\n'
_CRITERIA = "## Efficient inference\nRelevant: quantization, sparse attention, caches.\n"


def main() -> int:
    """Try the commits named on the command line, or some of all; return the exit code."""
    failed = False
    for commit in sys.argv[1:] or commits():
        with TemporaryDirectory(prefix="paperlark-upgrade-") as folder:
            problems = list(upgrade(commit, Path(folder)))
        lost = [one for one in problems if not one.startswith(("not tried", "not lost"))]
        said = problems if lost else ["nothing is lost", *problems]
        print(f"{commit}  {'; '.join(said)}", flush=True)
        failed |= bool(lost)
    return int(failed)


def commits() -> Sequence[str]:
    """Return commits from the first to the last but one, at even distances."""
    every = _git("log", "--reverse", "--format=%h").split()
    return [every[place * (len(every) - 1) // _STATES] for place in range(_STATES)]


def upgrade(commit: str, folder: Path) -> Iterator[str]:
    """Yield what is lost, or why a commit could not be tried."""
    earlier, home = folder / "earlier", folder / "home"
    home.mkdir()
    (home / "paperlark.toml").write_text(_PROFILE)
    (home / "criteria.md").write_text(_CRITERIA)
    _git("worktree", "add", "--detach", "--quiet", str(earlier), commit)
    try:
        made = _run(earlier, home, "run", "--date", DAY, "--feeds", str(FEEDS), "--no-llm")
        if made.returncode in {0, 3}:
            yield from _tried(earlier, home)
        else:
            yield f"not tried: it makes no page ({_last(made)})"
    finally:
        _git("worktree", "remove", "--force", str(earlier))


def _tried(earlier: Path, home: Path) -> Iterator[str]:
    """Yield what today's version loses of a home, and how an earlier one takes what it made."""
    voted = [_run(earlier, home, "vote", paper, "up").returncode == 0 for paper in _papers(home)]
    secrets = EarlierSecrets(earlier, home, _variables(home))
    before, votes, version = _pages(home), _votes(home), _version(home)
    for command in (("show", DAY), ("doctor", "--offline"), ("site",), ("search", "attention")):
        done = _run(ROOT, home, *command)
        if done.returncode not in {0, 3}:
            wrong = [line for line in done.stdout.splitlines() if "error" in line]
            yield f"{command[0]}: {' / '.join(wrong) or _last(done)}"
    if _pages(home) != before:
        yield "pages differ"
    if _votes(home) != votes or (any(voted) and not votes):
        yield f"votes differ: {votes} before, {_votes(home)} now"
    if not any(voted):
        yield "not tried: votes, which it does not know"
    yield from secrets.lost(ROOT)
    yield f"not lost: {secrets}"
    if version < _version(home):
        yield from _refused(earlier, home, "it does not refuse the database of today")
    with closing(sqlite3.connect(home / "paperlark.db")) as database:
        database.execute(f"PRAGMA user_version = {_version(home) + 1}")
    yield from _refused(ROOT, home, "a newer database is not refused")


def _refused(source: Path, home: Path, problem: str) -> Iterator[str]:
    done = _run(source, home, "show", DAY)
    if done.returncode == 0 or "Traceback" in done.stderr or "later paperlark" not in done.stderr:
        yield f"{problem}: {done.returncode} {_last(done)}"


def _version(home: Path) -> int:
    with closing(sqlite3.connect(home / "paperlark.db")) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def _papers(home: Path) -> Sequence[str]:
    """Return two papers of the page."""
    text = (home / "pages" / f"{DAY}.html").read_text("utf-8")
    found = dict.fromkeys(part[:10] for part in text.split("arxiv.org/abs/")[1:])
    return list(found)[:2]


def _pages(home: Path) -> dict[str, str]:
    found = sorted((home / "pages").glob(f"{DAY}.*"))
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in found}


def _votes(home: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "paperlark.db")) as database:
        try:
            return database.execute(
                "SELECT paper_id, vote FROM feedback ORDER BY paper_id"
            ).fetchall()
        except sqlite3.OperationalError:
            return []


def _run(source: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**_variables(home), "PYTHONPATH": str(source / "src")}
    return subprocess.run(
        [sys.executable, "-m", "paperlark", *command], cwd=home, env=environment,
        capture_output=True, text=True, check=False, timeout=_PATIENCE,
    )  # fmt: skip


def _variables(home: Path) -> dict[str, str]:
    folders = {f"XDG_{name}_HOME": str(home / name) for name in ("CACHE", "CONFIG", "DATA")}
    return {**os.environ, **folders, "HOME": str(home)}


def _last(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr or done.stdout).strip().rpartition("\n")[2][:150]


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=_PATIENCE
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
