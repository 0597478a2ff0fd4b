"""A group of readers: their profiles, what they show each other, and who is signed in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from paperlark.api.opened_profile import OpenedProfile
from paperlark.api.opening import open_profile
from paperlark.api.reader_accounts import OpenedAccounts
from paperlark.domain.errors import PaperlarkError, ProfileError, SecretMissing
from paperlark.domain.extras import install_command
from paperlark.settings.environment import Environment, RunOptions
from paperlark.settings.secrets import how_to_keep

if TYPE_CHECKING:
    from paperlark.domain.accounts import Account
    from paperlark.domain.agenda import Agenda, SharedPaper
    from paperlark.domain.audit import AuditAction, AuditEvent, AuditOrigin
    from paperlark.domain.delivery import Message
    from paperlark.identity.oidc import OidcProvider
    from paperlark.settings.group import GroupMember, GroupSettings
    from paperlark.store.group_sessions import GroupSessionStore
    from paperlark.store.monitor import DatabaseMonitor

_log = logging.getLogger(__name__)
_DEFAULTS = RunOptions()


@dataclass(frozen=True, slots=True)
class OpenedGroup:
    """A group whose file and profiles were read; `profiles` has each member's by their key.

    With `accounts` its members are rows of a database, and `profiles` is empty.
    """

    settings: GroupSettings
    profiles: Mapping[str, OpenedProfile]
    environment: Environment
    accounts: OpenedAccounts | None = None

    def agenda(self, first: date, last: date | None = None, *, group: str = "") -> Agenda:
        """Return what members want or saved of some days, and chose to show to the group.

        Arguments:
            first: the first day, of a page or of a vote that was cast elsewhere.
            last: the last day, included; the first by default.
            group: the name of a group of readers, where members are rows of a database.

        Returns the papers, those that most members want first, each with who wants it. Nothing
        else of a member's is in it, and nothing of one who has not said so.

        Raises StoreError where a database cannot be read.

        >>> group = paperlark.open_group("group.toml", environment=environment)
        >>> group.agenda(date(2025, 2, 24), date(2025, 2, 28)).items
        ()
        """
        from paperlark.domain.agenda import make_agenda

        if self.accounts is not None:
            members = [*_opened(self.accounts, self.accounts.sharing(group))]
        else:
            members = [(one.name, self.profiles[one.key]) for one in self.settings.members]
        shown = [(name, _shown(profile)) for name, profile in members]
        return make_agenda(group or self.settings.name, first, last or first, shown)

    def agenda_text(
        self, agenda: Agenda, form: Literal["markdown", "text", "bibtex"] = "markdown"
    ) -> str:
        r"""Return an agenda as text.

        Arguments:
            agenda: of this group.
            form: markdown, text, or bibtex.

        >>> agenda = group.agenda(date(2025, 2, 26))
        >>> group.agenda_text(agenda).splitlines()[0]
        '# Efficient models: Wednesday, 26 February 2025'
        """
        from paperlark.renderers.agenda import AGENDA_FORMATS

        return AGENDA_FORMATS[form](agenda)

    def mail_agenda(self, agenda: Agenda, *, group: str = "") -> Mapping[str, str]:
        """Send an agenda to every member with a mail address.

        Arguments:
            agenda: of this group.
            group: as for `agenda`; nobody who is disabled is sent it.

        Returns for each member's name why it was not sent, empty where it was. Sent again, it has
        the same Message-ID.

        Raises PaperlarkError where the group has no mail server.

        >>> group.mail_agenda(agenda)
        Traceback (most recent call last):
        paperlark.domain.errors.PaperlarkError: the group has no mail server: ...
        """
        from paperlark.renderers.agenda import agenda_message

        if self.settings.mail is None:
            raise PaperlarkError(
                "the group has no mail server", hint=f"add a table [mail] to {self.settings.file}"
            )
        members: Sequence[GroupMember] = self.settings.members
        if self.accounts is not None:
            members = [self._member(one.id) for one in self.accounts.all(group, enabled=True)]
        message = agenda_message(agenda, self.settings.address)
        about = f"agenda {group or self.settings.name} {agenda.first} {agenda.last}"
        sent: dict[str, str] = {}
        for member in members:
            if not member.email:
                continue
            try:
                self._mail(member, message, f"{about} {member.key}")
            except PaperlarkError as error:
                sent[member.name] = str(error)
            else:
                sent[member.name] = ""
        return sent

    def open_sessions(self) -> GroupSessionStore:
        """Open what is stored of who is signed in; close it in the end.

        Raises StoreError.

        >>> sessions = group.open_sessions()
        >>> sessions.member("nobody's", now=0.0)
        ''
        >>> sessions.close()
        """
        from paperlark.store.group_sessions import GroupSessionStore

        return GroupSessionStore(self.settings.state, self.settings.address)

    def keep_connections(self) -> AbstractContextManager[None]:
        """Keep connections to the group's database open while an app runs, until the block ends.

        Raises StoreError where the database is on a server and its package is not installed.

        >>> with group.keep_connections():
        ...     pass
        """
        from paperlark.store.database import connections_kept

        return connections_kept(self.settings.state)

    def open_monitor(self) -> DatabaseMonitor:
        """Open what is asked of the group's database by those who watch it; close it in the end.

        Raises StoreError.

        >>> monitor = group.open_monitor()
        >>> monitor.check()
        >>> monitor.figures(environment.now()).sessions
        0
        >>> monitor.close()
        """
        from paperlark.store.monitor import DatabaseMonitor

        return DatabaseMonitor(self.settings.state)

    def record(
        self,
        action: AuditAction,
        *,
        actor: str,
        origin: AuditOrigin | None = None,
        subject: str = "",
        detail: str = "",
    ) -> None:
        """Store in the audit log what somebody did.

        Arguments:
            action: what was done.
            actor: id of who did it, empty at the command line.
            origin: where it came from; the command line by default.
            subject: id of the reader, or name of the group, that it was done to.
            detail: what else there is to say; no name, nothing secret.

        Raises StoreError.

        >>> from paperlark.domain.audit import AuditAction
        >>> group.record(AuditAction.READER_ADDED, actor="", subject="ada")
        """
        from paperlark.domain.audit import COMMAND_LINE
        from paperlark.store.audit import AuditStore
        from paperlark.store.database import open_database

        database = self.settings.state
        with open_database(database) as connection:
            AuditStore(connection, database).record(
                action,
                actor=actor,
                origin=origin or COMMAND_LINE,
                now=self.environment.now(),
                subject=subject,
                detail=detail,
            )

    def audit_events(
        self, *, most: int = 100, before: int | None = None, subject: str | None = None
    ) -> tuple[AuditEvent, ...]:
        """Return the latest events of the audit log, latest first.

        Arguments:
            most: how many at most.
            before: only those with smaller numbers, for the page after.
            subject: only what was done to this reader or group, and what they did.

        Raises StoreError.

        >>> group.audit_events(subject="nobody")
        ()
        """
        from paperlark.store.audit import AuditStore
        from paperlark.store.database import open_database

        database = self.settings.state
        with open_database(database) as connection:
            log = AuditStore(connection, database)
            return log.events(most=most, before=before, subject=subject)

    def open_oidc(self, redirect_uri: str, now: Callable[[], float]) -> OidcProvider:
        """Return the OpenID provider that the group's members sign in with; close it in the end.

        Arguments:
            redirect_uri: where the provider sends people back to.
            now: returns the time in seconds since 1970.

        Raises SecretMissing where there is no client secret, PaperlarkError where Authlib is not
        installed.

        >>> group.open_oidc("https://papers.example.org/sign-in/oidc/callback", now=lambda: 0.0)
        Traceback (most recent call last):
        paperlark.domain.errors.SecretMissing: there is no secret PAPERLARK_CLIENT_SECRET: ...
        """
        from importlib.util import find_spec

        from paperlark.identity.oidc import OidcClient, OidcProvider

        if not (find_spec("authlib") and find_spec("joserfc")):
            raise PaperlarkError(
                "sign-in by OpenID Connect needs Authlib",
                hint=f"install it: {install_command('read-group')}",
            )
        settings = self.settings.sign_in
        secret = self._secret(settings.client_secret_variable)
        client = OidcClient(settings.issuer, settings.client_id, secret, redirect_uri)
        return OidcProvider(client, now)

    def proxy_secret(self) -> str:
        """Return the secret by which the group's proxy proves itself, empty where there is none.

        Raises SecretMissing where it is named and nowhere kept.

        >>> group.proxy_secret()
        ''
        """
        name = self.settings.sign_in.proxy_secret_variable
        return self._secret(name) if name else ""

    def _secret(self, name: str) -> str:
        secret = self.environment.secret(name)
        if not secret:
            raise SecretMissing(f"there is no secret {name}", hint=f"keep it: {how_to_keep(name)}")
        return secret

    def send_sign_in_link(self, key: str, address: str) -> None:
        """Send a member the mail with a link that signs them in.

        Arguments:
            key: the member's.
            address: of the link.

        Raises DeliveryError where it could not be sent.

        >>> group.send_sign_in_link("ada", "https://papers.example.org/sign-in/link/...")
        Traceback (most recent call last):
        paperlark.domain.errors.ChannelRefused: ...
        """
        from hashlib import sha256

        from paperlark.domain.delivery import Message

        text = (
            f"Open this address to sign in to {self.settings.name}:\n\n{address}\n\n"
            "It works once, within 15 minutes. If you did not ask for it, delete this mail:"
            " nobody can sign in without it.\n"
        )
        named = f"sign-in {sha256(address.encode()).hexdigest()}"
        self._mail(self._member(key), Message(f"{self.settings.name}: sign in", text), named)

    def _member(self, key: str) -> GroupMember:
        if self.accounts is not None:
            from paperlark.settings.group import GroupMember

            found = self.accounts.find(key)
            file = self.settings.file
            return GroupMember(key, found.name, file, found.email, found.user, found.subject)
        return next(one for one in self.settings.members if one.key == key)

    def _mail(self, member: GroupMember, message: Message, name: str) -> None:
        from paperlark.compose.channels import open_mailbox
        from paperlark.domain.delivery import Subscription
        from paperlark.settings.values import ChannelSettings

        profile = self.profiles.get(member.key)
        if profile is None and self.accounts is not None:
            profile = self.accounts.open_profile(member.key)
        assert profile is not None  # noqa: S101  # a member is in the one or in the other
        settings = replace(profile.settings, mail=self.settings.mail)
        wanted = ChannelSettings(Subscription(member.key), mail=member.email)
        open_mailbox(settings, wanted, self.environment).send(message, name)


def _opened(
    accounts: OpenedAccounts, sharing: Sequence[Account]
) -> Iterator[tuple[str, OpenedProfile]]:
    """Yield names and profiles; one that cannot be read keeps no agenda from the others."""
    for one in sharing:
        try:
            yield one.name, accounts.open_account(one)
        except ProfileError as error:
            _log.warning("%s is left out of an agenda: %s", one.id, error)


def _shown(profile: OpenedProfile) -> tuple[SharedPaper, ...]:
    # Who has no page yet can have said nothing.
    return profile.reading.shared_papers() if profile.has_database else ()


def open_group(
    path: str | Path,
    *,
    options: RunOptions = _DEFAULTS,
    environment: Environment | None = None,
) -> OpenedGroup:
    """Read the file of a group and the profiles of its members.

    Arguments:
        path: the file, such as `group.toml`.
        options: how to run, as for `open_profile`.
        environment: as for `open_profile`.

    Returns the group.

    Raises ProfileError with every mistake of the file, or of a profile.

    >>> group = paperlark.open_group("group.toml", environment=environment)
    >>> [one.name for one in group.settings.members], list(group.profiles)
    (['Ada'], ['ada'])
    """
    from paperlark.settings.group import load_group

    settings = load_group(Path(path))
    found = environment or Environment()
    profiles = {
        one.key: open_profile(one.profile, options=options, environment=found)
        for one in settings.members
    }
    accounts = (
        OpenedAccounts(settings, settings.accounts, found, options) if settings.accounts else None
    )
    return OpenedGroup(settings, profiles, found, accounts)
