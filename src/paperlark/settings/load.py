"""Load a profile: TOML and criteria to `Settings`, with every mistake and its line."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.database_place import DatabasePlace, DatabaseServer, is_server
from paperlark.domain.delivery import Subscription
from paperlark.domain.errors import Problem, ProfileError
from paperlark.domain.filters import FilterRule, Filters
from paperlark.domain.profile import RECALL, Cutoffs, Exploration, FollowedAuthor, Profile
from paperlark.domain.reading_keys import with_changes
from paperlark.domain.redaction import quoted, remember_addresses, remember_token
from paperlark.domain.spending import Budget, Prices
from paperlark.http.network_settings import is_on_this_machine, is_this_machine
from paperlark.settings.places import missing_hint
from paperlark.settings.values import (
    ArxivSettings,
    ChannelSettings,
    MailSettings,
    ModelSettings,
    NotesSettings,
    PeopleSettings,
    PluginSettings,
    Security,
    Settings,
    SiteSettings,
    WebhookSettings,
    ZoteroSettings,
)

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from paperlark.settings.file_shape import (
        BudgetShape,
        DeliverShape,
        JudgeShape,
        MailShape,
        PluginsShape,
        PricesShape,
        ProfileShape,
        SiteShape,
        SourcesShape,
        WebhookShape,
        ZoteroShape,
    )


_Shape = TypeVar("_Shape", bound="BaseModel")
LONGEST_CRITERIA = 30_000
"""Characters of a file of criteria: fifteen pages; more is a file of another kind."""
_LARGEST = 2**24
"""Bytes that are read of a profile or of criteria."""

_ANY_HEADER = re.compile(r"\s*\[\[?[\w.\" -]+\]\]?\s*(?:#.*)?")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """Return the line, counted from 1, of a setting such as `("follow", 1, "name")`.

    A setting that is not there is given by the line of its table; None is the whole file.
    """
    lines = text.splitlines()
    table, key = _table_and_key(place)
    start = _header(lines, table, place) if table else 0
    if start is None:
        # `cutoffs.relevance = 7` and `judge = {...}` stand in the first part of the file.
        return _key(lines, 0, table) if table else None
    found = _key(lines, start, key) if key else None
    return found or (start if table else None)


def _table_and_key(place: Sequence[str | int]) -> tuple[str, str]:
    names = [part for part in place if isinstance(part, str)]
    in_table = len(names) > 1 or (
        len(place) > 1 and isinstance(place[1], int) and names in (["follow"], ["deliver"])
    )
    return (
        (names[0], names[1] if len(names) > 1 else "")
        if in_table
        else ("", names[0] if names else "")
    )


def _header(lines: Sequence[str], table: str, place: Sequence[str | int]) -> int | None:
    """Find the n-th `[table]` or `[[table]]`."""
    nth = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?\s*(?:#.*)?")
    found = [number for number, line in enumerate(lines, start=1) if header.fullmatch(line)]
    return found[nth] if nth < len(found) else None


def _key(lines: Sequence[str], start: int, key: str) -> int | None:
    """Find a key after that line and before the next table."""
    pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*[.=]")
    for number, line in enumerate(lines[start:], start=start + 1):
        if _ANY_HEADER.fullmatch(line):
            return None
        if pattern.match(line):
            return number
    return None


@dataclass(frozen=True, slots=True)
class ProfileText:
    """The text of a profile: `name` says in errors where it stands; its paths begin at `home`."""

    name: Path | str
    text: str
    home: Path


def load_settings(path: Path, *, mail: MailSettings | None = None) -> Settings:
    """Read the profile and the criteria it names; other paths are relative to its folder.

    `mail` is the mail server of a profile that names none.

    Raises ProfileError with every mistake in both files.
    """
    source = ProfileText(path, read_text(path, hint=missing_hint(path)), path.parent.absolute())
    shape, problems = _checked(source, has_mail=mail is not None)
    named = shape.criteria if shape else "criteria.md"
    criteria, missing = _criteria(source.home / named, needed=shape is not None)
    settings = _settings(source, shape, criteria, (*problems, *missing), mail)
    return replace(settings, file=path.absolute(), criteria_file=_inside(source.home, named))


def parse_settings(
    source: ProfileText, criteria: ProfileText, *, mail: MailSettings | None = None
) -> Settings:
    """Return the settings of a profile and criteria that are texts and no files.

    `mail` is the mail server of a profile that names none.

    Raises ProfileError with every mistake in both.
    """
    shape, problems = _checked(source, has_mail=mail is not None)
    try:
        found = check_interests(criteria.name, criteria.text)
    except ProfileError as error:
        return _settings(source, shape, None, (*problems, *error.problems))
    return _settings(source, shape, found, problems, mail)


def _checked(
    source: ProfileText, *, has_mail: bool = False
) -> tuple[ProfileShape | None, tuple[Problem, ...]]:
    from paperlark.settings.file_shape import ProfileShape  # noqa: PLC0415  # loads pydantic

    # What stands in it by mistake is in no error about it, whoever raises that.
    remember_addresses(source.text)
    values = parse_toml(source.name, source.text)
    shape, problems = check_shape(source.name, source.text, values, ProfileShape)
    if shape is None:
        return shape, problems
    checks = (partial(_mail_problems, has_mail=has_mail), _plugin_problems)
    lacking = [one for check in checks for one in check(source.name, source.text, shape)]
    return shape, (*problems, *lacking)


def _settings(
    source: ProfileText,
    shape: ProfileShape | None,
    criteria: Criteria | None,
    problems: tuple[Problem, ...],
    mail: MailSettings | None = None,
) -> Settings:
    if shape is None or criteria is None or problems:
        raise ProfileError(tuple(sorted(problems, key=lambda problem: problem.line or 0)))
    profile, home = _profile(shape, criteria), source.home
    return Settings(
        profile=profile,
        model=_model(shape.judge, shape.budget) if shape.judge else None,
        people=_people(shape.sources) if profile.needs_people else None,
        output=_inside(home, shape.output),
        database=database_place(home, shape.database),
        arxiv=arxiv_settings(shape.sources),
        site=_site(shape.site, home, _inside(home, shape.output)),
        notes=NotesSettings(_at_home(home, shape.notes.folder), shape.notes.file_name)
        if shape.notes
        else None,
        bibtex=_at_home(home, shape.bibtex.file) if shape.bibtex else None,
        webhook=_webhook(shape.webhook) if shape.webhook else None,
        mail=mail_settings(shape.mail) if shape.mail else mail,
        channels=tuple(_channel(one) for one in shape.deliver),
        id=shape.id,
        at_most=shape.run.at_most,
        keys=with_changes(shape.read.keys),
        read_address=shape.read.address,
        assistant_votes=shape.mcp.votes,
        zotero=_zotero(shape.zotero) if shape.zotero else None,
        plugins=_plugins(shape.plugins),
    )


def _profile(shape: ProfileShape, criteria: Criteria) -> Profile:
    return Profile(
        title=shape.name,
        id=shape.id or shape.name,
        categories=tuple(shape.categories),
        criteria=criteria,
        announce_types=tuple(shape.announce_types),
        primary_only=shape.primary_only,
        followed=tuple(
            FollowedAuthor(one.name, tuple(one.aliases), one.id) for one in shape.follow
        ),
        cutoffs=Cutoffs(shape.cutoffs.relevance, shape.cutoffs.novelty),
        page_size=shape.page_size,
        judge_updates=shape.judge_updates,
        min_h_index=shape.least_h_index,
        recall=shape.judge.recall if shape.judge else RECALL,
        judge_followed=shape.judge_followed,
        readings=shape.judge.readings if shape.judge else 1,
        show_criteria=shape.show_criteria,
        language=shape.language,
        summaries=shape.judge.summary if shape.judge else False,
        exploration=Exploration(shape.exploration.share, shape.exploration.shown),
        filters=Filters(
            tuple(map(FilterRule.parse, shape.filters.require)),
            tuple(map(FilterRule.parse, shape.filters.exclude)),
        ),
    )


def usual_arxiv() -> ArxivSettings:
    """Return arXiv's own addresses, for what is done before there is a profile."""
    from paperlark.settings.file_shape import SourcesShape  # noqa: PLC0415  # loads pydantic

    return arxiv_settings(SourcesShape())


