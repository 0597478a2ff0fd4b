"""Build sdist and wheel into dist/, twice, and fail where the two differ in a byte.

Both are made of the files that git tracks, with the time of the last commit; the wheel is built
from the sdist, so that whoever builds it from there gets the same one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
SUMS = "SHA256SUMS"
_PATIENCE = 600


def main() -> int:
    """Build both, and print what was built; return the exit code."""
    DIST.mkdir(exist_ok=True)
    for old in (*DIST.glob("paperlark-*.whl"), *DIST.glob("paperlark-*.tar.gz")):
        old.unlink()
    with TemporaryDirectory(prefix="paperlark-dist-") as folder:
        # Names of another length: a path that got into a file would show.
        builds = [build(Path(folder) / name) for name in ("first", "the second one")]
        if different := differences(*builds):
            print(f"two builds differ: {', '.join(different)}", file=sys.stderr)
            return 1
        built = [Path(shutil.copy(one, DIST)) for one in builds[0]]
    write_sums(built)
    for one in built:
        print(f"built dist/{one.name}, {one.stat().st_size / 1e6:.1f} MB, twice the same bytes")
    return 0


def build(folder: Path, root: Path = ROOT) -> tuple[Path, Path]:
    """Build in a new folder, and return the paths of sdist and wheel."""
    source, out = folder / "source", folder / "out"
    copy_tracked(root, source)
    date = commit_time(root)
    sdist = _hatchling("sdist", source, out, date)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    return sdist, _hatchling("wheel", unpacked, out, date)


def copy_tracked(root: Path, target: Path) -> None:
    """Copy the files that git tracks, as they are now."""
    for name in filter(None, _git(root, "ls-files", "-z").split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, target / name)


def commit_time(root: Path) -> int:
    """Return the time of the last commit, in seconds since 1970."""
    return int(_git(root, "log", "-1", "--format=%ct"))


def differences(first: Sequence[Path], second: Sequence[Path]) -> tuple[str, ...]:
    """Return the names of files that are not the same in two builds."""
    pairs = zip(first, second, strict=True)
    return tuple(
        one.name
        for one, other in pairs
        if one.name != other.name or one.read_bytes() != other.read_bytes()
    )


def write_sums(files: Sequence[Path]) -> Path:
    """Write the checksums beside the files, in the form that `sha256sum --check` reads."""
    lines = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files]
    sums = files[0].with_name(SUMS)
    sums.write_text("".join(lines), "utf-8")
    return sums


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE)
    return done.stdout.decode("utf-8", "surrogateescape")


def _hatchling(kind: str, source: Path, out: Path, date: int) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(
        command,
        cwd=source,
        check=True,
        capture_output=True,
        timeout=_PATIENCE,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(date)},
    )
    (built,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


if __name__ == "__main__":
    sys.exit(main())
