"""Settings of reader accounts: from texts in rows, read as those of files are.

A profile in a row says what a profile in a file says, so that imports and exports are copies. Some
of its settings belong to a folder on the reader's own machine and are ignored here, not refused:
`id` and `database` are those of the account, `output` and `[site]` a folder below that of the
group's file, in which nothing is written unless somebody asks for files. `criteria` names no file:
the text is in the row. `[notes]`, `[bibtex]`, `[webhook]` and plug-ins would let a reader write
files on the server, reach its network and choose what code it runs: they are ignored as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from paperlark.domain.accounts import Account
from paperlark.domain.errors import ProfileError
from paperlark.settings.group import GroupDatabase
from paperlark.settings.load import ProfileText, parse_settings
from paperlark.settings.values import NO_PLUGINS, Settings

FOLDER = "readers"
"""In the folder of the group's file: what is written for accounts, such as a page on request."""


def account_settings(account: Account, group: GroupDatabase) -> Settings:
    """Return the settings of an account in the database of a group.

    Raises ProfileError with every mistake in its texts; they name the account and the line.
    """
    home = group.home / FOLDER / account.id
    settings = parse_settings(
        ProfileText(profile_name(account.id), account.profile, home),
        ProfileText(criteria_name(account.id), account.criteria, home),
        mail=group.mail,
    )
    return replace(
        settings,
        profile=replace(settings.profile, id=account.id),
        id=account.id,
        database=group.database,
        output=home / "pages",
        site=replace(settings.site, folder=home / "site"),
        notes=None,
        bibtex=None,
        webhook=None,
        plugins=NO_PLUGINS,
        channels=tuple(one for one in settings.channels if one.plugin is None),
        month_of_all=group.month,
    )


def settings_of_accounts(
    accounts: Iterable[Account], group: GroupDatabase
) -> Mapping[str, Settings | ProfileError]:
    """Return by id the settings of each account, or why its profile cannot be used.

    One account that cannot be read does not keep others from theirs.
    """
    found: dict[str, Settings | ProfileError] = {}
    for one in accounts:
        try:
            found[one.id] = account_settings(one, group)
        except ProfileError as error:
            found[one.id] = error
    return found


def profile_name(reader: str) -> str:
    """Return what the profile of an account is called in errors."""
    return f"profile of {reader}"


def criteria_name(reader: str) -> str:
    """Return what the criteria of an account are called in errors."""
    return f"criteria of {reader}"
