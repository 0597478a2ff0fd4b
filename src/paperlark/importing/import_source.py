"""Import papers and digests: read, look up, and keep as examples and as archive days."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from paperlark.domain.calendar import today
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest
from paperlark.domain.errors import Unimportable
from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.importing.archive_days import (
    NO_IMPORTED_DAYS,
    NO_WAIT,
    DigestFile,
    ImportedDays,
    LockWait,
    add_days,
    days_of,
)
from paperlark.importing.examples import LearnedEntries, learn, without_text
from paperlark.importing.fetch import OpenArxiv, content_of, look_up
from paperlark.importing.imported_sources import Origin, source_name
from paperlark.importing.item import ImportedEntry
from paperlark.importing.kinds import FileKind, decode, is_windows_1252, read_items, recognise
from paperlark.importing.zotero import ZoteroLibrary, items_of
from paperlark.ports import Progress
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim, known
from paperlark.store.announcements import PaperTextStore
from paperlark.store.database import check_not_gone, exists, open_database
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore
from paperlark.store.triage import TriageStore
from paperlark.store.vote_log import (
    append_events,
    append_votes,
    log_path,
    read_events,
    read_votes,
)
from paperlark.store.votes import FeedbackStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import; without a `kind` it is recognized by content; arXiv is asked for texts.

    With `days`, digests become days of the archive; `wait` is for a run in progress.
    """

    progress: Progress
    open_arxiv: OpenArxiv
    kind: FileKind | None = None
    wanted: bool = True
    ask_arxiv: bool = True
    dry_run: bool = False
    days: bool = True
    wait: LockWait = NO_WAIT


