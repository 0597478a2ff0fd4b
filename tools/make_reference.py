"""Write docs/reference from the code: settings, commands, and the schema of the JSON page.

A test holds the committed files against what this writes, so they cannot drift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from paperlark.cli import cli
from paperlark.domain.run_states import MEANINGS
from paperlark.renderers.schema import json_schema
from paperlark.settings.file_shape import ProfileShape

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
Schema = Mapping[str, Any]


def main() -> None:
    """Write every file."""
    for name, text in reference().items():
        (REFERENCE / name).write_text(text, "utf-8")
        print(f"wrote docs/reference/{name}")


def reference() -> dict[str, str]:
    """Give every file's name and text."""
    return {
        "settings.md": "\n".join(_settings()) + "\n",
        "commands.md": "\n".join(_commands()) + "\n",
        "states.md": "\n".join(_states()) + "\n",
        "digest.schema.json": json_schema(),
    }


def _settings() -> Iterator[str]:
    schema = ProfileShape.model_json_schema()
    yield "# Settings\n\nWhat may stand in `paperlark.toml`. Paths are relative to it."
    yield from _table("The file itself", schema, schema)
    for name, field in schema["properties"].items():
        if shape := _shape(field):
            header = f"`[[{name}]]`" if field.get("type") == "array" else f"`[{name}]`"
            yield from _table(header, schema["$defs"][shape], schema)


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
