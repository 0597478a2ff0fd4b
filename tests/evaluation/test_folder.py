from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from paperlark.domain.errors import RecordingUnreadable
from paperlark.domain.paper import Author
from paperlark.domain.profile import Cutoffs
from paperlark.evaluation.folder import read_folder
from standins.readers import CRITERIA, a_reader, write_graded, write_selected

READER = a_reader(days=3, papers=4)


def test_a_folder_of_graded_papers_is_read(tmp_path: Path) -> None:
    found = read_folder(write_graded(tmp_path / "bats", READER))
    assert (found.name, found.relevant_from) == ("bats", 8)
    assert [day.day for day in found.days] == [day.day for day in READER.days]
    assert found.days[0].labels == tuple(
        replace(label, comment="It is so.") for label in READER.days[0].labels
    )
    assert found.days[0].criteria.text == CRITERIA
    assert found.days[0].cutoffs == Cutoffs(8, 1)
    assert found.days[0].papers[0].authors == (Author("Ada Lovelace"),)
    assert found.days[0].papers[0].categories == ()


def test_the_least_relevance_of_a_wanted_paper_can_be_chosen(tmp_path: Path) -> None:
    folder = write_graded(tmp_path, READER)
    assert [read_folder(folder, relevant_from=at).days[0].wanted for at in (3, 4, 9, 10)] == [
        4,
        2,
        2,
        0,
    ]


def test_a_folder_of_selected_papers_is_read(tmp_path: Path) -> None:
    found = read_folder(write_selected(tmp_path / "bats", READER))
    day = found.days[1]
    assert found.relevant_from is None
    assert day.papers[0].title == "Bats 0 of day 1"
    assert day.papers[0].authors[1] == Author("Łukasz Kuśmierz", "Example University")
    assert day.papers[0].categories == ("cs.LG", "cs.AI")
    assert [(one.wanted, one.relevance) for one in day.labels] == [
        (True, 9),
        (True, 9),
        (False, None),
        (False, None),
    ]
    assert day.rule == "gpt-x/8/5/10"
    assert day.cutoffs == Cutoffs(8, 5)
    assert [one.comment for one in day.labels] == ["Yes.", "Yes.", None, None]


def test_papers_of_followed_authors_are_counted_but_not_ranked(tmp_path: Path) -> None:
    found = read_folder(write_selected(tmp_path, READER, followed=["2503.01003"]))
    assert [day.followed for day in found.days] == [0, 1, 0]
    assert [len(day.papers) for day in found.days] == [4, 3, 4]
    assert found.days[1].wanted == 2


def test_candidates_without_a_text_are_noted(tmp_path: Path) -> None:
    folder = write_selected(tmp_path, READER)
    (folder / "papers.jsonl.xz").unlink()
    line = '{"id": "2503.00000", "title": "Bats", "authors": "", "abstract": "", "categories": []}'
    (folder / "papers.jsonl").write_text(f"{line}\n\n")
    found = read_folder(folder)
    assert [len(day.papers) for day in found.days] == [1, 0, 0]
    assert found.notes == ("11 candidates are not in papers.jsonl and were left out",)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("graded.jsonl.gz", None, "holds no labelled days: expected graded.jsonl and criteria.md"),
        ("graded.jsonl.gz", b"\x1f\x8bnot gzip", "graded.jsonl.gz cannot be read after line 0"),
        ("graded.jsonl.gz", gzip.compress(b'\n{"day": 1}', mtime=0), "graded.jsonl.gz:2: "),
        ("graded.jsonl.gz", gzip.compress(b"{", mtime=0), "graded.jsonl.gz:1: Invalid JSON"),
        ("criteria.md", None, "criteria.md cannot be read (No such file or directory)"),
        ("criteria.md", b"\xff", "criteria.md cannot be read (it is not UTF-8 text)"),
    ],
)
def test_an_error_in_a_folder_names_file_and_line(
    tmp_path: Path, file: str, content: bytes | None, message: str
) -> None:
    folder = write_graded(tmp_path, READER)
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    with pytest.raises(RecordingUnreadable) as raised:
        read_folder(folder)
    assert message in str(raised.value)
    assert raised.value.hint


def test_a_duplicate_day_is_an_error(tmp_path: Path) -> None:
    folder = write_selected(tmp_path, READER)
    days = folder / "days.jsonl"
    days.write_bytes(days.read_bytes() * 2)
    with pytest.raises(RecordingUnreadable, match=r"days\.jsonl:4: 2025-03-03 occurs twice"):
        read_folder(folder)