_UNASKED = "arXiv was not asked"
_GUESSED = (
    "it is not UTF-8 and was read as Windows-1252; if letters look wrong, save it as UTF-8 and"
    " import it again"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """Outcome for every entry (the counts add up to `entries`) and for the days of digests.

    `followed` have no scores, and are in a digest for their authors. `unasked` is why arXiv was
    not asked about some papers that were not found; None where it was. `examples` are the papers
    as understood, also those known before; `notes` say what was guessed in reading.
    """

    entries: int
    liked: int = 0
    disliked: int = 0
    judged: int = 0
    followed: int = 0
    votes: int = 0
    known_before: int = 0
    repeated: int = 0
    not_found: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    unasked: str | None = None
    days: ImportedDays = NO_IMPORTED_DAYS
    examples: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()


def import_source(
    settings: Settings, environment: Environment, source: str, how: ImportOptions
) -> Imported:
    """Import a file, an address, or one paper by its identifier.

    Raises Unimportable, and then nothing is kept.
    """
    content = content_of(settings.arxiv, source)
    kind, text = (how.kind, decode(content, source)) if how.kind else recognise(content, source)
    if kind is FileKind.VOTES:
        return _import_votes(settings, text, source, how)
    file = DigestFile(text, source) if kind is FileKind.DIGEST and how.days else None
    items = read_items(kind, text, source)
    _log.info("%s file with %d entries", kind, len(items))
    imported = _import_items(settings, environment, items, source, how, file=file)
    return replace(imported, notes=(_GUESSED,) if is_windows_1252(content) else ())


def import_zotero(
    settings: Settings, environment: Environment, zotero: ZoteroLibrary, how: ImportOptions
) -> Imported:
    """Import a Zotero library over the web; raises Unimportable, and then nothing is kept."""
    items = items_of(settings.arxiv, environment, zotero)
    return _import_items(settings, environment, items, f"the Zotero library {zotero.owner}", how)


def import_entries(
    settings: Settings,
    environment: Environment,
    items: Sequence[ImportedEntry],
    name: str,
    how: ImportOptions,
) -> Imported:
    """Import entries that were read elsewhere, under the name of a source; none may be usable."""
    return _import_items(settings, environment, items, name, how, may_be_empty=True)


def _import_votes(settings: Settings, text: str, name: str, how: ImportOptions) -> Imported:
    every, everywhere = read_votes(text.encode(), name), read_events(text.encode(), name)
    path = settings.database
    profile, strangers = _identified(settings)
    # Elsewhere the same reader may have been known by the title.
    by_title = () if profile.title in strangers else every.get(profile.title, ())
    votes = every.get(profile.id, by_title)
    events = everywhere.get(profile.id, ())
    if not votes:
        owners = ", ".join(map(repr, every)) or "no profile"
        raise Unimportable(f"{name} has no votes of {profile.title!r}, only of {owners}")
    if how.dry_run:
        return Imported(len(votes), votes=len(votes))
    with _writing(path), open_database(path) as connection:
        claim(replace(settings, profile=profile), ReaderStore(connection, path), how.wait.tell)
        store = FeedbackStore(connection, path, profile.id)
        there = frozenset(store.all())
        new = tuple(one for one in dict.fromkeys(votes) if one not in there)
        store.keep(new)
        TriageStore(connection, path, profile.id).restore(events)
    log = None if settings.is_stored else log_path(path)
    if new and log and not _is_copy(name, log):
        cast = {one.event: one for one in new if one.event}
        append_events(log, profile.id, ((one, cast.get(one.id)) for one in events))
        append_votes(log, profile.id, (one for one in new if one.event is None))
    return Imported(len(votes), votes=len(new), known_before=len(votes) - len(new))


def _is_copy(source: str, log: Path) -> bool:
    """Return whether a source is this database's own log of votes."""
    return log.exists() and Path(source).exists() and log.samefile(source)


def _import_items(
    settings: Settings,
    environment: Environment,
    items: Sequence[ImportedEntry],
    name: str,
    how: ImportOptions,
    *,
    file: DigestFile | None = None,
    may_be_empty: bool = False,
) -> Imported:
    """Store examples, then days: those may have to wait for a run in progress."""
    profile, _ = _identified(settings)
    settings = replace(settings, profile=profile)
    texts = _known(settings, [item.paper_id for item in items if item.paper_id])
    lacking, unasked = without_text(items, texts), None
    if lacking and how.ask_arxiv:
        found, unasked = look_up(settings.arxiv.search, how.open_arxiv, lacking, how.progress)
        texts = {**texts, **found}
        _log.info("arXiv had texts of %d of %d papers", len(found), len(lacking))
    elif lacking:
        unasked = _UNASKED
    now = today(environment.now())
    learned = learn(items, texts, today=now, wanted=how.wanted)
    digests = tuple(days_of(file, items, texts, settings, now)) if file else ()
    empty = not learned.examples and not any(isinstance(one, Digest) for _, one in digests)
    if empty and not may_be_empty:
        raise _nothing(learned, name, unasked)
    origin = Origin(source_name(name), environment.now())
    new = _keep(settings, learned.examples, origin, how) if learned.examples else ()
    days = (
        add_days(settings, digests, how.wait, dry_run=how.dry_run) if digests else NO_IMPORTED_DAYS
    )
    return replace(_counted(learned, new, unasked), days=days)


def _identified(settings: Settings) -> tuple[Profile, frozenset[str]]:
    """Return the profile with its id, and the ids of the database's other readers."""
    path = settings.database
    if not exists(path):
        check_not_gone(path, settings.output)
        return settings.profile, frozenset()
    with open_database(path) as connection:
        readers = ReaderStore(connection, path)
        profile = known(settings, readers).profile
        return profile, frozenset(one.id for one in readers.all() if one.id != profile.id)


def _known(settings: Settings, papers: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
    """Return the texts in the database; no database is created for that."""
    path = settings.database
    if not exists(path):
        check_not_gone(path, settings.output)
        return {}
    with open_database(path) as connection:
        return PaperTextStore(connection, path, settings.profile.id).find(papers)


def _keep(
    settings: Settings, examples: Sequence[Example], origin: Origin, how: ImportOptions
) -> Sequence[Example]:
    """Store and return the new examples; short enough to do while a run is in progress."""
    path = settings.database
    if how.dry_run and not exists(path):
        return examples
    with _writing(path), open_database(path) as connection:
        if not how.dry_run:
            claim(settings, ReaderStore(connection, path), how.wait.tell)
        library = LibraryStore(connection, path, settings.profile.id)
        new = library.new(examples)
        if not how.dry_run:
            library.keep(new, source=origin.source, at=origin.at)
    return new


def _writing(path: DatabasePlace) -> AbstractContextManager[object]:
    """Lock a database that does not exist yet, so that no restore overwrites it."""
    return nullcontext() if exists(path) else run_lock(path, patience=0.0)


def _counted(learned: LearnedEntries, new: Sequence[Example], unasked: str | None) -> Imported:
    judged = sum(one.label_source is LabelSource.JUDGE for one in new)
    liked = sum(one.wanted for one in new if one.label_source is LabelSource.LIBRARY)
    return Imported(
        entries=learned.entries,
        liked=liked,
        disliked=len(new) - judged - liked,
        judged=judged,
        followed=learned.followed,
        known_before=len(learned.examples) - len(new),
        repeated=learned.repeated,
        not_found=learned.not_found,
        unusable=learned.unusable,
        unasked=unasked if learned.not_found else None,
        examples=learned.examples,
    )


def _entries(learned: LearnedEntries) -> str:
    return "1 entry" if learned.entries == 1 else f"{learned.entries} entries"


def _nothing(learned: LearnedEntries, name: str, unasked: str | None) -> Unimportable:
    """Build the error for a file without usable papers; it names the first one."""
    first = next(iter((*learned.not_found, *learned.unusable)), None)
    if first is None:
        what = "paper with scores" if learned.entries else "entries"
        return Unimportable(f"{name} has no {what}", hint="is it the right file?")
    asked = f"; {unasked}" if unasked else ""
    return Unimportable(
        f"{name} has no usable paper in {_entries(learned)} (first: {first}{asked})",
        hint="nothing was imported",
    )