def arxiv_settings(shape: SourcesShape) -> ArxivSettings:
    """Return where arXiv is asked, and how."""
    return ArxivSettings(
        rss=shape.rss,
        pages=shape.pages,
        oai=shape.oai,
        search=shape.search,
        patience=shape.patience,
        contact=shape.contact,
    )


def _model(shape: JudgeShape, budget: BudgetShape) -> ModelSettings:
    # A server on this machine wants no key unless the profile says so.
    local = is_on_this_machine(shape.base_url)
    variable = shape.key_variable
    if variable is None:
        variable = "" if local else "OPENAI_API_KEY"
    return ModelSettings(
        model=shape.model,
        base_url=shape.base_url,
        key_variable=variable or None,
        batch_size=shape.batch_size,
        parallel=shape.parallel,
        timeout=shape.timeout,
        requests_per_minute=shape.requests_per_minute,
        tokens_per_minute=shape.tokens_per_minute,
        context=shape.context,
        batch=shape.batch,
        prices=_prices(shape.prices) if shape.prices else None,
        budget=Budget(budget.run, budget.day, budget.month),
        on_failure=shape.on_failure,
    )


def _mail_problems(
    path: Path | str, text: str, shape: ProfileShape, *, has_mail: bool
) -> Iterator[Problem]:
    """Return what one table lacks for the sake of another."""
    for number, channel in enumerate(shape.deliver):
        if channel.mail is not None and shape.mail is None and not has_mail:
            line = line_of(text, ("deliver", number, "mail"))
            yield Problem(path, line, "mail needs a mail server; expected a table [mail]")
    yield from open_mail_problems(path, text, shape.mail)


