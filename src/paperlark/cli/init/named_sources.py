"""Recognize what a reader names instead of their own words, and read the papers that it has."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import unquote

from paperlark.api import find_papers_of_author, read_papers, read_zotero_papers
from paperlark.cli._terminal import progress
from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import Paper, identify
from paperlark.importing.kinds import LARGEST, decode, recognise
from paperlark.settings.environment import Environment
from paperlark.settings.load import usual_arxiv
from paperlark.settings.typed_lists import split_list
from paperlark.settings.values import ArxivSettings

if TYPE_CHECKING:
    from paperlark.ports import Progress

_SUFFIXES = frozenset((".bib", ".ris", ".enw", ".json", ".jsonl", ".md", ".txt", ".gz"))
"""A word with one of these suffixes means a file."""
_ZOTERO = re.compile(
    r"(?:zotero\b[\s:/]*(?:library\b[\s:]*)?)?(?P<library>(?:users|groups)/\d+)"
    r"|zotero\b[\s:/]*(?P<number>\d*)",
    re.IGNORECASE,
)
_AUTHOR = re.compile(r"(?:me|author|my name|name|by)\s*[:=]\s*(?P<name>.+)", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"(?:I\s+am|I['’]m|my\s+name\s+is)\s+(?P<name>.+?)\.?", re.IGNORECASE  # noqa: RUF001
)  # fmt: skip
_PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "del", "di", "da", "dos", "la", "le", "el", "al", "bin",
    "ibn", "ten", "ter",
))  # fmt: skip
_NAME_WORD = re.compile(r"[^\W\d_][\w.'’-]*")  # noqa: RUF001
_MOST_NAME_WORDS, _LEAST_NAME_WORDS = 5, 2
_TERM = re.compile(
    r".*(?:ing|ions?|ics|ity|ies|ory|ism|ment|works?|als?|els?|ogy|ance|ence|[^aeiou]es|ata|ems?|ums?"
    r"|ters?|tures?|holes?|stars?|fields?|groups?|forms?|ods|matter|theorems?)",
    re.IGNORECASE,
)
"""Words that are rather terms of a field than names."""


class SourceKind(Enum):
    """What a line names."""

    TEXT = auto()
    """A file with interests in the reader's own words."""
    PAPERS = auto()
    """A file or an address that can be imported."""
    IDS = auto()
    ZOTERO = auto()
    AUTHOR = auto()


@dataclass(frozen=True, slots=True)
class NamedSource:
    """What a line names: a file's path, identifiers, a library's number or an author's name."""

    kind: SourceKind
    name: str
    sure: bool = True
    """Whether it cannot be meant as interests."""

    @property
    def imports(self) -> tuple[str, ...]:
        """What `paperlark import` takes of it."""
        if self.kind is SourceKind.IDS:
            return split_list(self.name)
        return (self.name,) if self.kind is SourceKind.PAPERS else ()

    @property
    def libraries(self) -> tuple[str, ...]:
        """The Zotero library that it is."""
        return (self.name,) if self.kind is SourceKind.ZOTERO else ()


def recognize(line: str) -> NamedSource | None:
    """Return what a line names, None where it is words; raises ValueError for a missing file."""
    if parts := _ids(line):
        return NamedSource(SourceKind.IDS, "; ".join(parts))
    if named := _ZOTERO.fullmatch(line):
        return NamedSource(SourceKind.ZOTERO, named["library"] or named["number"])
    if named := _AUTHOR.fullmatch(line) or _introduced(line):
        return NamedSource(SourceKind.AUTHOR, named["name"].strip())
    if path := _file_or_address(line):
        kind = SourceKind.PAPERS if isinstance(path, str) or _is_library(path) else SourceKind.TEXT
        return NamedSource(kind, str(path))
    return NamedSource(SourceKind.AUTHOR, line, sure=False) if looks_like_name(line) else None


def _file_or_address(line: str) -> Path | str | None:
    if line.startswith(("http://", "https://")) and " " not in line:
        return line
    return _file(line)


