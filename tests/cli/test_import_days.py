"""Digests that were made elsewhere become days of the archive, with pages of their own."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from paperlark.store.lock import run_lock
from standins.commands import Paperlark

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
PAGE = """# Papers 2/20/2025

Total scanned papers: 384

## 1. [By Ada](https://arxiv.org/abs/2502.00003)

**ArXiv ID:** 2502.00003

**Authors:** Ada Bat

**Abstract:** We hear.

**Comment:** Author match

---

## 2. [On cats](https://arxiv.org/abs/2502.00002)

**ArXiv ID:** 2502.00002

**Authors:** Ben Cat

**Abstract:** We purr.

**Comment:** It is about cats.

**Relevance:** 9
**Novelty:** 8
"""
ADDED = "1 day added to the archive, with pages in"


@pytest.fixture
def page(home: Path) -> Path:
    (home / "old.md").write_text(PAGE)
    return home / "old.md"


def _files(home: Path) -> dict[str, bytes]:
    folder = home / "pages"
    return (
        {one.name: one.read_bytes() for one in sorted(folder.glob("*"))} if folder.exists() else {}
    )


def _document(paperlark: Paperlark, day: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(paperlark("show", day, "--json").stdout)
    return made


def test_a_digest_becomes_a_day_with_pages_of_its_own(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    result = paperlark("import", str(page))
    assert result.exit_code == 0
    examples, days = result.stdout.splitlines()
    assert examples == "2 entries: 1 judged paper, 1 by followed authors, without scores"
    assert days == f"{ADDED} {home / 'pages'}: 2025-02-20"
    assert list(_files(home)) == [
        f"2025-02-20.{kind}" for kind in ("html", "json", "manifest.json", "md")
    ]
    document = _document(paperlark, "2025-02-20")
    assert document["status"] == "imported"
    assert document["notes"] == ["Imported from old.md; anything it does not state is unknown."]
    assert [one["id"] for one in document["entries"]] == ["2502.00003", "2502.00002"]
    assert (document["funnel"]["scanned"], document["funnel"]["announced"]) == (384, None)
    html = _files(home)["2025-02-20.html"].decode()
    assert "2 of 384 papers" in html
    assert '<span class="status imported">imported</span>' in html
    assert "Match" not in html
    assert "None" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_importing_a_day_again_changes_nothing(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    paperlark("import", str(page))
    before = _files(home)
    result = paperlark("import", str(page))
    assert result.stdout.splitlines()[1] == "1 day imported before: 2025-02-20"
    assert _files(home) == before


def test_pages_that_an_import_did_not_get_to_are_written_by_the_next(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    paperlark("import", str(page))
    before = _files(home)
    (home / "pages" / "2025-02-20.html").unlink()
    (home / "pages" / "2025-02-20.md").write_text("mine")
    paperlark("import", str(page))
    assert _files(home) == before | {"2025-02-20.md": b"mine"}


def test_a_page_that_was_made_here_is_never_replaced(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    paperlark(*RUN)
    before = _files(home)
    page.write_text(PAGE.replace("2/20/2025", "2/26/2025"))
    result = paperlark("import", str(page))
    assert result.exit_code == 0
    assert "not added to the archive: 2025-02-26: it has a page of paperlark's" in result.stderr
    assert "added to the archive, with" not in result.stdout
    assert _files(home) == before
    assert _document(paperlark, "2025-02-26")["status"] == "complete"


def test_a_page_that_is_made_here_takes_the_place_of_an_imported_one(
    paperlark: Paperlark, page: Path
) -> None:
    page.write_text(PAGE.replace("2/20/2025", "2/26/2025"))
    assert ADDED in paperlark("import", str(page)).stdout
    assert paperlark(*RUN).exit_code == 0
    document = _document(paperlark, "2025-02-26")
    assert (document["status"], len(document["entries"])) == ("complete", 3)


def test_a_file_among_the_pages_is_not_written_over(paperlark: Paperlark, home: Path) -> None:
    (home / "pages").mkdir()
    own = home / "pages" / "2025-02-20.md"
    own.write_text(PAGE)
    result = paperlark("import", str(own))
    assert "1 judged paper" in result.stdout
    assert "has files of that day: move them away, or bring them back with" in result.stderr
    assert _files(home) == {"2025-02-20.md": PAGE.encode()}


@pytest.mark.parametrize("there_is_a_database", [False, True])
def test_a_dry_run_adds_no_day(
    paperlark: Paperlark, page: Path, home: Path, *, there_is_a_database: bool
) -> None:
    if there_is_a_database:
        paperlark(*RUN)
    before = _files(home)
    result = paperlark("import", str(page), "--dry-run")
    assert "would add 1 day to the archive, with pages in" in result.stdout
    assert _files(home) == before
    assert (home / "paperlark.db").exists() == there_is_a_database


def test_the_archive_is_left_alone_where_that_is_asked_for(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    result = paperlark("import", str(page), "--no-days")
    assert result.stdout == "2 entries: 1 judged paper, 1 by followed authors, without scores\n"
    assert _files(home) == {}


def test_an_imported_day_is_restored_from_its_pages(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    paperlark("import", str(page))
    before = paperlark("show", "--json").stdout
    (home / "paperlark.db").unlink()
    assert paperlark("restore").stdout == "2025-02-20  restored\n"
    assert paperlark("show", "--json").stdout == before
    assert "1 day imported before" in paperlark("import", str(page)).stdout


def test_a_page_from_another_machine_comes_whole(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    there = _document(paperlark, "2025-02-26")
    (home / "pages" / "2025-02-26.json").rename(home / "there.json")
    for path in (*(home / "pages").iterdir(), home / "paperlark.db"):
        path.unlink()
    result = paperlark("import", "there.json")
    assert ADDED in result.stdout
    here = _document(paperlark, "2025-02-26")
    assert here["notes"] == ["Imported from there.json, where it was complete."]
    assert (here["entries"], here["funnel"]) == (there["entries"], there["funnel"])
    assert here["batches"] == there["batches"]


def test_an_imported_day_teaches_once_and_passes_for_no_announcement(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    paperlark("import", str(page))
    with sqlite3.connect(home / "paperlark.db") as connection:
        rows = connection.execute(
            "SELECT paper_id, version, on_page, place, relevance FROM scanned ORDER BY place"
        ).fetchall()
        taught = connection.execute("SELECT paper_id, relevance FROM library").fetchall()
        paid = connection.execute("SELECT count(*) FROM exchanges").fetchone()
    connection.close()
    assert rows == [("2502.00003", None, 1, 1, None), ("2502.00002", None, 1, 2, 9)]
    assert taught == [("2502.00002", 9)]
    assert paid == (0,)


def test_several_files_are_days_up_to_the_first_that_is_none(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    (home / "nothing.md").write_text("# Papers 2/21/2025\n")
    result = paperlark("import", str(page), "nothing.md")
    assert result.exit_code == 1
    assert f"{ADDED} {home / 'pages'}: 2025-02-20" in result.stdout
    assert "nothing.md: unsupported file type" in result.stderr


def test_a_day_waits_for_a_run_that_is_at_work(
    paperlark: Paperlark, page: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperlark.cli._options.PATIENCE", 0.0)
    paperlark(*RUN)
    with run_lock(home / "paperlark.db", patience=0):
        result = paperlark("import", str(page))
    assert result.exit_code == 1
    assert "waiting for process" in result.stderr
    assert ADDED not in result.stdout
    assert ADDED in paperlark("import", str(page)).stdout


def test_a_hostile_page_is_a_day_of_what_can_be_read(
    paperlark: Paperlark, page: Path, home: Path
) -> None:
    broken = "".join(
        f"\n## {n}. [Broken {n}](https://arxiv.org/abs/nothing) \n\n**ArXiv ID:** {'9' * n}\n\n"
        "**Relevance:** 99\n**Novelty:** -1\n\n---\n"
        for n in range(10, 1010)
    )
    script = "<script>alert(1)</script> [x](javascript:alert(1))"
    page.write_text(
        f"{PAGE}\n---\n{broken}"
        f"\n## 4000. [{script}](https://arxiv.org/abs/2502.00004)\n\n**ArXiv ID:** 2502.00004\n\n"
        f"**Abstract:** {'long ' * 400_000}\n\n**Comment:** {script}\n\n"
        "**Relevance:** 8\n**Novelty:** 8\n"
    )
    result = paperlark("import", str(page), "--offline")
    assert (result.exit_code, ADDED in result.stdout) == (0, True), result.output
    document = _document(paperlark, "2025-02-20")
    ids = [one["id"] for one in document["entries"]]
    assert ids == ["2502.00003", "2502.00002", "2502.00004"]
    assert "Left out: 1,000 papers without an arXiv identifier." in document["notes"]
    written, _pad = _files(home)["2025-02-20.html"].decode().split('<template id="pad"')
    assert "<script" not in written


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_page_that_could_not_be_read_again_is_not_kept(
    paperlark: Paperlark, home: Path, number: str
) -> None:
    paperlark(*RUN)
    forged = (home / "pages" / "2025-02-26.json").read_text()
    forged = re.sub(r'"probability": [^,]+,', f'"probability": {number},', forged)
    for path in (*(home / "pages").iterdir(), home / "paperlark.db"):
        path.unlink()
    (home / "forged.json").write_text(forged)
    result = paperlark("import", "forged.json", "--offline")
    assert (result.exit_code, ADDED in result.stdout) == (0, False)
    assert (
        "not added to the archive: 2025-02-26: it contains values that would change when stored"
        in result.stderr
    )
    assert _files(home) == {}