def _plugin_problems(path: Path | str, text: str, shape: ProfileShape) -> Iterator[Problem]:
    """Return what a plug-in's name contradicts, and tables of plug-ins that are not used."""
    chosen = shape.plugins
    line = line_of(text, ("plugins", "judge"))
    if chosen.judge and shape.judge:
        yield Problem(path, line, "there is a table [judge] as well; expected one judge")
    if chosen.judge and shape.budget != type(shape.budget)():
        problem = "a [budget] cannot be kept for a plug-in; expected one of the two"
        yield Problem(path, line, problem)
    used = {chosen.judge, chosen.ranker, *chosen.sources, *chosen.savers}
    used |= {channel.plugin for channel in shape.deliver}
    for name in sorted(chosen.settings.keys() - used):
        problem = f"no plug-in {name!r} is used; expected its name in [plugins] or in a [[deliver]]"
        yield Problem(path, line_of(text, (f"plugins.settings.{name}", "")), problem)


def open_mail_problems(path: Path | str, text: str, mail: MailShape | None) -> Iterator[Problem]:
    """Return what is wrong with a mail server that is spoken to without encryption."""
    if mail and mail.security is Security.NONE and not is_this_machine(mail.server):
        problem = (
            "mail.security is 'none'; expected tls or starttls for a server that is not on this"
            " machine: everybody on the way could read the password"
        )
        yield Problem(path, line_of(text, ("mail", "security")), problem)


def database_place(home: Path, text: str) -> DatabasePlace:
    """Return where a database is that a file in the folder `home` names."""
    if is_server(text):
        return DatabaseServer(text, _inside(home, "paperlark"))
    return _inside(home, text)


def _inside(home: Path, path: str) -> Path:
    """Return a path of the profile's whole, without the steps back that it may have."""
    return Path(os.path.normpath(home / path))


