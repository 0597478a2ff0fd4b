"""Do all of a release but publishing it: build, try it installed, SBOM, checksums.

What cannot be undone is left to a person: the last lines say what.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import check_installed
import make_dist

from paperlark import __version__

ROOT = make_dist.ROOT
SBOM = "paperlark-sbom.cdx.json"
_PATIENCE = 900


def main() -> int:
    """Make everything in dist/; return the exit code."""
    if problems := [*not_ready(ROOT)]:
        print("\n".join(problems), file=sys.stderr)
        return 1
    failed = make_dist.main()
    # Without arguments of ours: the core, each extra, and all.
    sys.argv[1:] = ["--sizes"]
    failed = failed or check_installed.main()
    if failed:
        return 1
    packages = write_sbom(make_dist.DIST / SBOM)
    make_dist.write_sums(sorted(make_dist.DIST.glob("paperlark-*")))
    print(f"wrote dist/{SBOM}, {packages} packages, and dist/{make_dist.SUMS}")
    print(f"to do by hand: git tag v{__version__}, push it, and publish the files of dist/;")
    print("the name paperlark is not registered at any package index yet")
    return 0


def not_ready(root: Path) -> Iterator[str]:
    """Yield why this state cannot be released."""
    status = subprocess.run(
        ["git", "-C", str(root), "status", "--porcelain"],  # noqa: S607
        capture_output=True, text=True, check=True, timeout=_PATIENCE,
    )  # fmt: skip
    if status.stdout:
        yield f"there are changes that are not committed:\n{status.stdout.rstrip()}"
    headings = (root / "CHANGELOG.md").read_text("utf-8").splitlines()
    if not any(one.startswith(f"## {__version__}") for one in headings):
        yield f"CHANGELOG.md has no section of {__version__}"


def write_sbom(target: Path) -> int:
    """Write what a full installation consists of, as CycloneDX; return the number of packages."""
    (wheel,) = make_dist.DIST.glob("paperlark-*.whl")
    with TemporaryDirectory(prefix="paperlark-sbom-") as folder:
        python = str(Path(folder) / "bin" / "python")
        # Without pip, which is no part of it.
        _run(sys.executable, "-m", "venv", "--without-pip", folder)
        _run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", f"{wheel}[all]")
        _run(sys.executable, "-m", "cyclonedx_py", "environment", python,
             "--output-reproducible", "--output-file", str(target))  # fmt: skip
    components = json.loads(target.read_text("utf-8"))["components"]
    return len(components)


def _run(*command: str) -> None:
    # The caller's own packages are not those of the environment.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, timeout=_PATIENCE, env=environment)


if __name__ == "__main__":
    sys.exit(main())
