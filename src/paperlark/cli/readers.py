"""`paperlark readers`: readers as rows of a group's database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import TypeVar, cast

import click

from paperlark.api import OpenedAccounts, open_accounts
from paperlark.cli._options import environment_of, json_option
from paperlark.cli._terminal import tell_error
from paperlark.cli.init.options import parse_categories
from paperlark.renderers.accounts import (
    account_document,
    account_lines,
    account_table,
    event_document,
    event_line,
    group_document,
    group_table,
)
from paperlark.renderers.english import counted
from paperlark.settings.load import load_settings, read_criteria, read_text
from paperlark.settings.places import find_profile

_NOT_ALL = 3
"""Exit code: some of the profiles could not be imported."""
_UNLIMITED = "none"
_Command = TypeVar("_Command", bound=Callable[..., object])


class _Budget(click.ParamType[Decimal | None]):
    """US dollars a month, or none for no limit."""

    name = "dollars"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal | None:
        """Parse the budget, or say how one is written."""
        if value is None or str(value).strip().lower() == _UNLIMITED:
            return None
        try:
            dollars = Decimal(str(value))
        except ArithmeticError:
            dollars = Decimal("NaN")
        if not dollars.is_finite() or dollars < 0:
            self.fail(f"{str(value)[:40]!r} is no budget; write it like 2.50, or none", param, ctx)
        return dollars


_GROUP_FILE = click.option(
    "--group",
    "group_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="PAPERLARK_GROUP",
    required=True,
    help="The file of the group, whose `database` has the readers.  [default: the environment"
    " variable PAPERLARK_GROUP]",
)


def _on_accounts(command: _Command) -> _Command:
    """Add --group to a command, which gets the opened `accounts`."""

    @wraps(command)
    def chosen(*given: object, group_file: Path, **named: object) -> object:
        environment = environment_of(click.get_current_context())
        accounts = open_accounts(group_file, environment=environment)
        return command(*given, accounts=accounts, **named)

    return cast("_Command", _GROUP_FILE(chosen))


def _account_options(command: _Command) -> _Command:
    """Add the options that say who an account is."""
    options = (
        click.option("--email", help="A mail address: for sign-in links and agendas."),
        click.option("--user", help="The user name that a reverse proxy sends for the reader."),
        click.option("--subject", help="The id (sub) of the reader at the OpenID provider."),
        click.option("--in", "in_group", metavar="GROUP", help="The group the reader is in."),
        click.option(
            "--role",
            type=click.Choice(["reader", "group_admin", "admin"]),
            help="reader: their own pages; group_admin: the readers of their group as well; admin:"
            " all readers.",
        ),
        click.option(
            "--budget", type=_Budget(), help="US dollars that a month may cost; none: no limit."
        ),
        click.option(
            "--profile",
            "profile_file",
            type=click.Path(path_type=Path, exists=True),
            metavar="FILE|FOLDER",
            help="Copy this profile and its criteria.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group("readers")
def command() -> None:
    r"""Add, list, change, export and delete the readers of a database.

    For a department or a university: readers are rows of the database that the group's file names,
    and need no folder. What a profile may say in a file, it may say in a row: profiles are copied
    in with add and import, and out with export.

    \b
    Examples:
      export PAPERLARK_GROUP=group.toml
      paperlark readers add "Ada Lovelace" --email ada@example.org --in astro --category astro-ph.EP
      paperlark readers add "Emmy Noether" --user emmy --role admin --profile emmy/
      paperlark readers list --in astro
      paperlark readers change ada-lovelace --budget 2.50
      paperlark readers group astro --budget 40
      paperlark readers export ada-lovelace ada.zip
      paperlark readers delete ada-lovelace
    """


@command.command("add")
@click.argument("name")
@click.option("--id", "reader", default="", help="The reader's id.  [default: from the name]")
@_account_options
@click.option(
    "--category", "categories", multiple=True, callback=parse_categories,
    help="A category to begin with, by its code or by unambiguous words; may be repeated.",
)  # fmt: skip
@click.option("--interests", default="", help="Interests in the reader's own words.")
@_on_accounts
def add(
    *,
    accounts: OpenedAccounts,
    name: str,
    reader: str,
    email: str | None,
    user: str | None,
    subject: str | None,
    in_group: str | None,
    role: str | None,
    budget: Decimal | None,
    profile_file: Path | None,
    categories: Sequence[str],
    interests: str,
) -> None:
    r"""Add a reader called NAME, with a profile of their own or one to begin with.

    What they sign in with is --email, --user or --subject, as the group's file says. Prints the id,
    by which the other commands know the reader.

    \b
    Examples:
      paperlark readers add "Ada Lovelace" --email ada@example.org --category cs.LG
      paperlark readers add "Emmy Noether" --user emmy --in maths --profile emmy/paperlark.toml
    """
    from paperlark import NewAccount, Role  # noqa: PLC0415  # not for --help

    if profile_file is not None:
        if categories or interests:
            raise click.UsageError("--profile has the categories and interests: give no others")
        profile, criteria = _texts(profile_file)
    elif categories:
        profile, criteria = accounts.starting_texts(name, tuple(categories), interests)
    else:
        raise click.UsageError("give a profile (--profile), or a category to begin with")
    added = accounts.add(
        NewAccount(
            name,
            profile,
            criteria,
            id=reader,
            email=email or "",
            user=user or "",
            subject=subject or "",
            group=in_group or "",
            role=Role(role or "reader"),
            budget=budget,
        )
    )
    click.echo(added.id)


@command.command("list")
@click.option("--in", "in_group", metavar="GROUP", help="Only the readers of this group.")
@click.option("--enabled", is_flag=True, help="Leave out those that are disabled.")
@json_option
@_on_accounts
def list_(*, accounts: OpenedAccounts, in_group: str | None, enabled: bool, as_json: bool) -> None:
    """List the readers, sorted by id."""
    found = accounts.all(in_group, enabled=enabled)
    if as_json:
        _tell_json(list(map(account_document, found)))
        return
    _tell(account_table(found))
    click.echo(counted(len(found), "reader"), err=True)


@command.command("show")
@click.argument("reader")
@json_option
@_on_accounts
def show(*, accounts: OpenedAccounts, reader: str, as_json: bool) -> None:
    """Show the account of READER, with the texts of profile and criteria."""
    found = accounts.find(reader)
    if as_json:
        texts = {"profile": found.profile, "criteria": found.criteria}
        _tell_json({**account_document(found), **texts})
        return
    _tell(account_lines(found))
    for name, text in (("profile", found.profile), ("criteria", found.criteria)):
        click.echo(f"\n--- {name} ---\n{text}", nl=not text.endswith("\n"))


@command.command("change")
@click.argument("reader")
@click.option("--name", help="What others call the reader.")
@_account_options
@_on_accounts
@click.pass_context
def change(
    context: click.Context,
    *,
    accounts: OpenedAccounts,
    reader: str,
    name: str | None,
    email: str | None,
    user: str | None,
    subject: str | None,
    in_group: str | None,
    role: str | None,
    budget: Decimal | None,
    profile_file: Path | None,
) -> None:
    r"""Change the account of READER; what is not given stays.

    \b
    Examples:
      paperlark readers change ada-lovelace --in maths --role group_admin
      paperlark readers change ada-lovelace --budget none
      paperlark readers change ada-lovelace --email ""
    """
    from paperlark import Role  # noqa: PLC0415  # not for --help

    given = {"name": name, "email": email, "user": user, "subject": subject, "group": in_group}
    changes: dict[str, object] = {key: one for key, one in given.items() if one is not None}
    if role is not None:
        changes["role"] = Role(role)
    if context.get_parameter_source("budget") is not click.core.ParameterSource.DEFAULT:
        changes["budget"] = budget
    if profile_file is not None:
        changes["profile"], changes["criteria"] = _texts(profile_file)
    if not changes:
        raise click.UsageError("give what is to change, such as --budget 2.50")
    accounts.change(reader, **changes)
    click.echo(f"changed {reader}")


@command.command("disable")
@click.argument("readers", nargs=-1, required=True, metavar="READER...")
@_on_accounts
def disable(*, accounts: OpenedAccounts, readers: Sequence[str]) -> None:
    """Keep readers from signing in and make them no pages; all that they have stays."""
    for reader in readers:
        accounts.change(reader, disabled=True)
        click.echo(f"disabled {reader}")


@command.command("enable")
@click.argument("readers", nargs=-1, required=True, metavar="READER...")
@_on_accounts
def enable(*, accounts: OpenedAccounts, readers: Sequence[str]) -> None:
    """Let disabled readers in again."""
    for reader in readers:
        accounts.change(reader, disabled=False)
        click.echo(f"enabled {reader}")


@command.command("group")
@click.argument("name", required=False)
@click.option("--budget", type=_Budget(), help="US dollars a month for all of it; none: no limit.")
@json_option
@_on_accounts
@click.pass_context
def group(
    context: click.Context,
    *,
    accounts: OpenedAccounts,
    name: str | None,
    budget: Decimal | None,
    as_json: bool,
) -> None:
    r"""List the groups and their budgets, or set the budget of the group NAME.

    A call to a model is refused when the budget of the reader, of their group or of all ([budget]
    in the group's file) is used up.

    \b
    Examples:
      paperlark readers group
      paperlark readers group astro --budget 40
    """
    is_given = context.get_parameter_source("budget") is not click.core.ParameterSource.DEFAULT
    if is_given != (name is not None):
        raise click.UsageError("give a group and its --budget, or neither to list them all")
    groups = accounts.groups() if name is None else (accounts.set_group_budget(name, budget),)
    if as_json:
        _tell_json(list(map(group_document, groups)))
        return
    _tell(group_table(groups))


@command.command("export")
@click.argument("reader")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_on_accounts
def export(*, accounts: OpenedAccounts, reader: str, file: Path) -> None:
    """Write everything that is stored of READER into the new zip FILE, with a README inside."""
    click.echo(f"wrote {accounts.export(reader, file)}")


@command.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--in", "in_group", default="", metavar="GROUP", help="The group they are in.")
@click.option(
    "--email",
    default="",
    help="Their mail address, with {} for the name of a profile's folder or file: {}@example.org.",
)
@click.option(
    "--user", default="", help="The user name that a reverse proxy sends for them, such as {}."
)
@_on_accounts
@click.pass_context
def import_(
    context: click.Context,
    *,
    accounts: OpenedAccounts,
    folder: Path,
    in_group: str,
    email: str,
    user: str,
) -> None:
    r"""Add a reader for each profile in FOLDER, with votes, imports and digests.

    Profiles are the folder's .toml files, and paperlark.toml in each of its folders. The archive
    comes along where it is an SQLite file. Nothing in FOLDER changes. One that cannot be imported
    does not stop the next, and the command ends with exit code 3: correct it and import the folder
    again. A reader of the group who has the profile's name already stays as they are.

    \b
    Examples:
      paperlark readers import lab --in astro --user {}
      paperlark readers import lab --in astro --email {}@example.org
    """
    failed = 0
    for one in accounts.import_profiles(folder, group=in_group, email=email, user=user):
        if one.account is None:
            failed += 1
            where = "" if one.problem.startswith(str(one.file)) else f"{one.file}: "
            tell_error(f"not imported: {where}{one.problem}")
        elif not one.added:
            click.echo(f"{one.account.id}  was there already: {one.file} is left out")
        else:
            brought = (
                counted(one.votes, "vote"),
                counted(one.papers, "imported paper"),
                counted(one.days, "day"),
            )
            click.echo(f"{one.account.id}  from {one.file}: {', '.join(brought)}")
    if failed:
        context.exit(_NOT_ALL)


@command.command("log")
@click.argument("subject", required=False, metavar="[READER|GROUP]")
@click.option(
    "--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="So many events."
)
@json_option
@_on_accounts
def log(*, accounts: OpenedAccounts, subject: str | None, most: int, as_json: bool) -> None:
    """Print who signed in, and what was done to readers and groups, latest first.

    Of a reader: what was done to them, and what they did. No line can be changed or deleted; of a
    reader who was deleted the name is replaced. Addresses are those of networks. A request's id
    finds its lines in the app's log.
    """
    events = accounts.audit_events(most=most, subject=subject)
    if as_json:
        _tell_json(list(map(event_document, events)))
        return
    _tell(map(event_line, events))


@command.command("delete")
@click.argument("reader")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_on_accounts
def delete(*, accounts: OpenedAccounts, reader: str, yes: bool) -> None:
    """Delete READER with all that is stored of them: pages, votes, imports, notes.

    What was paid for them stays in the sums of their group and of all, without their name. It
    cannot be undone; `paperlark readers export` writes a copy first.
    """
    found = accounts.find(reader)
    if not yes:
        click.confirm(
            f"Delete {found.name} ({found.id}) and all that is stored of them?", abort=True
        )
    click.echo(f"deleted {reader}: {counted(accounts.delete(reader), 'row')}")


def _texts(profile: Path) -> tuple[str, str]:
    """Return the texts of a profile and its criteria; raises ProfileError with every mistake."""
    file = find_profile(profile)
    settings = load_settings(file)
    criteria = settings.criteria_file
    return read_text(file, hint=""), read_criteria(criteria) if criteria else ""


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _tell_json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
