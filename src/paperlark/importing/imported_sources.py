"""What was imported: list it by source, and take it out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paperlark.domain.errors import Unimportable
from paperlark.domain.feedback import ImportedPaper
from paperlark.domain.paper import PaperId, identify
from paperlark.domain.redaction import public_address
from paperlark.importing.examples import library_id
from paperlark.settings import Settings
from paperlark.store.database import check_not_gone, exists, open_database
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.reading import open_existing

SINGLE = "single papers"
"""The source of papers that were named by their identifiers."""
EARLIER = "imported before sources were kept"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where papers are imported from, and when."""

    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """The papers of one source, in the order of import; `name` is "" for those of long ago."""

    name: str
    papers: tuple[ImportedPaper, ...]

    @property
    def last(self) -> datetime | None:
        """When the latest of them was imported; None: long ago."""
        return max((one.at for one in self.papers if one.at), default=None)


def source_name(source: str) -> str:
    """Return the name that a source is kept under: a file by its whole path."""
    try:
        if Path(source).exists():
            return str(Path(source).absolute())
    except (OSError, ValueError):
        return source
    return SINGLE if identify(source) else public_address(source)


def list_imports(settings: Settings) -> tuple[ImportedSource, ...]:
    """Return what was imported by source, the earliest first; no database is created for that."""
    papers = _papers(settings)
    names = dict.fromkeys(one.source for one in papers)
    return tuple(
        ImportedSource(name, tuple(one for one in papers if one.source == name)) for name in names
    )


def remove_imports(settings: Settings, name: str) -> tuple[ImportedPaper, ...]:
    """Take out a source or one paper, so that it no longer teaches; return what was removed.

    Nothing is removed where nothing has that name. Raises Unimportable where several sources do.
    """
    chosen = _named(_papers(settings), name)
    if chosen:
        with open_database(settings.database) as connection:
            library = LibraryStore(connection, settings.database, settings.profile.id)
            library.remove([one.example.paper.id for one in chosen])
    return chosen


def _papers(settings: Settings) -> tuple[ImportedPaper, ...]:
    path = settings.database
    if not exists(path):
        check_not_gone(path, settings.output)
        return ()
    with open_existing(path, settings.profile.title, settings.output) as connection:
        return LibraryStore(connection, path, settings.profile.id).all()


def _named(papers: Sequence[ImportedPaper], name: str) -> tuple[ImportedPaper, ...]:
    """Find a source by its name, path or file name, else a paper by its identifier or title."""
    sources = dict.fromkeys(one.source for one in papers if one.source)
    exact = [one for one in sources if one in {name, source_name(name)} and one != SINGLE]
    named = exact or [one for one in sources if Path(one).name == name]
    if name == SINGLE:
        named = [SINGLE]
    if name == EARLIER:
        named = [""]
    if len(named) > 1:
        raise Unimportable(
            f"{len(named)} sources are called {name}", hint=f"name one of {', '.join(named)}"
        )
    if named:
        return tuple(one for one in papers if one.source == named[0])
    found = identify(name)
    wanted = {found.id if found else PaperId(name), library_id(name)}
    return tuple(
        one
        for one in papers
        if not wanted.isdisjoint({one.example.paper.id, library_id(one.example.paper.title)})
    )
