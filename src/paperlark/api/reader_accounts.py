"""Readers as rows of a group's database: add, list, change, export, import and delete them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperlark.api.opened_profile import OpenedProfile
from paperlark.domain.audit import AT_COMMAND_LINE, AuditAction, AuditActor
from paperlark.domain.errors import AccountError
from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.archive.account_import import ImportedAccount
    from paperlark.archive.accounts import NewAccount, ReaderAccounts
    from paperlark.domain.accounts import Account, AccountGroup
    from paperlark.domain.audit import AuditEvent
    from paperlark.settings.group import GroupDatabase, GroupSettings

_ENDS_SESSIONS = frozenset(("disabled", "email", "user", "subject"))
_DEFAULTS = RunOptions()


@dataclass(frozen=True, slots=True)
class OpenedAccounts:
    """The readers of a group's database; each method opens it and closes it at its end.

    `by` is who changes something, for the audit log.
    """

    settings: GroupSettings
    database: GroupDatabase
    environment: Environment
    options: RunOptions = _DEFAULTS
    by: AuditActor = AT_COMMAND_LINE

    def all(self, group: str | None = None, *, enabled: bool = False) -> tuple[Account, ...]:
        """Return accounts sorted by id.

        Arguments:
            group: only those of this group.
            enabled: only those that are not disabled.

        Raises StoreError.

        >>> accounts.all("nobody's")
        ()
        """
        with self._open() as accounts:
            return accounts.store.all(group=group, enabled=enabled)

    def page(
        self, group: str | None = None, *, after: str = "", most: int = 100
    ) -> tuple[Account, ...]:
        """Return some accounts, sorted by id: there may be very many.

        Arguments:
            group: only those of this group.
            after: those whose ids come after this one.
            most: how many.

        Raises StoreError.

        >>> accounts.page(after="ada", most=1)
        ()
        """
        with self._open() as accounts:
            return accounts.store.page(group=group, after=after, most=most)

    def count(self, group: str | None = None) -> int:
        """Return how many accounts there are.

        Arguments:
            group: only those of this group.

        Raises StoreError.

        >>> accounts.count()
        0
        """
        with self._open() as accounts:
            return accounts.store.count(group=group)

    def sharing(self, group: str) -> tuple[Account, ...]:
        """Return the readers of a group who show papers to it, sorted by id.

        Arguments:
            group: the name; readers without a group show nobody anything.

        Raises StoreError.

        >>> accounts.sharing("astro")
        ()
        """
        with self._open() as accounts:
            return accounts.store.some(accounts.store.sharing(group)) if group else ()

    def add(self, new: NewAccount) -> Account:
        """Add a reader.

        Arguments:
            new: name, profile and criteria, sign-in, group, role and budget.

        Returns the account with its id.

        Raises ProfileError with every mistake of the texts, AccountError, StoreError.

        >>> text, criteria = accounts.starting_texts("Ada", ("cs.LG",))
        >>> new = paperlark.NewAccount("Ada Lovelace", text, criteria, group="astro")
        >>> accounts.add(new).id
        'ada-lovelace'
        """
        with self._open() as accounts:
            return accounts.add(new)

    def starting_texts(
        self, name: str, categories: tuple[str, ...], interests: str = ""
    ) -> tuple[str, str]:
        """Return the profile and criteria that a reader may begin with.

        Arguments:
            name: the title of their page.
            categories: codes such as cs.LG.
            interests: in their own words; where there are none, an example for the categories.

        >>> text, criteria = accounts.starting_texts("Bats", ("q-bio.NC",), "Sonar of bats.")
        >>> "Sonar of bats." in criteria
        True
        """
        from paperlark.archive.accounts import starting_texts

        return starting_texts(name, categories, interests)

    def find(self, reader: str) -> Account:
        """Return the account of a reader.

        Arguments:
            reader: the id.

        Raises NoSuchReader, StoreError.

        >>> accounts.find("ada-lovelace").categories
        ('cs.LG',)
        """
        with self._open() as accounts:
            return accounts.store.get(reader)

    def find_signed_in(self, *, email: str = "", user: str = "", subject: str = "") -> str | None:
        """Return the id of the reader who signs in with this; None for nobody, or disabled.

        Arguments:
            email: a mail address.
            user: what a proxy calls them.
            subject: what OpenID Connect calls them.

        Raises StoreError.

        >>> accounts.find_signed_in(email="nobody@example.org", user="", subject="") is None
        True
        """
        with self._open() as accounts:
            return accounts.store.find_signed_in(email=email, user=user, subject=subject)

    def change(self, reader: str, **changes: Any) -> Account:  # noqa: ANN401  # an account's fields
        """Change some fields of an account.

        Arguments:
            reader: the id.
            changes: fields of `Account`, such as `disabled=True`; that, and another way to sign
                in, ends their sessions in the app.

        Returns the account as it is now.

        Raises NoSuchReader, ProfileError with every mistake of the texts, AccountError, StoreError.

        >>> accounts.change("ada-lovelace", email="Ada@example.org").email
        'ada@example.org'
        """
        with self._open() as accounts:
            changed = accounts.change(reader, **changes)
        if changes.keys() & _ENDS_SESSIONS:
            self._end_sessions(reader)
        return changed

    def export(self, reader: str, file: str | Path) -> Path:
        """Write everything that is stored of a reader into a zip file with a README.

        Arguments:
            reader: the id.
            file: a new file; only you can read it.

        Raises NoSuchReader, StoreError, PublishError where it is there or cannot be written.

        >>> accounts.export("ada-lovelace", "ada.zip").name
        'ada.zip'
        """
        from paperlark.archive.account_export import export_account
        from paperlark.store.database import open_database

        account, database = self.find(reader), self.database.database
        with open_database(database) as connection:
            now = self.environment.now()
            written = export_account(connection, database, account, Path(file), now)
        with self._open() as accounts:
            accounts.record(AuditAction.READER_EXPORTED, reader)
        return written

    def import_profiles(
        self, folder: str | Path, *, group: str = "", email: str = "", user: str = ""
    ) -> Iterator[ImportedAccount]:
        """Add a reader for each profile of a folder, with votes, imports and digests.

        Arguments:
            folder: as for `find_profiles`; an archive comes along where it is an SQLite file.
            group: the group of the new readers.
            email, user: what they sign in with, in which {} stands for the name of the profile's
                folder, or of its file.

        Yields what became of each: one that cannot be read does not stop the next, and a reader of
        the group who has the profile's name already stays as they are.

        Raises StoreError.

        >>> [one] = accounts.import_profiles("paperlark.toml", group="astro")
        >>> one.account.name, one.problem
        ('Efficient LLM inference', '')
        """
        from paperlark.archive.account_import import import_profiles
        from paperlark.archive.accounts import ReaderAccounts
        from paperlark.runs.several import profiles_of
        from paperlark.store.database import open_database

        files, database = profiles_of(Path(folder)), self.database
        with open_database(database.database) as connection:
            accounts = ReaderAccounts(connection, database, self.environment, self.by)
            yield from import_profiles(
                accounts,
                connection,
                database.database,
                files,
                group=group,
                email=email,
                user=user,
            )

    def delete(self, reader: str) -> int:
        """Delete a reader with all that is stored of them, everywhere.

        What was paid for stays in the sums of the group and of all, without a name or a text.

        Arguments:
            reader: the id.

        Returns how many rows were deleted.

        Raises NoSuchReader, StoreError.

        >>> accounts.delete("ada-lovelace")
        2
        """
        with self._open() as accounts:
            return accounts.delete(reader)

    def audit_events(
        self, *, most: int = 100, before: int | None = None, subject: str | None = None
    ) -> tuple[AuditEvent, ...]:
        """Return the latest events of the audit log, latest first.

        Arguments:
            most: how many at most.
            before: only those with smaller numbers, for the page after.
            subject: only what was done to this reader or group, and what they did.

        Raises StoreError.

        >>> [str(one.action) for one in accounts.audit_events(most=1)]
        ['reader deleted']
        """
        from paperlark.store.audit import AuditStore
        from paperlark.store.database import open_database

        database = self.database.database
        with open_database(database) as connection:
            log = AuditStore(connection, database)
            return log.events(most=most, before=before, subject=subject)

    def groups(self) -> tuple[AccountGroup, ...]:
        """Return the groups of readers, sorted by name.

        Raises StoreError.

        >>> [one.name for one in accounts.groups()]
        ['astro']
        """
        with self._open() as accounts:
            return accounts.store.groups()

    def set_group_budget(self, group: str, budget: Decimal | None) -> AccountGroup:
        """Set what the readers of a group may cost together.

        Arguments:
            group: the name; a new group is made.
            budget: US dollars a month, None for no limit.

        Raises AccountError, StoreError.

        >>> accounts.set_group_budget("astro", None).budget is None
        True
        """
        with self._open() as accounts:
            return accounts.keep_group(group, budget)

    def open_profile(self, reader: str) -> OpenedProfile:
        """Open the profile of a reader, to do with it what is done with one in a file.

        Arguments:
            reader: the id.

        Raises NoSuchReader, StoreError, ProfileError with every mistake of its texts.

        >>> accounts.open_profile("efficient-llm-inference").name
        'Efficient LLM inference'
        """
        return self.open_account(self.find(reader))

    def open_account(self, account: Account) -> OpenedProfile:
        """Open the profile of an account that was found already.

        Arguments:
            account: as it is stored.

        Raises ProfileError with every mistake of its texts.

        >>> account = accounts.find("efficient-llm-inference")
        >>> accounts.open_account(account).interests.draft().page_size
        8
        """
        from paperlark.archive.stored_texts import StoredTexts
        from paperlark.settings.stored_profile import account_settings

        row = StoredTexts(account, self.database, self.environment)
        settings = account_settings(account, self.database)
        return OpenedProfile(settings, self.environment, self.options, row=row)

    def _end_sessions(self, reader: str) -> None:
        from paperlark.store.group_sessions import GroupSessionStore

        sessions = GroupSessionStore(self.settings.state, self.settings.address)
        with closing(sessions):
            sessions.end_all(reader)

    def _open(self) -> AbstractContextManager[ReaderAccounts]:
        from paperlark.archive.accounts import open_accounts

        return open_accounts(self.database, self.environment, self.by)


def open_accounts(
    path: str | Path,
    *,
    options: RunOptions = _DEFAULTS,
    environment: Environment | None = None,
) -> OpenedAccounts:
    """Read the file of a group whose readers are rows of a database.

    Arguments:
        path: the file, such as `group.toml`.
        options: how to run, as for `open_profile`.
        environment: as for `open_profile`.

    Raises ProfileError with every mistake of the file, AccountError where it names no database.

    >>> accounts = paperlark.open_accounts("readers.toml", environment=environment)
    >>> accounts.settings.name
    'Many readers'
    """
    from paperlark.settings.group import load_group

    settings = load_group(Path(path))
    if settings.accounts is None:
        raise AccountError(
            f"{settings.file} names no database, so its members are in that file",
            hint='add to it: database = "postgresql://user@host/name"',
        )
    return OpenedAccounts(settings, settings.accounts, environment or Environment(), options)
