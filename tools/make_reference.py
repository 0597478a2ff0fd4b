"""Write docs/reference and the man pages from the code.

A test holds the committed files against what this writes, so they cannot drift.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from environment_page import environment_page
from man_pages import MAN, man_pages

import paperlark
from paperlark import api, ports
from paperlark.api import (
    databases,
    evaluation,
    feeds,
    first_session,
    groups,
    installation,
    interests,
    new_reader,
    opened_profile,
    opening,
    reader_accounts,
    reading,
    several_profiles,
)
from paperlark.cli import cli
from paperlark.domain.run_states import MEANINGS
from paperlark.plugins import PluginContext
from paperlark.plugins.registry import METHODS, PluginGroup
from paperlark.renderers.schema import json_schema
from paperlark.renderers.webhook_schema import webhook_schema
from paperlark.settings.file_shape import ProfileShape
from paperlark.settings.group_shape import GroupShape

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
Schema = Mapping[str, Any]


def main() -> None:
    """Write every file."""
    for name, text in reference().items():
        (REFERENCE / name).write_text(text, "utf-8")
        print(f"wrote docs/reference/{name}")
    pages = man_pages()
    for old in MAN.glob("*.1"):
        old.unlink()
    MAN.mkdir(exist_ok=True)
    for name, text in pages.items():
        (MAN / name).write_text(text, "utf-8")
    print(f"wrote {len(pages)} man pages to src/man")


def reference() -> dict[str, str]:
    """Return every file's name and text."""
    return {
        "settings.md": "\n".join(_settings()) + "\n",
        "commands.md": "\n".join(_commands()) + "\n",
        "api.md": "\n".join(_api()) + "\n",
        "states.md": "\n".join(_states()) + "\n",
        "plug-ins.md": "\n".join(_plugins()) + "\n",
        "environment.md": "\n".join(environment_page()) + "\n",
        "digest.schema.json": json_schema(),
        "webhook.schema.json": webhook_schema(),
    }


def _settings() -> Iterator[str]:
    schema = ProfileShape.model_json_schema()
    yield "# Settings\n\nWhat may stand in `paperlark.toml`. Paths are relative to it."
    yield from _table("The file itself", schema, schema)
    for name, field in schema["properties"].items():
        if shape := _shape(field):
            header = f"`[[{name}]]`" if field.get("type") == "array" else f"`[{name}]`"
            yield from _table(header, schema["$defs"][shape], schema)
    yield from _group_settings()


def _group_settings() -> Iterator[str]:
    schema = GroupShape.model_json_schema()
    yield "\n# Settings of a group\n\nWhat may stand in the file of `paperlark read --group`."
    yield from _table("The file of a group", schema, schema)
    for name, shape in (
        ("[sign_in]", "SignInShape"),
        ("[members.NAME]", "MemberShape"),
        ("[budget]", "GroupBudgetShape"),
    ):
        yield from _table(f"`{name}`", schema["$defs"][shape], schema)


def _table(title: str, table: Schema, schema: Schema) -> Iterator[str]:
    yield f"\n## {title}\n"
    if table is not schema:
        yield f"{table['description']}\n"
    yield "| setting | what it is | unless given |"
    yield "| --- | --- | --- |"
    for name, field in table["properties"].items():
        needed = name in table.get("required", ())
        default = "needed" if needed else _default(field, nested=_shape(field) is not None)
        yield f"| `{name}` | {field['description']} | {default} |"


def _shape(field: Schema) -> str | None:
    """Name the table that a field holds, if it holds one."""
    text = str(field)
    return text.partition("#/$defs/")[2].partition("'")[0] if "Shape'" in text else None


def _default(field: Schema, *, nested: bool) -> str:
    value = field.get("default")
    if nested or value in (None, []):
        return "none"
    return f"`{value}`".replace("True", "true").replace("False", "false").replace("'", '"')


def _states() -> Iterator[str]:
    yield "# What the states mean and what to do\n"
    yield "A run ends in one of these; the page, the manifest and the exit code say which.\n"
    yield "| state | exit code | what it says | what to do |"
    yield "| --- | ---: | --- | --- |"
    for state, meaning in MEANINGS.items():
        yield f"| `{state}` | {meaning.exit_code} | {meaning.says} | {meaning.advice} |"
    yield "\nA mistake in the command itself ends with exit code 2, and `paperlark morning` or"
    yield "`paperlark deliver` with 4 where a page did not reach somebody. `paperlark show --days`"
    yield "lists the days that have a page; `DATE.manifest.json` beside a page says what it was"
    yield "made from, `DATE.failed.json` why there is none."


_API = (
    opening,
    opened_profile,
    reading,
    feeds,
    interests,
    new_reader,
    first_session,
    several_profiles,
    groups,
    reader_accounts,
    evaluation,
    installation,
    databases,
)
"""The modules of the API, in the order of the page."""


def _api() -> Iterator[str]:
    yield "# Python API\n"
    yield _prose(inspect.getdoc(api) or "")
    yield _EXAMPLES
    for name, function in api_functions().items():
        yield from _function(name, function)
    classes = [one for one in map(_public, paperlark.__all__) if inspect.isclass(one)]
    errors = [one for one in classes if issubclass(one, Exception)]
    values = [one for one in classes if one not in errors and one not in _DESCRIBED]
    yield from _class_table("Values", values)
    yield from _class_table("Errors", errors)


_DESCRIBED = (api.OpenedProfile, api.ReadingActions, api.Feeds, api.Interests)
"""Classes that are described by their methods."""