def _at_home(home: Path, path: str) -> Path:
    """Return a path of the profile's, which may begin with `~`, the home of whoever runs this."""
    try:
        return _inside(home, str(Path(path).expanduser()))
    except RuntimeError:  # nobody knows where that home is
        return _inside(home, path)


def _webhook(shape: WebhookShape) -> WebhookSettings:
    return WebhookSettings(shape.url, shape.secret_variable, shape.private_addresses)


def _site(shape: SiteShape, home: Path, output: Path) -> SiteSettings:
    folder = _inside(home, shape.folder) if shape.folder else output.with_name("site")
    return SiteSettings(folder, shape.address, shape.repository, shape.saved, tuple(shape.searches))


def mail_settings(shape: MailShape) -> MailSettings:
    """Return a mail server as it is used."""
    # Some services have a token for a user name.
    remember_token(shape.user or "")
    return MailSettings(
        server=shape.server,
        port=shape.port or shape.security.port,
        security=shape.security,
        user=shape.user,
        password_variable=shape.password_variable,
        sender=shape.sender,
        unsubscribe=shape.unsubscribe,
        abstracts=None if shape.abstracts == "all" else int(shape.abstracts),
    )


def _channel(shape: DeliverShape) -> ChannelSettings:
    wanted = Subscription(shape.name, shape.rhythm, shape.papers, shape.quiet)
    return ChannelSettings(wanted, shape.mail, shape.url_variable, shape.plugin)


def _plugins(shape: PluginsShape) -> PluginSettings:
    return PluginSettings(
        judge=shape.judge,
        ranker=shape.ranker,
        sources=tuple(shape.sources),
        savers=tuple(shape.savers),
        at_most=shape.at_most,
        tables=shape.settings,
    )


def _zotero(shape: ZoteroShape) -> ZoteroSettings:
    return ZoteroSettings(
        key_variable=shape.key_variable,
        library=shape.library,
        save_to=shape.save_to,
        tags=tuple(shape.tags),
        read=tuple(shape.read),
        url=shape.url,
    )


def _prices(shape: PricesShape) -> Prices:
    return Prices(shape.prompt, shape.completion, shape.cached)


def _people(shape: SourcesShape) -> PeopleSettings:
    return PeopleSettings(shape.semantic_scholar, shape.semantic_scholar_key_variable)


def read_criteria(path: Path) -> str:
    """Read a file of criteria; raises ProfileError where it is unreadable or far too long."""
    text = read_text(path, hint="")
    check_length(path, text)
    return text


def check_length(name: Path | str, text: str) -> None:
    """Raise ProfileError where a text is far too long for criteria."""
    if len(text) > LONGEST_CRITERIA:
        found = f"has {len(text):,} characters; expected interests, in at most"
        raise ProfileError((Problem(name, None, f"{found} {LONGEST_CRITERIA:,}"),))


def check_interests(name: Path | str, text: str) -> Criteria:
    """Parse criteria; raises ProfileError where they are far too long, or no interests."""
    check_length(name, text)
    criteria = parse_criteria(text)
    if not criteria.topics and not criteria.keywords:
        problem = "is empty; expected your interests, in your own words"
        raise ProfileError((Problem(name, None, problem),))
    return criteria


def read_text(path: Path, *, hint: str) -> str:
    """Read a file of settings as text with plain line ends; raises ProfileError."""
    try:
        # A pipe would be waited for, and a device has no end.
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ProfileError((Problem(path, None, "is not a file that can be read again"),))
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ProfileError((Problem(path, None, f"has more than {_LARGEST >> 20} MB"),))
        # Some editors put a mark of UTF-8 before the text.
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise ProfileError((Problem(path, None, "there is no such file"),), hint=hint) from None
    except UnicodeDecodeError as error:
        problem = Problem(path, None, f"is not UTF-8 text (byte {error.start})")
        raise ProfileError((problem,), hint="save it as UTF-8") from error
    except OSError as error:
        raise ProfileError((Problem(path, None, f"cannot be read ({error.strerror})"),)) from error


