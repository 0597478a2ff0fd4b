"""Read a recorded reader from a folder of JSON Lines files, plain, gzip or xz."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import IO, Annotated, TypeVar, cast

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.errors import RecordingUnreadable
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.paper import Author, Identifier, Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.evaluation.cases import USUAL_CUTOFFS, Label, LabelledDay, LabelledReader
from paperlark.sources._paper_fields import parse_authors

_Shape = TypeVar("_Shape", bound=BaseModel)
_SUFFIXES = ("", ".gz", ".xz")
_HINT = "get the file again, or correct the line"


def _find(folder: Path, name: str) -> Path | None:
    """Return the file with this name, or with `.gz` or `.xz` appended; None without any."""
    paths = (folder / f"{name}{suffix}" for suffix in _SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _rows(path: Path, shape: type[_Shape]) -> Iterator[tuple[int, _Shape]]:
    """Yield each line that is not blank, with its number from 1, as a value of that shape.

    Raises RecordingUnreadable, with the line's number where one is invalid.
    """
    number = 0
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, shape.model_validate_json(line)
    except ValidationError as error:
        raise RecordingUnreadable(f"{path}:{number}: {_first(error)}", hint=_HINT) from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordingUnreadable(
            f"{path} cannot be read after line {number} ({reason})", hint="get the file again"
        ) from error


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    return lzma.open(path) if path.suffix == ".xz" else path.open("rb")


def _first(error: ValidationError) -> str:
    """Return the first mistake and the field that has it."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]


RELEVANT_FROM = 8
"""The lowest relevance of a wanted paper where no selection was recorded."""

_LAYOUTS = (
    "expected graded.jsonl and criteria.md, or days.jsonl, papers.jsonl and a folder criteria"
    " (.jsonl may end with .gz or .xz)"
)


def _bare_id(text: str) -> PaperId:
    """Remove the version; an id from before 2007 without its archive is kept as it is."""
    identifier = Identifier.parse(text)
    return identifier.id if identifier else PaperId(text)


_Id = Annotated[str, Field(min_length=1), AfterValidator(_bare_id)]
_Score = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]


class _Text(BaseModel):
    """The text of a paper; authors are a list, or one string as arXiv writes it."""

    id: _Id
    title: str
    authors: str | list[str] = ""
    abstract: str
    categories: list[str] = []

    def paper(self) -> Paper:
        names = self.authors
        authors = parse_authors(names) if isinstance(names, str) else tuple(map(Author, names))
        return Paper(
            id=PaperId(self.id),
            version=1,
            title=self.title,
            authors=authors,
            abstract=self.abstract,
            categories=tuple(self.categories),
        )


class _Graded(_Text):
    """A line of `graded.jsonl`."""

    day: date
    relevance: _Score
    novelty: _Score | None = None
    comment: str | None = None


class _Selected(BaseModel):
    """A selected paper of a day; one by a followed author has no scores."""

    id: _Id
    relevance: _Score | None = None
    novelty: _Score | None = None
    comment: str | None = None


class _Day(BaseModel):
    """A line of `days.jsonl`."""

    day: date
    criteria: str
    candidates: list[tuple[_Id, int, str]]
    selected: list[_Selected]
    model: str | None = None
    relevance_cutoff: _Score | None = None
    novelty_cutoff: _Score | None = None
    author_filter_h_index: str | int | None = None

    @property
    def candidate_ids(self) -> set[str]:
        """The ids of the candidates."""
        return {one for one, _, _ in self.candidates}

    @property
    def rule(self) -> str:
        """What selection depends on besides the criteria: model, cut-offs and author filter."""
        filtered = self.author_filter_h_index
        return f"{self.model}/{self.relevance_cutoff}/{self.novelty_cutoff}/{filtered}"

    @property
    def cutoffs(self) -> Cutoffs:
        """The lowest scores of a selected paper; the defaults where they were not recorded."""
        return Cutoffs(
            self.relevance_cutoff or USUAL_CUTOFFS.relevance,
            self.novelty_cutoff or USUAL_CUTOFFS.novelty,
        )


