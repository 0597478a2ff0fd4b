"""A disk that is full at any moment: one clear error, no half-written file, and a way on.

The disk is played by the system's limit on the size of a file, which fails writes in the same
places.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.engines import FILE, Engine, named
from standins.feeds import item, rss
from standins.forked import Forked
from standins.killing import check_database, check_pages, pages_of

pytestmark = pytest.mark.slow


def _lay_out(folder: Path, database: str = FILE) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    profile = f'{named(database)}name = "Full"\ncategories = ["cs.LG"]\n'
    (folder / "paperlark.toml").write_text(profile)
    entries = (
        item(f"oai:arXiv.org:2502.{n:05}v1", title=f"Bat {n}", abstract="Sonar. " * 200)
        for n in range(60)
    )
    (folder / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*entries))


def _run(folder: Path, largest: int | None = None) -> tuple[int, str]:
    """Make the day in a process of its own; gives its exit code and what it says of errors."""
    options = ["--profile", str(folder / "paperlark.toml"), "--feeds", str(folder)]
    environment = {"PATH": "", "HOME": str(folder)}
    run = Forked(["run", "--date", "2025-02-26", *options], environment, largest)
    told = run.told()
    return run.wait(60), told


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    _lay_out(folder)
    code, told = _run(folder)
    assert code == 0, told
    return pages_of(folder)


@pytest.mark.parametrize("largest", [0, 1_000, 20_000, 60_000, 90_000, 120_000])
def test_a_full_disk_is_one_error_and_the_next_run_makes_the_page(
    reference: dict[str, bytes], engine: Engine, tmp_path: Path, largest: int
) -> None:
    _lay_out(tmp_path, engine.database())
    code, told = _run(tmp_path, largest)
    assert code == 1, told
    errors = [line for line in told.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "Traceback" not in told
    check_pages(tmp_path)
    code, told = _run(tmp_path)
    assert code == 0, told
    check_database(tmp_path)
    assert pages_of(tmp_path) == reference