_MOST_DOTS, _MOST_DOTS_IN_A_LINE = 50, 1_000


def _check_keys(path: Path | str, text: str) -> None:
    """Raise ProfileError for a key of very many parts, which takes minutes to parse."""
    for number, line in enumerate(text.split("\n"), start=1):
        if (
            line.count(".") > _MOST_DOTS_IN_A_LINE or line.partition("=")[0].count(".") > _MOST_DOTS
        ) and not line.lstrip().startswith("#"):
            raise ProfileError((Problem(path, number, "has more dots than any setting"),))


def parse_toml(path: Path | str, text: str) -> Mapping[str, object]:
    """Parse the TOML of a file; raises ProfileError with the line of a mistake."""
    _check_keys(path, text)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        reason = re.sub(r" \(at (?:line .*|end of document)\)$", "", str(error))
        problem = Problem(path, line, f"is not TOML here: {reason}")
        raise ProfileError((problem,)) from error


def check_shape(
    path: Path | str, text: str, values: Mapping[str, object], shape: type[_Shape]
) -> tuple[_Shape | None, tuple[Problem, ...]]:
    """Return the values of a file as the shape that they must have, None with every mistake."""
    # Half a second of imports that `paperlark --version` does not need.
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return shape.model_validate(values), ()
    except ValidationError as error:
        return None, tuple(
            Problem(path, line_of(text, details["loc"]), _message(details, shape))
            for details in error.errors()
        )


def _message(details: ErrorDetails, shape: type[BaseModel]) -> str:
    """Return what is wrong and what was expected, without pydantic's vocabulary."""
    place = [str(part) for part in details["loc"] if isinstance(part, str)]
    name = ".".join(place)
    if details["type"] == "extra_forbidden":
        return _unknown_setting(name, place[-1], tuple(_fields(shape, place[:-1])))
    expected = _description(shape, place)
    if details["type"] == "missing":
        return f"{name} is missing; expected {expected}"
    if any(part.endswith("_variable") for part in place):
        # It may be the secret itself, so it is not repeated.
        return (
            f"{name} is not the name of a secret; if it is the secret itself, delete it here and"
            f" revoke it; expected {expected}"
        )
    if details["type"] == "value_error":
        return f"{name}: {details['msg'].removeprefix('Value error, ')}"
    return f"{name} is {quoted(details['input'])}; expected {expected}"


def _fields(shape: type[BaseModel], place: Iterable[str]) -> Mapping[str, object]:
    """Find the properties of the table that a place is in."""
    schema = shape.model_json_schema()
    properties: Mapping[str, object] = schema["properties"]
    for part in place:
        found = re.search(r"#/\$defs/(\w+)", str(properties.get(part, "")))
        if found is None:
            break
        properties = schema["$defs"][found[1]]["properties"]
    return properties


_LONGEST_KEY = 60
"""Characters of a setting's name that are looked at, and shown."""


def _unknown_setting(name: str, key: str, known: tuple[str, ...]) -> str:
    """Name the setting that was probably meant, else all that can stand there."""
    if len(key) > _LONGEST_KEY:
        return f'unknown setting "{name[:_LONGEST_KEY]}…"; no setting has so long a name'
    plain = key.lower().replace("-", "_")
    same = [one for one in known if one.replace("_", "") == plain.replace("_", "")]
    close = same or difflib.get_close_matches(plain, known, n=1, cutoff=0.75)
    if close:
        return f'unknown setting "{name}" (did you mean {close[0]}?)'
    return f'unknown setting "{name}"; expected one of {", ".join(known)}'


def _description(shape: type[BaseModel], place: list[str]) -> str:
    field = _fields(shape, place[:-1]).get(place[-1]) if place else None
    return str(field["description"]) if isinstance(field, Mapping) else "something else"


def _criteria(path: Path, *, needed: bool) -> tuple[Criteria | None, tuple[Problem, ...]]:
    try:
        return check_interests(path, read_criteria(path)), ()
    except ProfileError as error:
        return None, error.problems if needed else ()