def read_folder(folder: Path, *, relevant_from: int = RELEVANT_FROM) -> LabelledReader:
    """Read a reader's labelled days.

    `relevant_from`, from 1 to 10, is the lowest relevance of a wanted paper in the graded layout;
    the other layout records which papers were selected. Raises RecordingUnreadable.
    """
    name = folder.resolve().name
    graded = _find(folder, "graded.jsonl")
    if graded is not None:
        labelled = tuple(_graded(folder, graded, relevant_from))
        return LabelledReader(name, labelled, relevant_from=relevant_from)
    days, papers = _find(folder, "days.jsonl"), _find(folder, "papers.jsonl")
    if days is None or papers is None:
        raise RecordingUnreadable(f"{folder} holds no labelled days", hint=_LAYOUTS)
    return _selected(folder, name, days, papers)


def _graded(folder: Path, path: Path, relevant_from: int) -> Iterator[LabelledDay]:
    criteria, cutoffs = _criteria(folder / "criteria.md"), Cutoffs(relevant_from, LOWEST)
    lines = sorted((row for _, row in _rows(path, _Graded)), key=lambda row: row.day)
    for day, group in groupby(lines, key=lambda row: row.day):
        papers: dict[PaperId, tuple[Paper, Label]] = {}
        for row in group:
            wanted = row.relevance >= relevant_from
            label = Label(wanted, row.relevance, row.novelty, comment=row.comment)
            papers[PaperId(row.id)] = row.paper(), label
        texts, labels = zip(*papers.values(), strict=True)
        yield LabelledDay(day, criteria, texts, labels, cutoffs=cutoffs)


def _selected(folder: Path, name: str, days_file: Path, papers_file: Path) -> LabelledReader:
    days = _days(days_file)
    needed = {one for day in days for one in day.candidate_ids}
    papers = {
        PaperId(row.id): row.paper() for _, row in _rows(papers_file, _Text) if row.id in needed
    }
    criteria = cache(lambda name: _criteria(folder / "criteria" / f"{name}.md"))
    labelled = tuple(_labelled(day, papers, criteria(day.criteria)) for day in days)
    notes = []
    if without := sum(len(day.candidate_ids - papers.keys()) for day in days):
        notes.append(f"{without} candidates are not in {papers_file.name} and were left out")
    if others := sum(len({row.id for row in day.selected} - day.candidate_ids) for day in days):
        notes.append(f"{others} selected papers are not their day's candidates and were left out")
    return LabelledReader(name, labelled, tuple(notes))


def _days(path: Path) -> list[_Day]:
    days: dict[date, _Day] = {}
    for number, row in _rows(path, _Day):
        if row.day in days:
            raise RecordingUnreadable(
                f"{path}:{number}: {row.day} occurs twice", hint="remove one of the two lines"
            )
        days[row.day] = row
    return [days[day] for day in sorted(days)]


def _labelled(day: _Day, papers: dict[PaperId, Paper], criteria: Criteria) -> LabelledDay:
    versions = {PaperId(one): version for one, version, _ in day.candidates}
    selected = {PaperId(row.id): row for row in day.selected}
    followed = {one for one, row in selected.items() if row.relevance is None} & set(versions)
    known = [one for one in versions if one in papers and one not in followed]
    return LabelledDay(
        day=day.day,
        criteria=criteria,
        papers=tuple(replace(papers[one], version=versions[one]) for one in known),
        labels=tuple(_label(selected.get(one)) for one in known),
        rule=day.rule,
        followed=len(followed),
        cutoffs=day.cutoffs,
    )


def _label(row: _Selected | None) -> Label:
    if row is None:
        return Label(wanted=False)
    return Label(wanted=True, relevance=row.relevance, novelty=row.novelty, comment=row.comment)


def _criteria(path: Path) -> Criteria:
    try:
        return parse_criteria(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise RecordingUnreadable(
            f"the criteria {path} cannot be read ({reason})", hint=_LAYOUTS
        ) from error
