"""A small labelled reader who likes bats, as a value and in both layouts of a folder."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.paper import Paper
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.testing import a_paper

FIRST = date(2025, 3, 3)
CRITERIA = "## Bats\nRelevant: bats, and how their sonar finds moths.\nNot relevant: cakes.\n"
_BATS = "Bats hunt moths with sonar over the river at night."
_CAKES = "Cakes are baked with butter, sugar and flour in a hot oven."


def a_reader(days: int = 6, papers: int = 10, wanted: int = 2) -> LabelledReader:
    """Return consecutive days on which the first papers are about bats, and wanted."""
    return LabelledReader("bats", tuple(_day(number, papers, wanted) for number in range(days)))


def a_day(number: int, *papers: Paper, wanted: Iterable[str] = (), **of: object) -> LabelledDay:
    """Return a day of these papers, counted from FIRST."""
    labels = tuple(Label(wanted=paper.id in set(wanted)) for paper in papers)
    day = LabelledDay(FIRST + timedelta(number), parse_criteria(CRITERIA), papers, labels)
    for name, value in of.items():
        object.__setattr__(day, name, value)
    return day


def _day(number: int, papers: int, wanted: int) -> LabelledDay:
    ours = tuple(
        a_paper(
            f"2503.{number:02}{place:03}",
            title=f"{'Bats' if place < wanted else 'Cakes'} {place} of day {number}",
            abstract=_BATS if place < wanted else _CAKES,
        )
        for place in range(papers)
    )
    labels = tuple(Label(place < wanted, 9 if place < wanted else 3, 6) for place in range(papers))
    return LabelledDay(FIRST + timedelta(number), parse_criteria(CRITERIA), ours, labels)


def write_graded(folder: Path, reader: LabelledReader) -> Path:
    """Write the layout in which every paper has its scores."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "criteria.md").write_text(CRITERIA)
    lines = [
        {
            "day": f"{day.day}",
            "id": paper.id,
            "title": paper.title,
            "authors": [author.name for author in paper.authors],
            "abstract": paper.abstract,
            "relevance": label.relevance,
            "novelty": label.novelty,
            "comment": "It is so.",
        }
        for day in reader.days
        for paper, label in zip(day.papers, day.labels, strict=True)
    ]
    (folder / "graded.jsonl.gz").write_bytes(gzip.compress(_jsonl(lines)))
    return folder


def write_selected(folder: Path, reader: LabelledReader, *, followed: Iterable[str] = ()) -> Path:
    """Write the layout in which only selected papers have scores, and followed authors none."""
    (folder / "criteria").mkdir(parents=True)
    (folder / "criteria" / "abc.md").write_text(CRITERIA)
    days = [
        {
            "day": f"{day.day}",
            "model": "gpt-x",
            "relevance_cutoff": 8,
            "novelty_cutoff": 5,
            "author_filter_h_index": "10",
            "criteria": "abc",
            "candidates": [[paper.id, 1, "new"] for paper in day.papers],
            "selected": [
                {"id": paper.id, "relevance": label.relevance, "novelty": 6, "comment": "Yes."}
                for paper, label in zip(day.papers, day.labels, strict=True)
                if label.wanted
            ]
            + [
                {"id": paper.id, "relevance": None, "novelty": None, "comment": "Author match"}
                for paper in day.papers
                if paper.id in set(followed)
            ],
        }
        for day in reader.days
    ]
    papers = [
        {
            "id": paper.id,
            "title": paper.title,
            "authors": "Ada Lovelace, Łukasz Ku\\'smierz (Example University)",
            "categories": ["cs.LG", "cs.AI"],
            "abstract": paper.abstract,
        }
        for day in reader.days
        for paper in day.papers
    ]
    (folder / "days.jsonl").write_bytes(_jsonl(days))
    (folder / "papers.jsonl.xz").write_bytes(lzma.compress(_jsonl(papers)))
    return folder


def _jsonl(lines: Iterable[object]) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()
