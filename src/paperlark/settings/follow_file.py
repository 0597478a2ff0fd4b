"""Add and remove `[[follow]]` tables in a profile; every other line of the file stays as it is."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from paperlark.domain.errors import Problem, ProfileError
from paperlark.domain.profile import FollowedAuthor

_HEADER = re.compile(r"\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?")
_MARK = "\ufeff"
"""Some editors put a mark of UTF-8 before the text."""


def add_follow(path: Path, author: FollowedAuthor) -> None:
    """Append a table for an author to a profile; raises ProfileError, and then nothing changed."""
    _check(path, author)

    def add(text: str) -> str:
        gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}{_table(author)}"

    _edit(path, add, lambda follow: [*follow, _values(author)])


def _check(path: Path, author: FollowedAuthor) -> None:
    """Raise ProfileError where a profile with this author could not be read again."""
    from pydantic import ValidationError  # noqa: PLC0415  # half a second, and rarely needed

    from paperlark.settings.file_shape import FollowShape  # noqa: PLC0415  # likewise

    try:
        FollowShape.model_validate(_values(author))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        expected = FollowShape.model_fields[field].description
        given = f"{_values(author)[field]!r:.80}"
        problem = Problem(path, None, f"follow.{field} would be {given}; expected {expected}")
        raise ProfileError((problem,)) from error


def remove_follow(path: Path, position: int) -> None:
    """Remove the table of an author, by its position; comments outside of it stay.

    Raises ProfileError, and then nothing changed.
    """
    _edit(path, lambda text: _without(text, position), lambda follow: _others(follow, position))


def _others(follow: list[Any], position: int) -> list[Any]:
    return [one for number, one in enumerate(follow) if number != position]


def _table(author: FollowedAuthor) -> str:
    lines = [f"{key} = {_toml(value)}" for key, value in _values(author).items()]
    return "\n".join(("[[follow]]", *lines)) + "\n"


def _values(author: FollowedAuthor) -> dict[str, object]:
    values: dict[str, object] = {"name": author.name}
    if author.aliases:
        values["aliases"] = list(author.aliases)
    if author.id is not None:
        values["id"] = author.id
    return values


def _toml(value: object) -> str:
    # JSON's strings and lists are TOML's too, but for the one character that JSON does not mind.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _without(text: str, position: int) -> str:
    lines = text.splitlines(keepends=True)
    headers = [
        (number, found["name"]) for number, line in enumerate(lines)
        if (found := _HEADER.fullmatch(line.rstrip("\n")))
    ]  # fmt: skip
    follows = [number for number, name in headers if name == "follow"]
    if position >= len(follows):
        return text
    start = follows[position]
    end = next((number for number, _ in headers if number > start), len(lines))
    # Comments after the last value belong to what follows.
    while end > start + 1 and _is_remark(lines[end - 1]):
        end -= 1
    # Of the gaps before and behind, one is left; none at the end of the file.
    while start and end == len(lines) and not lines[start - 1].strip():
        start -= 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    return "".join(lines[:start] + lines[end:])


def _is_remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _edit(path: Path, edit: Callable[[str], str], change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the text, and check that exactly the wanted values changed before it is written."""
    try:
        written = path.read_bytes().decode("utf-8")
        text, windows = written.removeprefix(_MARK), "\r\n" in written
        edited = edit(text.replace("\r\n", "\n") if windows else text)
        if not _is_changed(text, edited, change):
            raise ProfileError(
                (Problem(path, None, "its [[follow]] tables cannot be changed from here"),),
                hint="it has them in another form; edit it by hand",
            )
        if windows:
            edited = edited.replace("\n", "\r\n")
        mark = _MARK if written.startswith(_MARK) else ""
        _replace(path.resolve(), f"{mark}{edited}".encode())
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise ProfileError((Problem(path, None, f"cannot be changed ({why})"),)) from error


def _is_changed(text: str, edited: str, change: Callable[[list[Any]], list[Any]]) -> bool:
    try:
        before, after = tomllib.loads(text), tomllib.loads(edited)
    except (ValueError, RecursionError):
        return False
    follow = before.get("follow", [])
    return isinstance(follow, list) and _others_of(before) == _others_of(after) and (
        change(follow) == after.get("follow", [])
    )  # fmt: skip


def _others_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in values.items() if key != "follow"}


def _replace(path: Path, content: bytes) -> None:
    """Replace a file as a whole, with the permissions that it has."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        beside = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            beside.chmod(path.stat().st_mode & 0o7777)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
