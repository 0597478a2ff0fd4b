"""A folder of notes: what its reader wrote or deleted stays so, whatever the papers are called."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from paperlark.domain.digest import Entry
from paperlark.domain.errors import SavingError
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.renderers.saved_note import file_name, note
from paperlark.savers.front_matter import BEGIN, END, merged, new_file
from paperlark.savers.notes import NotesSaver
from paperlark.testing import FakeSavedCopies, a_paper
from standins.digests import entry
from standins.hostile import HOSTILE

NOW = datetime(2025, 2, 27, 8, tzinfo=UTC)


def _saved(paper_id: str = "2502.00001", **changes: Any) -> SavedPaper:
    page = entry(1)
    assert page.judgement is not None
    known = {"note": "", **changes}
    judgement = replace(page.judgement, comment=known.pop("comment", page.judgement.comment))
    text = known.pop("note")
    paper = a_paper(paper_id, **known)
    found = replace(page, paper=paper, judgement=judgement)
    return SavedPaper(found, NOW, date(2025, 2, 26), text)


def _saver(folder: Path, pattern: str = "{title}") -> NotesSaver:
    return NotesSaver(folder, partial(file_name, pattern=pattern), note, lambda: NOW)


def _fields(file: Path) -> Any:
    head = file.read_text("utf-8").split("---\n")[1]
    return YAML(typ="safe").load(head)


def _only(folder: Path) -> Path:
    (file,) = folder.rglob("*.md")
    return file


def test_a_saved_paper_is_a_note_with_its_fields(tmp_path: Path) -> None:
    copies = FakeSavedCopies()
    _saver(tmp_path).bring([_saved(title="Echoes of bats: a survey")], copies)
    file = tmp_path / "Echoes of bats a survey.md"
    assert _fields(file) == {
        "title": "Echoes of bats: a survey",
        "authors": ["Ada Lovelace"],
        "arxiv": "2502.00001",
        "url": "https://arxiv.org/abs/2502.00001",
        "pdf": "https://arxiv.org/pdf/2502.00001v1",
        "doi": "10.48550/arXiv.2502.00001",
        "categories": ["cs.LG"],
        "tags": _fields(file)["tags"],
        "announced": date(2025, 2, 26),
        "saved": date(2025, 2, 27),
        "relevance": 9,
        "novelty": 8,
        "criterion": _fields(file)["criterion"],
        "comment": "Matches the criterion 1.",
    }
    assert _fields(file)["tags"][0] == "arxiv"
    assert copies.kept[PaperId("2502.00001")].state is CopyState.THERE


def test_what_the_reader_wrote_stays_and_what_is_ours_is_written_again(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved(title="Bats")], copies)
    file = _only(tmp_path)
    mine = file.read_text().replace("tags:\n", "# my remark\nmine:   [a,  b] # so\ntags:\n")
    mine = mine.replace("relevance: 9", "relevance: 2")
    file.write_text(f"{mine}My own thoughts --- {{{{template}}}}\n---\nand more\n")
    saver.bring([_saved(title="Bats, revised", note="read it twice", version=2)], copies)
    text = _only(tmp_path).read_text()
    assert "# my remark\nmine:   [a,  b] # so\ntags:\n" in text
    assert text.endswith("My own thoughts --- {{template}}\n---\nand more\n")
    fields = YAML(typ="safe").load(text.split("---\n")[1])
    assert (fields["title"], fields["relevance"]) == ("Bats, revised", 2)
    assert fields["pdf"].endswith("v2")
    assert "read it twice" in text
    assert text.count(BEGIN) == text.count(END) == 1


@pytest.mark.parametrize(
    "deleted", ["front matter", "block", "a field", "end mark", "all of its text"]
)
def test_what_the_reader_took_out_of_a_note_is_not_put_back(tmp_path: Path, deleted: str) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved(title="Bats")], copies)
    file = _only(tmp_path)
    text = file.read_text()
    head, block = text[: text.index("\n---\n") + 5], text[text.index(BEGIN) :]
    left = {
        "front matter": text.removeprefix(head),
        "block": text.replace(block, "mine\n"),
        "a field": text.replace("novelty: 8\n", ""),
        "end mark": text.replace(END, ""),
        "all of its text": "",
    }[deleted]
    file.write_text(left)
    saver.bring([_saved(title="Bats", comment="Another reason.")], copies)
    after = file.read_text()
    assert after.startswith("---\n") is left.startswith("---\n")
    assert (BEGIN in after, END in after) == (BEGIN in left, END in left)
    assert "novelty" not in after or deleted != "a field"
    assert [one.name for one in tmp_path.rglob("*.md")] == [file.name]


def test_a_note_that_the_reader_deleted_is_never_made_again(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved("2502.00001", title="A"), _saved("2502.00002", title="B")], copies)
    (tmp_path / "A.md").unlink()
    for comment in ("one", "two"):
        saver.bring([_saved("2502.00001", title="A", comment=comment)], copies)
        assert [one.name for one in tmp_path.glob("*.md")] == ["B.md"]
    assert copies.kept[PaperId("2502.00001")].state is CopyState.DELETED


def test_a_note_that_the_reader_moved_is_found_there(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved(title="Bats")], copies)
    (tmp_path / "read").mkdir()
    (tmp_path / "Bats.md").rename(tmp_path / "read" / "On bats.md")
    saver.bring([_saved(title="Bats", comment="Another reason.")], copies)
    assert "Another reason." in (tmp_path / "read" / "On bats.md").read_text()
    assert _only(tmp_path).name == "On bats.md"
    saver.bring([_saved(title="Bats", comment="A third.")], copies)
    assert "A third." in _only(tmp_path).read_text()


def test_after_a_lost_database_a_renamed_note_is_taken_over(tmp_path: Path) -> None:
    _saver(tmp_path).bring([_saved(title="Bats")], FakeSavedCopies())
    file = (tmp_path / "Bats.md").rename(tmp_path / "On bats.md")
    file.write_text(file.read_text() + "mine\n")
    copies = FakeSavedCopies()
    _saver(tmp_path).bring([_saved(title="Bats", comment="Later.")], copies)
    assert _only(tmp_path) == file
    assert file.read_text().endswith("mine\n")
    assert copies.kept[PaperId("2502.00001")].key == "On bats.md"


def test_a_note_in_the_trash_of_the_vault_is_deleted(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved(title="Bats")], copies)
    (tmp_path / ".trash").mkdir()
    (tmp_path / "Bats.md").rename(tmp_path / ".trash" / "Bats.md")
    saver.bring([_saved(title="Bats")], copies)
    assert copies.kept[PaperId("2502.00001")].state is CopyState.DELETED


def test_a_disk_that_is_not_mounted_deletes_nothing(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path / "vault" / "papers")
    saver.bring([_saved(title="Bats")], copies)
    (tmp_path / "vault").rename(tmp_path / "away")
    for mounted in (False, True):
        if mounted:
            (tmp_path / "vault" / "papers").mkdir(parents=True)
        with pytest.raises(SavingError, match="mount its disk"):
            saver.bring([_saved(title="Bats")], copies)
        assert copies.kept[PaperId("2502.00001")].state is CopyState.THERE
    assert not list((tmp_path / "vault").rglob("*.md"))


def test_two_papers_of_one_title_have_two_notes(tmp_path: Path) -> None:
    titles = {
        "2502.00001": "Bats",
        "2502.00002": "Bats",
        "2502.00003": "BATS",
        "2502.00004": "bats?",
    }
    papers = [_saved(one, title=title) for one, title in titles.items()]
    copies = FakeSavedCopies()
    _saver(tmp_path).bring(papers, copies)
    names = [one.name.casefold() for one in tmp_path.glob("*.md")]
    assert len(set(names)) == 4
    assert {_fields(one)["arxiv"] for one in tmp_path.glob("*.md")} == set(titles)
    assert sorted(one.key for one in copies.kept.values()) == sorted(
        one.name for one in tmp_path.glob("*.md")
    )


def test_a_file_of_the_readers_with_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bats.md").write_text("my own file\n")
    _saver(tmp_path).bring([_saved(title="Bats")], FakeSavedCopies())
    assert (tmp_path / "bats.md").read_text() == "my own file\n"
    assert (tmp_path / "Bats (2502.00001).md").exists()


def test_a_run_that_was_killed_after_it_wrote_writes_no_second_note(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saved = _saved(title="Bats")
    saver.bring([saved], copies)
    first, last = copies.history
    assert (first.state, last.state) == (CopyState.SENDING, CopyState.THERE)
    for known in ({}, {saved.paper.id: first}):
        again = FakeSavedCopies(dict(known))
        _saver(tmp_path).bring([_saved(title="Bats", comment="Later.")], again)
        assert "Later." in _only(tmp_path).read_text()
        assert again.kept[saved.paper.id].state is CopyState.THERE


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved()], copies)
    before, written = _only(tmp_path).stat(), len(copies.history)
    saver.bring([_saved()], copies)
    assert _only(tmp_path).stat() == before
    assert len(copies.history) == written


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\ntitle: [\n---\n", "is not YAML"),
        ("---\ntitle: *a\n---\n", "aliases"),
        ("---\n- a\n---\n", "no list of fields"),
        ("---\n{a: 1}\n---\n", "no list of fields"),
        ("---\na: 1\na: 2\n---\n", "twice"),
        ("---\n" + "[" * 5000 + "\n---\n", "not YAML"),
        ("---\na: " + "x" * 70_000 + "\n---\n", "too long"),
        ("a\nb\r\n", "line ends"),
        ("x" * (2**20 + 1), "megabyte"),
    ],
)
def test_a_note_that_cannot_be_merged_is_left_and_told_of(
    tmp_path: Path, text: str, problem: str
) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    papers = [_saved("2502.00001", title="A"), _saved("2502.00002", title="B")]
    saver.bring(papers, copies)
    (tmp_path / "A.md").write_bytes(text.encode())
    saver.bring(
        [_saved("2502.00001", title="A", comment="new"), _saved("2502.00003", title="C")], copies
    )
    assert (tmp_path / "A.md").read_bytes() == text.encode()
    failed = copies.kept[PaperId("2502.00001")]
    assert failed.state is CopyState.FAILED
    assert problem in (failed.problem or "")
    assert (tmp_path / "C.md").exists()


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved(title="Bats")], copies)
    file = _only(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    saver.bring([_saved(title="Bats", comment="Another.")], copies)
    content = file.read_bytes()
    assert b"Another." in content
    assert content.count(b"\n") == content.count(b"\r\n")


_TEXTS = [
    "../../etc/passwd",
    "..",
    "/absolute",
    "C:\\Windows\\x",
    "a: b # c",
    "line\nbreak\r\n---\nevil: true",
    "🦇" * 300,
    "é" * 300,
    "x" * 300,
    "",
    "   ",
    "...",
    "CON",
    "nul.txt",
    "- a",
    "'\"`{}[]|>&*!%@",
    "\x00\x1b[2J\u202e",
    "[[link]] #tag ^block",
    f"{END} <!-- {BEGIN}",
    "---",
    "null",
    "2025-02-26",
    *(one.title for one in HOSTILE.values()),
]


@pytest.mark.parametrize("title", _TEXTS)
def test_no_title_leaves_the_folder_or_the_front_matter(tmp_path: Path, title: str) -> None:
    folder = tmp_path / "in" / "vault"
    saved = _saved(title=title, abstract=title or "x", comment=title, note=title)
    copies, saver = FakeSavedCopies(), _saver(folder, "{year}/{title}")
    saver.bring([saved], copies)
    file = _only(tmp_path)
    assert file.parent == folder / "2025"
    assert len(file.name.encode()) <= 220
    assert file.name == unicodedata.normalize("NFC", file.name)
    fields = _fields(file)
    assert fields["arxiv"] == "2502.00001"
    assert "evil" not in fields
    assert isinstance(fields["title"], str)
    body = file.read_text("utf-8").split("\n---\n", 1)[1]
    assert body.count(BEGIN) == body.count(END) == 1
    saver.bring([replace(saved, note="changed afterwards")], copies)
    assert "changed afterwards" in file.read_text("utf-8")
    assert copies.kept[saved.paper.id].state is CopyState.THERE


@given(st.text(max_size=300), st.text(max_size=60))
def test_every_name_is_one_file_below_the_folder(title: str, author: str) -> None:
    saved = _saved(title=title or "x")
    name = file_name(saved, "{day}/" + author.translate({ord(c): None for c in "{}/"}) + "{title}")
    assert not name.is_absolute()
    assert ".." not in name.parts
    assert all(0 < len(part.encode()) <= 201 and not part.startswith(".") for part in name.parts)
    assert all(part == part.rstrip(" .") for part in name.parts)


_LINES = st.lists(
    st.sampled_from(
        ["text", "---", BEGIN, END, "# heading", "", "- item", "key: value", "🦇", "{{x}}", "~~~"]
    ),
    max_size=12,
)


_FIELDS = st.lists(
    st.sampled_from(["mine: 1", "list:\n- a\n- b", "# remark", "deep:\n  x: |\n    a", ""]),
    unique=True,
)


@given(_LINES, _FIELDS)
def test_the_readers_lines_are_the_same_after_any_update(lines: list[str], own: list[str]) -> None:
    first, second = note(_saved(title="A")), note(_saved(title="B", note="later"))
    body = "".join(f"{line}\n" for line in lines)
    head = "".join(f"{line}\n" for line in own)
    text = new_file(first).replace("---\n", f"---\n{head}", 1) + body
    after = merged(text, second, first.fields)
    assert after.startswith(f"---\n{head}")
    assert after.endswith(body)
    assert YAML(typ="safe").load(after.split("---\n")[1])["title"] == "B"
    assert merged(after, second, second.fields) == after


def test_a_paper_that_is_no_longer_saved_keeps_its_note(tmp_path: Path) -> None:
    copies, saver = FakeSavedCopies(), _saver(tmp_path)
    saver.bring([_saved()], copies)
    saver.bring([], copies)
    assert _only(tmp_path).exists()


def test_a_paper_without_a_page_has_a_note_too(tmp_path: Path) -> None:
    saved = SavedPaper(Entry(1, a_paper("hep-th/9901001"), None, None), NOW)
    _saver(tmp_path, "{id} {key}").bring([saved], FakeSavedCopies())
    fields = _fields(_only(tmp_path))
    assert fields["arxiv"] == "hep-th/9901001"
    assert not {"announced", "relevance", "comment", "criterion"} & set(fields)


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    saver = _saver(tmp_path / "file" / "notes")
    with pytest.raises(SavingError, match="cannot be written to"):
        saver.bring([_saved()], FakeSavedCopies())
    with pytest.raises(SavingError, match="cannot be written to"):
        saver.check()
    _saver(tmp_path / "new" / "notes").check()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def _copy(state: CopyState) -> SavedCopy:
    return SavedCopy(PaperId("2502.00001"), state, NOW)


def test_a_paper_that_failed_before_it_was_written_is_tried_again(tmp_path: Path) -> None:
    copies = FakeSavedCopies({PaperId("2502.00001"): _copy(CopyState.FAILED)})
    _saver(tmp_path).bring([_saved()], copies)
    assert copies.kept[PaperId("2502.00001")].state is CopyState.THERE
