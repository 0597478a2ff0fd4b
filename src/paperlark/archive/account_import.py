"""Make accounts of profiles in files, each with its archive where that is an SQLite file."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from paperlark.archive.accounts import NewAccount, ReaderAccounts
from paperlark.domain.accounts import Account
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.paper import LIBRARY
from paperlark.settings import Settings, load_settings, places
from paperlark.settings.identity import known
from paperlark.settings.load import read_criteria, read_text
from paperlark.store.announcements import PaperTextStore, keep_papers
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.digests import DigestStore
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.triage import TriageStore
from paperlark.store.votes import FeedbackStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """What became of one profile; `problem` says why there is no account of it, "" where one is.

    added: whether the account is new; else it was there before the import, and stays as it is
    votes, papers, days: how many votes, imported papers and digests came with it
    """

    file: Path
    account: Account | None
    added: bool = True
    votes: int = 0
    papers: int = 0
    days: int = 0
    problem: str = ""


def import_profiles(
    accounts: ReaderAccounts,
    connection: DatabaseConnection,
    database: DatabasePlace,
    files: Sequence[Path],
    *,
    group: str,
    email: str = "",
    user: str = "",
) -> Iterator[ImportedAccount]:
    """Make an account of each profile; one that cannot be read does not stop the next.

    A profile whose archive cannot be copied has no account, and a reader of the group who had the
    profile's name before is left alone, so that the import can be repeated.
    """
    there = {one.name: one for one in accounts.store.all(group=group)}
    for file in files:
        try:
            settings = load_settings(file, mail=accounts.group.mail)
            if (before := there.get(settings.profile.title.strip())) is not None:
                yield ImportedAccount(file, before, added=False)
                continue
            new = _new_account(settings, file, group=group, email=email, user=user)
            account = accounts.add(new)
            try:
                done = _with_archive(settings, connection, database, account, file)
            except BaseException:
                accounts.delete(account.id)
                raise
            yield done
        except PaperlarkError as error:
            _log.info("not imported: %s: %s", file, error)
            yield ImportedAccount(file, None, problem=str(error))


def _new_account(
    settings: Settings, file: Path, *, group: str, email: str, user: str
) -> NewAccount:
    return NewAccount(
        settings.profile.title,
        read_text(file, hint=""),
        read_criteria(settings.criteria_file) if settings.criteria_file else "",
        group=group,
        email=_filled(email, file) or _mail_of(settings),
        user=_filled(user, file),
    )


def _filled(template: str, file: Path) -> str:
    """Return the template with {} replaced by what the profile is called: its folder or file."""
    return template.replace("{}", file.parent.name if file.name == places.PROFILE else file.stem)


def _mail_of(settings: Settings) -> str:
    """Return the address that the reader's pages are sent to; "" where that is none, or several."""
    found = {one.mail for one in settings.channels if one.mail}
    return found.pop() if len(found) == 1 else ""


def _with_archive(
    settings: Settings,
    connection: DatabaseConnection,
    database: DatabasePlace,
    account: Account,
    file: Path,
) -> ImportedAccount:
    source = settings.database
    if not isinstance(source, Path) or not source.exists():
        return ImportedAccount(file, account)
    with open_existing(source, settings.profile.title, settings.output) as there:
        reader = known(settings, ReaderStore(there, source)).profile.id
        return copy_archive(
            Archived(there, source, reader),
            Archived(connection, database, account.id),
            ImportedAccount(file, account),
        )


@dataclass(frozen=True, slots=True)
class Archived:
    """One reader's archive in an open database."""

    connection: DatabaseConnection
    database: DatabasePlace
    reader: str


def copy_archive(source: Archived, target: Archived, done: ImportedAccount) -> ImportedAccount:
    """Copy what a reader did and has: votes, triage, imported papers and digests.

    What was announced, judged and paid for belongs to the database and stays there.
    """
    votes = FeedbackStore(source.connection, source.database, source.reader).all()
    events = TriageStore(source.connection, source.database, source.reader).stored()
    library = LibraryStore(source.connection, source.database, source.reader).all()
    texts = PaperTextStore(source.connection, source.database, source.reader)
    touched = texts.find({one.paper_id for one in votes} | {one.paper_id for one in events})
    with store_errors(target.database), transaction(target.connection):
        # Others read these texts too: what arXiv says replaces them, and texts from a reader's own
        # library, which stay the reader's, are not among them.
        announced = (one for one in touched.values() if not one.id.startswith(LIBRARY))
        keep_papers(target.connection, announced, printed=True)
    FeedbackStore(target.connection, target.database, target.reader).keep(votes)
    TriageStore(target.connection, target.database, target.reader).restore(events)
    kept = LibraryStore(target.connection, target.database, target.reader)
    for one in library:
        kept.keep([one.example], source=one.source, at=one.at)
    days = _copy_digests(source, target)
    return replace(done, votes=len(votes), papers=len(library), days=days)


def _copy_digests(source: Archived, target: Archived) -> int:
    there = DigestStore(source.connection, source.database)
    own = DigestStore(target.connection, target.database)
    days = there.days(source.reader)
    for day in days:
        digest = there.digest(source.reader, day)
        if digest is not None:
            own.save(replace(digest, reader=target.reader))
    return len(days)
