"""The options of `paperlark init`, which answer its questions in advance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from math import isfinite
from typing import Any, TypeVar, cast

import click

from paperlark.domain.category_search import find_categories, is_corrected
from paperlark.domain.taxonomy import named
from paperlark.http.network_settings import is_this_machine
from paperlark.settings.answers import (
    BUDGET,
    CATEGORIES,
    FIELDS,
    KEY,
    NAME,
    OPENAI,
    PASSWORD,
    AnswerKind,
    Chat,
    Mail,
    Model,
    Timer,
    complaint,
    usual_key,
    usual_security,
)
from paperlark.settings.starter import unusable_interests
from paperlark.settings.typed_lists import read_names, split_list
from paperlark.settings.values import Security

_Command = TypeVar("_Command", bound=Callable[..., Any])
NONE = "none"
"""The answer that nothing is wanted, so that the question is skipped."""


@dataclass(frozen=True, slots=True)
class GivenOptions:
    """The answers that options give; None and empty mean that the question is still to be asked.

    `without_model` and so on decline one. `budget` None is the default budget.
    """

    name: str
    categories: tuple[str, ...]
    interests: str | None
    field: str | None
    imports: tuple[str, ...]
    libraries: tuple[str, ...]
    authors: tuple[str, ...]
    followed: tuple[str, ...]
    model: Model | None
    without_model: bool
    budget: Decimal | None
    delivery: Mail | Chat | None
    without_delivery: bool
    timer: Timer | None
    without_timer: bool


def _answer(kind: AnswerKind, *, or_none: bool = False) -> Callable[..., str | None]:
    """Return a callback that rejects what a profile cannot hold."""

    def checked(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
        if value is None or (or_none and value == NONE):
            return value
        if problem := complaint(kind, value):
            raise click.BadParameter(problem)
        return value

    return checked


def parse_categories(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> tuple[str, ...]:
    """Return the codes of categories, each by its code or words; a click callback."""
    return tuple(dict.fromkeys(_category(one) for text in values for one in split_list(text)))


def _category(text: str) -> str:
    found = find_categories(text)
    if not found:
        raise click.BadParameter(f"arXiv has no category {text!r}")
    if len(found) > 1:
        names = ", ".join(named(one.code) for one in found)
        raise click.BadParameter(f"{text!r} may be any of {names}; give a code")
    if is_corrected(text):
        raise click.BadParameter(f"arXiv has no {text!r}; did you mean {named(found[0].code)}?")
    return found[0].code


def _names(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> tuple[str, ...]:
    try:
        return read_names(";".join(values))
    except ValueError as reason:
        raise click.BadParameter(str(reason)) from reason


def _dollars(
    _context: click.Context, _option: click.Parameter, value: float | None
) -> Decimal | None:
    if value is None:
        return None
    if not isfinite(value):
        raise click.BadParameter(f"{value} is not an amount of money")
    return Decimal(str(value))


def _interests(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    problem = unusable_interests(value) if value is not None else None
    if problem:
        raise click.BadParameter(problem)
    return value


_OPTIONS = (
    click.option(
        "--name", default=NAME, show_default=True, callback=_answer(AnswerKind.TEXT),
        help="The page's title.",
    ),
    click.option(
        "--category", "categories", multiple=True, callback=parse_categories,
        help="A category to read, by its code or by unambiguous words; may be repeated."
        f"  [default: {', '.join(CATEGORIES)}]",
    ),
    click.option(
        "--interests", callback=_interests, metavar="TEXT",
        help="Your interests, in a few sentences of your own.",
    ),
    click.option(
        "--template", "field", type=click.Choice(list(FIELDS)), metavar="NAME",
        help=f"Example interests to begin with: {', '.join(FIELDS)}.  [default: the one for the"
        " categories]",
    ),
    click.option(
        "--import", "imports", multiple=True, metavar="FILE|ADDRESS|ID",
        help="Papers you like or judged days, as for `paperlark import`; may be repeated. Without"
        " --interests and --template, your interests are drafted from them.",
    ),
    click.option(
        "--zotero-library", "libraries", multiple=True, metavar="NUMBER",
        help="The same for a Zotero library, users/12345 or groups/678; may be repeated.",
    ),
    click.option(
        "--author", "authors", multiple=True, metavar="NAME",
        help="Draft your interests from the papers at arXiv by an author of that name, such as"
        " yourself; may be repeated.",
    ),
    click.option(
        "--follow", "followed", multiple=True, callback=_names, metavar="NAME",
        help="An author whose papers are always on the page; may be repeated.",
    ),
    click.option(
        "--model", callback=_answer(AnswerKind.TEXT, or_none=True), metavar="NAME",
        help=f'The model that judges, by its name on the server; "{NONE}" for none.',
    ),
    click.option(
        "--base-url", default=OPENAI, show_default=True, callback=_answer(AnswerKind.ADDRESS),
        help="The address of the model's server, before /chat/completions.",
    ),
    click.option(
        "--key-variable", metavar="NAME",
        help=f'The name of the secret with its key; "{NONE}" for none.  [default: {KEY}, or none'
        " for a server on this machine]",
    ),
    click.option(
        "--budget", type=click.FloatRange(min=0, max=1_000_000), callback=_dollars,
        metavar="DOLLARS",
        help=f"What the model may cost per month.  [default: {BUDGET}, if its price is known]",
    ),
    click.option(
        "--mail", callback=_answer(AnswerKind.MAILBOX, or_none=True), metavar="ADDRESS",
        help=f'Mail pages to this address, by --mail-server; "{NONE}" for no delivery.',
    ),
    click.option(
        "--mail-server", callback=_answer(AnswerKind.SERVER), metavar="HOST",
        help="The mail server to send by.",
    ),
    click.option(
        "--mail-port", type=click.IntRange(1, 65535), help="Its port, if not the standard one."
    ),
    click.option(
        "--mail-security", type=click.Choice([str(one) for one in Security]),
        help="Encryption of the connection.  [default: tls, or none on this machine]",
    ),
    click.option(
        "--mail-user", callback=_answer(AnswerKind.TEXT, or_none=True), metavar="NAME",
        help=f'Your user name there; "{NONE}" if it needs no login. The password is the secret'
        f" {PASSWORD}.  [default: the address]",
    ),
    click.option(
        "--mail-sender", callback=_answer(AnswerKind.MAILBOX), metavar="ADDRESS",
        help="The sender's address, if it is another one.",
    ),
    click.option(
        "--deliver-variable", callback=_answer(AnswerKind.NAME_OF_SECRET), metavar="NAME",
        help="Deliver pages to a chat instead: the name of the secret with its Apprise address.",
    ),
    click.option(
        "--schedule", type=click.Choice([*map(str, Timer), NONE]),
        help="What starts paperlark every morning; the command for that is shown at the end.",
    ),
)  # fmt: skip


def given_options(command: _Command) -> _Command:
    """Add the options that answer the questions to a command, as `given`."""

    @wraps(command)
    def answered(
        *arguments: object,
        name: str,
        categories: tuple[str, ...],
        interests: str | None,
        field: str | None,
        imports: tuple[str, ...],
        libraries: tuple[str, ...],
        authors: tuple[str, ...],
        followed: tuple[str, ...],
        model: str | None,
        base_url: str,
        key_variable: str | None,
        budget: Decimal | None,
        mail: str | None,
        mail_server: str | None,
        mail_port: int | None,
        mail_security: str | None,
        mail_user: str | None,
        mail_sender: str | None,
        deliver_variable: str | None,
        schedule: str | None,
        **others: object,
    ) -> object:
        asked_for_model = model is not None and model != NONE
        if base_url != OPENAI and not asked_for_model:
            raise click.UsageError("--base-url needs --model")
        mailing = (
            None
            if mail == NONE
            else _mail(
                mail,
                mail_server,
                mail_port,
                security=mail_security,
                user=mail_user,
                sender=mail_sender,
            )
        )
        if mailing and deliver_variable:
            raise click.UsageError("give --mail or --deliver-variable; more can be added later")
        given = GivenOptions(
            name=name,
            categories=categories,
            interests=interests,
            field=field,
            imports=imports,
            libraries=libraries,
            authors=authors,
            followed=followed,
            model=_model(model, base_url, key_variable) if model and asked_for_model else None,
            without_model=model == NONE,
            budget=budget,
            delivery=mailing or (Chat(deliver_variable) if deliver_variable else None),
            without_delivery=mail == NONE,
            timer=Timer(schedule) if schedule and schedule != NONE else None,
            without_timer=schedule == NONE,
        )
        return command(*arguments, given=given, **others)

    for option in reversed(_OPTIONS):
        answered = option(answered)
    return cast("_Command", answered)


def _model(name: str, base_url: str, key_variable: str | None) -> Model:
    key = usual_key(base_url) if key_variable is None else key_variable
    if key in {NONE, ""}:
        return Model(name, base_url.rstrip("/"), "")
    if problem := complaint(AnswerKind.NAME_OF_SECRET, key):
        raise click.UsageError(problem)
    return Model(name, base_url.rstrip("/"), key)


def _mail(
    address: str | None,
    server: str | None,
    port: int | None,
    *,
    security: str | None,
    user: str | None,
    sender: str | None,
) -> Mail | None:
    if address is None and server is None:
        return None
    if address is None or server is None:
        raise click.UsageError("--mail and --mail-server need each other")
    kind = Security(security) if security else usual_security(server)
    if kind is Security.NONE and not is_this_machine(server):
        raise click.UsageError("--mail-security none is for a server on this machine only")
    known_as = user or (None if kind is Security.NONE else address)
    return Mail(
        address=address,
        server=server,
        sender=sender or address,
        user=None if user == NONE else known_as,
        security=kind,
        port=port,
    )
