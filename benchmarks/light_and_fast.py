"""How light the start is and how fast the largest recorded day: medians of several runs.

Whole processes, as a user starts them, measured by the operating system: CPU seconds of
`paperlark --version`, wall seconds and peak memory of the day of 1,101 listings from gzipped
feed to three pages without a key. Needs the recorded feeds at `../shared` or where
PAPERLARK_SHARED says.

Exit code 1 when a median is over its limit.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
LARGEST = SHARED / "feeds" / "edge" / "2026-05-13-cs-lg.xml.gz"
PAPERLARK = str(Path(sys.executable).with_name("paperlark"))
RUNS = 7


@dataclass(frozen=True)
class Usage:
    """What one finished process used."""

    cpu: float
    wall: float
    megabytes: float


def main() -> int:
    """Print a row per figure and say whether every limit holds."""
    with tempfile.TemporaryDirectory() as bytecode:
        env = installed(ROOT / "src", Path(bytecode))
        _largest_day_anew(env)  # which keeps the bytecode
        version = [run([PAPERLARK, "--version"], env) for _ in range(RUNS)]
        days = [_largest_day_anew(env) for _ in range(RUNS)]
    rows = [
        ("--version, CPU s", [usage.cpu for usage in version], 0.15),
        ("1,101 listings, wall s", [usage.wall for usage in days], 1.0),
        ("1,101 listings, peak MB", [usage.megabytes for usage in days], 250.0),
    ]
    print(f"{'':<26}{'min':>9}{'median':>9}{'max':>9}{'limit':>9}   of {RUNS} runs")
    for name, values, limit in rows:
        low, middle, high = min(values), statistics.median(values), max(values)
        print(f"{name:<26}{low:>9.3f}{middle:>9.3f}{high:>9.3f}{limit:>9.2f}")
    return int(any(statistics.median(values) > limit for _, values, limit in rows))


def _largest_day_anew(env: Mapping[str, str]) -> Usage:
    with tempfile.TemporaryDirectory() as folder:
        return run([PAPERLARK, *largest_day(Path(folder))], env)


def largest_day(folder: Path) -> list[str]:
    """Lay out a profile and the feed, and give the command's arguments."""
    shutil.copy(LARGEST, folder / "2026-05-12.cs.LG.rss.xml.gz")
    sample = ROOT / "src" / "paperlark" / "sample"
    shutil.copy(sample / "criteria.md", folder)
    profile = folder / "paperlark.toml"
    profile.write_text('name = "Largest day"\ncategories = ["cs.LG"]\npage_size = 50\n')
    return ["run", "--date", "2026-05-12", "--profile", str(profile), "--feeds", str(folder)]


def installed(source: Path, bytecode: Path) -> dict[str, str]:
    """Return the environment in which that source runs as if installed, with its bytecode kept."""
    env = {name: one for name, one in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return env | {"PYTHONPATH": str(source), "PYTHONPYCACHEPREFIX": str(bytecode)}


def run(command: Sequence[str], env: Mapping[str, str] = os.environ) -> Usage:
    """Run a command to its end and ask the system what it used."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    start = time.perf_counter()
    process = os.posix_spawn(
        command[0],
        list(command),
        env,
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)],
    )
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - start
    os.close(quiet)
    if status:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    return Usage(used.ru_utime + used.ru_stime, wall, peak_megabytes(used))


def peak_megabytes(used: resource.struct_rusage) -> float:
    """Linux counts in kilobytes, macOS in bytes."""
    return used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
