"""A BibTeX file of saved papers: whole, with keys that stay, and only where it is ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string as parse_bibtex
from pybtex.database import parse_string

from paperlark.domain.digest import Entry
from paperlark.domain.errors import SavingError
from paperlark.domain.saving import SavedPaper
from paperlark.renderers.citations.formats import bibtex_entry
from paperlark.renderers.citations.work import work
from paperlark.savers.bibtex import BibtexSaver
from paperlark.testing import FakeSavedCopies, a_paper
from standins.hostile import HOSTILE

NOW = datetime(2025, 2, 27, 8, tzinfo=UTC)


def _saved(paper_id: str, **changes: Any) -> SavedPaper:
    return SavedPaper(Entry(1, a_paper(paper_id, **changes), None, None), NOW)


def _saver(file: Path, reader: str = "ada") -> BibtexSaver:
    return BibtexSaver(
        file,
        reader,
        lambda saved, key: bibtex_entry(saved.paper, key),
        lambda saved: work(saved.paper).key,
        lambda: NOW,
    )


def _keys(file: Path) -> Iterable[str]:
    """Return the keys as two other programs read them, which must agree."""
    text = file.read_text("utf-8")
    read = parse_bibtex(text)
    assert read.failed_blocks == []
    keys = [one.key for one in read.entries]
    assert keys == list(parse_string(text, "bibtex").entries)
    return keys


def test_the_file_has_the_saved_papers_and_no_others(tmp_path: Path) -> None:
    file, copies = tmp_path / "new" / "p.bib", FakeSavedCopies()
    papers = [_saved("2502.00002", title="Whales"), _saved("2502.00001", title="Badgers")]
    _saver(file).bring(papers, copies)
    assert _keys(file) == ["lovelace2025badgers-2502.00001", "lovelace2025whales-2502.00002"]
    _saver(file).bring(papers[:1], copies)
    assert _keys(file) == ["lovelace2025whales-2502.00002"]
    _saver(file).bring([], copies)
    assert _keys(file) == []


def test_a_key_that_documents_cite_stays_when_the_title_changes(tmp_path: Path) -> None:
    file, copies = tmp_path / "p.bib", FakeSavedCopies()
    _saver(file).bring([_saved("2502.00001", title="Badgers")], copies)
    _saver(file).bring([], copies)
    _saver(file).bring([_saved("2502.00001", title="Otters", version=2)], copies)
    assert _keys(file) == ["lovelace2025badgers-2502.00001"]
    assert "Otters" in file.read_text()


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    file, copies = tmp_path / "p.bib", FakeSavedCopies()
    _saver(file).bring([_saved("2502.00001")], copies)
    before, written = file.stat(), len(copies.history)
    _saver(file).bring([_saved("2502.00001")], copies)
    after = file.stat()
    # To read it is allowed, and changes when it was last read.
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(copies.history) == written


@pytest.mark.parametrize("content", ["@misc{mine, title={Mine}}\n", "", "% Written by hand\n"])
def test_a_file_of_somebody_else_is_never_overwritten(tmp_path: Path, content: str) -> None:
    file, copies = tmp_path / "p.bib", FakeSavedCopies()
    file.write_text(content)
    with pytest.raises(SavingError, match="was not written by paperlark"):
        _saver(file).bring([_saved("2502.00001")], copies)
    with pytest.raises(SavingError, match="was not written by paperlark"):
        _saver(file).check()
    assert file.read_text() == content
    assert copies.kept == {}


def test_two_readers_do_not_write_one_file(tmp_path: Path) -> None:
    file = tmp_path / "p.bib"
    _saver(file).bring([_saved("2502.00001")], FakeSavedCopies())
    with pytest.raises(SavingError, match="for ada, another reader"):
        _saver(file, "grace").bring([], FakeSavedCopies())


def test_hostile_titles_break_no_entry(tmp_path: Path) -> None:
    file = tmp_path / "p.bib"
    papers = [
        _saved(f"2502.{number:05}", title=one.title, abstract=one.abstract)
        for number, one in enumerate(HOSTILE.values(), 1)
    ]
    _saver(file).bring(papers, FakeSavedCopies())
    assert len(list(_keys(file))) == len(papers)


def test_a_file_that_was_deleted_is_written_again(tmp_path: Path) -> None:
    file, copies = tmp_path / "p.bib", FakeSavedCopies()
    _saver(file).bring([_saved("2502.00001")], copies)
    file.unlink()
    _saver(file).bring([_saved("2502.00001")], copies)
    assert len(list(_keys(file))) == 1


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    saver = _saver(tmp_path / "file" / "p.bib")
    with pytest.raises(SavingError, match="cannot be written"):
        saver.bring([], FakeSavedCopies())
    with pytest.raises(SavingError, match="cannot be written"):
        saver.check()
    _saver(tmp_path / "new" / "p.bib").check()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