def _ids(line: str) -> tuple[str, ...]:
    """Return the papers that a line lists and nothing else."""
    if identify(line):
        return (line,)
    parts = tuple(part for whole in split_list(line) for part in whole.split())
    return parts if parts and all(map(identify, parts)) else ()


def _introduced(line: str) -> re.Match[str] | None:
    found = _INTRODUCED.fullmatch(line)
    return found if found and looks_like_name(found["name"]) else None


def looks_like_name(line: str) -> bool:
    """Return whether a line may be the name of a person: `Ada Lovelace`, `van der Berg, Jan`."""
    if line.count(",") > 1:
        return False
    words = line.replace(",", " ").split()
    if not _LEAST_NAME_WORDS <= len(words) <= _MOST_NAME_WORDS or words[-1].islower():
        return False
    written = all(
        _NAME_WORD.fullmatch(one) and (one[0].isupper() or one in _PARTICLES) for one in words
    )
    shouted = all(one.isupper() and len(one) > 1 and "." not in one for one in words)
    return written and not shouted


def has_term(line: str) -> bool:
    """Return whether a line that looks like a name has a word of some field in it."""
    return any(_TERM.fullmatch(word.strip(",.")) for word in line.split())


def _file(line: str) -> Path | None:
    """Return the file that a line names as people paste it; raises ValueError if it is missing."""
    bare = line.strip("\"'")
    if bare.startswith("file://"):
        bare = unquote(bare.removeprefix("file://"))
    for text in dict.fromkeys((line, bare, bare.replace("\\ ", " "))):
        path = _existing(text)
        if path and path.is_dir():
            raise ValueError(f"{path} is a folder; name a file in it")
        if path:
            return path
    if Path(bare).suffix in _SUFFIXES and " " not in Path(bare).name:
        raise ValueError(f"there is no file {bare}")
    return None


def _existing(text: str) -> Path | None:
    """Return a file that is there, or a folder that can be meant only as one."""
    try:
        path = Path(text).expanduser()
        return path if path.is_file() or (path.is_dir() and "/" in text) else None
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, nobody's home
        return None


def _is_library(path: Path) -> bool:
    """Return whether a file can be imported, else it is a text. Raises ValueError."""
    content = _bytes(path)
    try:
        recognise(content, str(path))
    except Unimportable:
        return False
    return True


def text_of(path: str) -> str:
    """Return the text of a file; raises ValueError."""
    try:
        return decode(_bytes(Path(path)), path)
    except Unimportable as error:
        raise ValueError(str(error)) from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from error


@dataclass(frozen=True, slots=True)
class FoundPapers:
    """The papers of a source, and what was left out; a `problem` where it could not be read."""

    papers: tuple[Paper, ...] = ()
    left_out: tuple[str, ...] = ()
    problem: str | None = None


PATIENCE_WITH_ARXIV = 120.0
"""Seconds that a person waits for arXiv."""


class _How(TypedDict):
    environment: Environment
    arxiv: ArxivSettings
    progress: Progress


def papers_of(source: NamedSource, environment: Environment) -> FoundPapers:
    """Read the papers that a source has; arXiv is asked for what a file does not tell."""
    try:
        return _read(source, environment)
    except Unimportable as error:
        return FoundPapers(problem=str(error))


def _read(source: NamedSource, environment: Environment) -> FoundPapers:
    # A person is waiting, where a scheduled run may take longer.
    arxiv = replace(usual_arxiv(), patience=PATIENCE_WITH_ARXIV)
    how = _How(environment=environment, arxiv=arxiv, progress=progress())
    if source.kind is SourceKind.AUTHOR:
        return FoundPapers(find_papers_of_author(source.name, **how))
    if source.kind is SourceKind.ZOTERO:
        found = read_zotero_papers(source.name, **how)
    elif source.kind is SourceKind.IDS:
        with tempfile.TemporaryDirectory() as folder:  # asked for together, not one by one
            listed = Path(folder) / "typed.txt"
            listed.write_text("\n".join(source.imports), "utf-8")
            found = read_papers(listed, **how)
    else:
        found = read_papers(source.name, **how)
    return FoundPapers(found.papers, found.left_out)
