"""Make man pages from click's commands: one of each command, and one of paperlark itself.

`make reference` writes them to src/man, from where the wheel takes them. Section 1, the macros of
man(7), which every reader of man pages understands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from paperlark import __version__
from paperlark.cli import cli

MAN = Path(__file__).resolve().parent.parent / "src" / "man"
_KEPT = "\b"
"""click's sign, alone on a line, for a paragraph whose lines stay as they are."""
_SPECIAL = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha",
                          "~": "\\(ti"})  # fmt: skip


def man_pages() -> dict[str, str]:
    """Return every page's file name and text."""
    helps = ["-h", "--help"]  # as the command line has it; those inside inherit it
    context = click.Context(cli, info_name="paperlark", help_option_names=helps)
    commands = _inside(cli, context)
    pages = {"paperlark.1": "\n".join(_page(cli, context, tuple(commands))) + "\n"}
    for name, (command, inside) in commands.items():
        pages[f"paperlark-{name}.1"] = "\n".join(_page(command, inside)) + "\n"
    return pages


def _inside(
    group: click.Group, context: click.Context
) -> Mapping[str, tuple[click.Command, click.Context]]:
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {
        name: (one, click.Context(one, parent=context, info_name=name))
        for name, one in found.items()
        if one is not None
    }


def _page(
    command: click.Command, context: click.Context, related: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the lines of a page; `related` are the commands that have pages of their own."""
    name = context.command_path.replace(" ", "-")
    yield f'.TH "{name.upper()}" 1 "" "paperlark {__version__}" "paperlark"'
    yield ".SH NAME"
    yield f"{_text(name)} \\- {_text(_summary(command))}"
    yield from _body(command, context, ".SH")
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        for inner, (one, inside) in _inside(command, context).items():
            if related:
                yield from (".TP", f".BR paperlark\\-{_text(inner)} (1)", _text(_summary(one)))
            else:
                yield f".SS {_quoted(inner)}"
                yield from _body(one, inside, ".P", named=True)
    if command.epilog:
        yield ".SH NOTES"
        yield from _paragraphs(command.epilog)
    yield ".SH SEE ALSO"
    others = [f"paperlark-{one}" for one in related] or ["paperlark"]
    yield from (
        f".BR {_text(one)} (1){',' if place < len(others) else ''}"
        for place, one in enumerate(others, start=1)
    )


def _body(
    command: click.Command, context: click.Context, header: str, *, named: bool = False
) -> Iterator[str]:
    """Yield usage, description and options, each under a header or as paragraphs."""
    usage = " ".join(command.collect_usage_pieces(context))
    yield from () if named else (f"{header} SYNOPSIS",)
    yield from (f".B {_text(context.command_path)}", _text(usage))
    yield from () if named else (f"{header} DESCRIPTION",)
    yield from _paragraphs(command.help or "")
    records = [one.get_help_record(context) for one in command.get_params(context)]
    options = [one for one in records if one is not None]
    if options and not named:
        yield f"{header} OPTIONS"
    for names, said in options:
        yield from (".TP", f".B {_text(names)}", _text(" ".join(said.split())))


def _summary(command: click.Command) -> str:
    return command.get_short_help_str(limit=200).rstrip(".")


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that click leaves as they are stay so."""
    for paragraph in re.split(r"\n\s*\n", _dedented(text).strip("\n")):
        lines = paragraph.split("\n")
        yield ".P"
        if lines[0].strip(" ") == _KEPT:
            yield from (".nf", *(_text(line) for line in lines[1:]), ".fi")
        else:
            yield _text(" ".join(paragraph.split()))


def _dedented(text: str) -> str:
    first, _, rest = text.partition("\n")
    widths = [len(line) - len(line.lstrip(" ")) for line in rest.split("\n") if line.strip()]
    width = min(widths, default=0) if first.strip() and _KEPT not in first else 0
    return "\n".join((first, *(line[width:] for line in rest.split("\n"))))


def _quoted(text: str) -> str:
    return '"' + _text(text).replace('"', "\\(dq") + '"'


def _text(text: str) -> str:
    """Return a text in which roff finds no request and no escape of its own."""
    escaped = text.translate(_SPECIAL)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