_EXAMPLES = """
In the examples `profile` is the bundled sample, `with_model` the same with a model in its profile,
`accounts` a group with a database, and `environment` has a clock that stands still at 26 February
2025. Every example is run as a test, in the order of this page.
"""


_PORTS = {
    PluginGroup.SOURCES: ports.Source,
    PluginGroup.JUDGES: ports.Judge,
    PluginGroup.CHANNELS: ports.Channel,
    PluginGroup.SAVERS: ports.Saver,
    PluginGroup.RANKERS: ports.Ranker,
}


def _plugins() -> Iterator[str]:
    yield "# Plug-ins\n"
    yield (
        "Each entry point is a callable that is given a `PluginContext` and returns an object with"
        " the methods and properties of its group."
        " How to: [plug-ins](../how-to/plug-ins.md).\n"
    )
    yield from _plugin_methods("PluginContext", PluginContext, ("text", "path"))
    for group, port in _PORTS.items():
        yield from _plugin_methods(f"`{group}`: {port.__name__}", port, METHODS[group])


_NOT_RUN = "<!-- not run: how a method is called, which is no statement -->"


def _plugin_methods(title: str, owner: type, names: tuple[str, ...]) -> Iterator[str]:
    yield f"## {title}\n"
    yield _prose(inspect.getdoc(owner) or "")
    for name in names:
        one = inspect.getattr_static(owner, name)
        yield f"### {owner.__name__}.{name}\n"
        if isinstance(one, property):
            result = inspect.signature(one.fget).return_annotation if one.fget else ""
            yield f"{_NOT_RUN}\n```python\n{name}: {result}\n```\n"
        else:
            call = _call(f"{owner.__name__}.{name}", inspect.signature(one))
            yield f"{_NOT_RUN}\n```python\n{call}\n```\n"
        yield _prose(inspect.getdoc(one) or "")


def api_functions() -> dict[str, Any]:
    """Return every public function and method, by its name on the page, in the order of the code.

    `OpenedProfile` stands before its methods.
    """
    found: dict[str, Any] = {}
    for module in _API:
        for name, one in vars(module).items():
            if name in paperlark.__all__ and getattr(one, "__module__", "") == module.__name__:
                found[f"paperlark.{name}"] = one
                members = vars(one).items() if inspect.isclass(one) else ()
                methods = {key: value for key, value in members if inspect.isfunction(value)}
                found |= {f"{name}.{key}": one for key, one in methods.items() if key[0] != "_"}
    return found


def _public(name: str) -> object:
    return getattr(paperlark, name)


def _function(title: str, function: Any) -> Iterator[str]:  # noqa: ANN401  # any function
    yield f"{'##' if title.startswith('paperlark.') else '###'} {title}\n"
    if not inspect.isclass(function):
        yield f"```python\n{_call(title, inspect.signature(function))}\n```\n"
    yield _prose(inspect.getdoc(function) or "")


def _call(title: str, signature: inspect.Signature) -> str:
    """Return how a function is called; defaults that are no plain values are shown as dots."""
    parts: list[str] = []
    for name, one in signature.parameters.items():
        if name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        plain = one.default is None or isinstance(one.default, bool | int | str)
        default = f" = {one.default!r}" if plain else " = ..."
        parts.append(f"{name}: {one.annotation}{'' if one.default is one.empty else default}")
    line = f"{title}({', '.join(parts)}) -> {signature.return_annotation}"
    if len(line) <= _WIDTH:
        return line
    inside = "".join(f"    {part},\n" for part in parts)
    return f"{title}(\n{inside}) -> {signature.return_annotation}"


_WIDTH = 92


def _prose(doc: str) -> str:
    """Return a docstring as Markdown: arguments as a list, examples and indented code as code."""
    lines: list[str] = []
    for block in doc.split("\n\n"):
        if block.startswith(">>>"):
            lines.append(f"```pycon\n{block}\n```")
        elif block.startswith("    "):
            lines.append(f"```python\n{inspect.cleandoc(block)}\n```")
        elif block.startswith("Arguments:"):
            entries = re.sub(r"\n {8,}", " ", block).splitlines()[1:]
            lines.append("\n".join(re.sub(r"^ +([\w, ]+):", r"- `\1`:", one) for one in entries))
        else:
            lines.append(block)
    text = "\n\n".join(lines)
    # Blank lines inside a block of code belong to it.
    return re.sub(r"\n```\n\n```(?:python)\n", "\n\n", text) + "\n"


def _class_table(title: str, classes: list[type]) -> Iterator[str]:
    yield f"## {title}\n\n| name | what it is | attributes |\n| --- | --- | --- |"
    for one in classes:
        said = " ".join((inspect.getdoc(one) or "").split())
        fields = [name for name in getattr(one, "__dataclass_fields__", ()) if name[0] != "_"]
        members = list(getattr(one, "__members__", {}))
        listed = ", ".join(f"`{name}`" for name in (*fields, *members))
        yield f"| `{one.__name__}` | {said} | {listed} |"
    yield ""


def _commands() -> Iterator[str]:
    yield "# Commands\n\nWhat `--help` says.\n"
    context = click.Context(cli, info_name="paperlark", max_content_width=100)
    yield _help(cli, context)
    yield from _helps_of(cli, context)


def _helps_of(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inside = click.Context(command, parent=context, info_name=name)
        yield _help(command, inside)
        if isinstance(command, click.Group):
            yield from _helps_of(command, inside)


def _help(command: click.Command, context: click.Context) -> str:
    # The width of the terminal that this runs in must not show.
    context.terminal_width = 92
    return f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    main()
