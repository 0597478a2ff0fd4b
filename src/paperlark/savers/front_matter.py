"""Merge a note into the file that its reader has written in: their own text stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperlark.domain.saving import FieldValue, SavedNote

if TYPE_CHECKING:
    import yaml

BEGIN = "<!-- paperlark: what stands from here to the end mark is written again -->"
END = "<!-- paperlark: end; write below -->"
_BLOCK = re.compile(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
_FENCE = "---"
_LONGEST = 64 * 1024
"""Characters of a front matter."""
_WIDE = 10**6
"""Columns: a title is not broken over several lines."""


class Unmergeable(Exception):
    """The front matter of a file cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a file: its lines, and of each field its value and where it stands.

    A value is JSON; lines are counted from 0, the last one is not part of the field.
    """

    lines: tuple[str, ...]
    values: Mapping[str, str]
    places: Mapping[str, tuple[int, int]]


def new_file(note: SavedNote) -> str:
    """Return the file of a paper that has none yet, with room for its reader below the block."""
    fields = "".join(_written(name, value) for name, value in note.fields.items())
    return f"{_FENCE}\n{fields}{_FENCE}\n\n{_marked(note)}\n\n"


def merged(text: str, note: SavedNote, last: Mapping[str, FieldValue]) -> str:
    """Return a file with the note of today.

    `last` are the fields as they were written before. One that its reader has changed or deleted
    since stays so, and all that is not paperlark's stays to the letter. Raises Unmergeable.
    """
    head, body = _split(text)
    block = _marked(note)
    if len(_BLOCK.findall(body)) == 1:
        body = _BLOCK.sub(lambda _: block, body)
    if head is None:
        return body
    found = read_front_matter(head)
    lines = list(found.lines)
    # From the last on, so that what stands before keeps its place.
    for name, (start, end) in sorted(found.places.items(), key=lambda one: -one[1][0]):
        if name in note.fields and found.values[name] == _json(last.get(name)):
            lines[start:end] = [_written(name, note.fields[name])]
    new = (name for name in note.fields if name not in found.places and name not in last)
    lines += [_written(name, note.fields[name]) for name in new]
    return f"{_FENCE}\n{''.join(lines)}{_FENCE}\n{body}"


def paper_of(text: str) -> str | None:
    """Return the arXiv id in the front matter of a file, None where there is none."""
    head, _ = _split(text)
    if head is None:
        return None
    try:
        value = json.loads(read_front_matter(head).values.get("arxiv", "null"))
    except Unmergeable:
        return None
    return value if isinstance(value, str) else None


def _split(text: str) -> tuple[str | None, str]:
    """Split a text into its front matter, None without one, and what follows it."""
    first, newline, rest = text.partition("\n")
    if first.rstrip() != _FENCE or not newline:
        return None, text
    found = re.search(rf"^{_FENCE}[ \t]*(?:\n|\Z)", rest, re.MULTILINE)
    return (rest[: found.start()], rest[found.end() :]) if found else (None, text)


def read_front_matter(head: str) -> FrontMatter:
    """Parse a front matter; raises Unmergeable where it is no YAML, or uses what notes never do."""
    import yaml  # noqa: PLC0415  # only where a note is written

    lines = tuple(head.splitlines(keepends=True))
    if len(head) > _LONGEST:
        raise Unmergeable("its front matter is too long")
    try:
        if any(isinstance(one, yaml.AliasToken) for one in yaml.scan(head, yaml.SafeLoader)):
            raise Unmergeable("its front matter has YAML aliases")
        tree = yaml.compose(head, yaml.SafeLoader)
        values = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 2})" if error.problem_mark else ""
        raise Unmergeable(f"its front matter is not YAML{line}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unmergeable("its front matter is not YAML") from error
    if tree is None:
        return FrontMatter(lines, {}, {})
    if not isinstance(tree, yaml.MappingNode) or tree.flow_style or not isinstance(values, dict):
        raise Unmergeable("its front matter is no list of fields")
    places = dict(_places(tree, lines))
    if len(places) != len(tree.value):
        raise Unmergeable("its front matter has a field twice")
    return FrontMatter(
        lines, {name: _json(values[name]) for name in places if name in values}, places
    )


def _places(
    tree: yaml.MappingNode, lines: tuple[str, ...]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the lines of each field, without comments and empty lines after it."""
    starts = [key.start_mark.line for key, _ in tree.value]
    for (key, _), start, following in zip(
        tree.value, starts, (*starts[1:], len(lines)), strict=True
    ):
        end = following
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        yield str(key.value), (start, end)


def _written(name: str, value: FieldValue) -> str:
    import yaml  # noqa: PLC0415  # only where a note is written

    shown = _Day(value) if name in {"announced", "saved"} and isinstance(value, str) else value
    text: str = yaml.dump(
        {name: shown},
        Dumper=_dumper(),
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=_WIDE,
    )
    return text


class _Day(str):
    """A day, which is written without quotes: programs for notes take it for a date."""

    __slots__ = ()


def _dumper() -> type[yaml.SafeDumper]:
    import yaml  # noqa: PLC0415  # only where a note is written

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]  # the library has no types
        pass

    Dumper.add_representer(
        _Day, lambda dumper, day: dumper.represent_scalar("tag:yaml.org,2002:timestamp", str(day))
    )
    return Dumper


def _marked(note: SavedNote) -> str:
    # The mark of the end cannot stand in a block, whose angle brackets are escaped.
    return f"{BEGIN}\n{note.block}\n{END}"


def _json(value: object) -> str:
    return json.dumps(value, default=str, sort_keys=True)
