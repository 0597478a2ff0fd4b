"""Change values in a profile's text: every other line of the file stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paperlark.domain.errors import Problem, ProfileError

HEADER = re.compile(r"\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?")
"""A line that begins a table."""
_VALUE = r"""(?:[+\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
"""A number, or a text in one line."""
_MARK = "\ufeff"
"""Some editors put a mark of UTF-8 before the text."""
_FORM = "it has them in another form; edit it by hand"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProfileEdit:
    """A change of a profile: of its text, and of the values that it then has.

    `what` names those in errors.
    """

    text: Callable[[str], str]
    values: Callable[[Values], Values]
    what: str


def edited_text(name: Path | str, written: str, edit: ProfileEdit) -> str:
    """Return a profile's text after an edit, with the mark and line ends that it has.

    Raises ProfileError, naming the profile, unless exactly the wanted values change.
    """
    text, windows = written.removeprefix(_MARK), "\r\n" in written
    edited = edit.text(text.replace("\r\n", "\n") if windows else text)
    if not _is_changed(text, edited, edit.values):
        problem = Problem(name, None, f"{edit.what} cannot be changed from here")
        raise ProfileError((problem,), hint=_FORM)
    if windows:
        edited = edited.replace("\n", "\r\n")
    return f"{_MARK if written.startswith(_MARK) else ''}{edited}"


def changed_meanwhile(name: Path | str) -> ProfileError:
    """Return the error of a text that is no longer the one that was to be changed."""
    changed = Problem(name, None, "was changed meanwhile by somebody else")
    return ProfileError((changed,), hint="reload the page, and try again")


def edit_profile(path: Path, edit: ProfileEdit, *, instead_of: str | None = None) -> None:
    """Change a profile's file, after a check that exactly the wanted values change.

    `instead_of` is the `fingerprint` of the file that is to be changed. Raises ProfileError, and
    then nothing changed.
    """
    try:
        content = path.read_bytes()
        if instead_of is not None and fingerprint_of(content) != instead_of:
            raise changed_meanwhile(path)
        edited = edited_text(path, content.decode("utf-8"), edit)
        _replace(path.resolve(), edited.encode())
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise ProfileError((Problem(path, None, f"cannot be changed ({why})"),)) from error


def fingerprint(path: Path) -> str:
    """Return what changes whenever the file does; empty where it cannot be read."""
    try:
        return fingerprint_of(path.read_bytes())
    except OSError:
        return ""


def fingerprint_of(content: bytes) -> str:
    """Return what is equal for equal contents."""
    return hashlib.sha256(content).hexdigest()


def with_value(text: str, table: str, key: str, value: int | str) -> str:
    """Return a text in which a key of a table has this value; the table "" is the file's own.

    A key that is not there comes after the last one of its table, a table at the end of the text.
    """
    written = json.dumps(value, ensure_ascii=False)
    lines = text.splitlines(keepends=True)
    headers = [
        (number, found["name"]) for number, line in enumerate(lines)
        if (found := HEADER.fullmatch(line.rstrip("\n")))
    ]  # fmt: skip
    starts = [number + 1 for number, name in headers if name == table] if table else [0]
    if not starts:
        end = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{end}[{table}]\n{key} = {written}\n"
    start = starts[0]
    end_at = next((number for number, _ in headers if number >= start), len(lines))
    old = re.compile(rf"(?P<before>\s*{key}\s*=\s*){_VALUE}(?P<after>\s*(?:#.*)?\n?)")
    for number in range(start, end_at):
        if found := old.fullmatch(lines[number]):
            lines[number] = f"{found['before']}{written}{found['after']}"
            return "".join(lines)
    while end_at > start and is_remark(lines[end_at - 1]):
        end_at -= 1
    if end_at and not lines[end_at - 1].endswith("\n"):
        lines[end_at - 1] += "\n"
    return "".join((*lines[:end_at], f"{key} = {written}\n", *lines[end_at:]))


def is_remark(line: str) -> bool:
    """Return whether a line is empty or a comment."""
    return not line.strip() or line.lstrip().startswith("#")


def _is_changed(text: str, edited: str, change: Callable[[Values], Values]) -> bool:
    try:
        before, after = tomllib.loads(text), tomllib.loads(edited)
    except (ValueError, RecursionError):
        return False
    try:
        return _without_empty(change(before)) == _without_empty(after)
    except (TypeError, AttributeError):
        return False  # what is to be changed is of another type there


def _without_empty(values: Values) -> Values:
    return {key: value for key, value in values.items() if value != []}


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
