"""Add and remove `[[follow]]` tables in a profile; every other line of the file stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paperlark.domain.errors import Problem, ProfileError
from paperlark.domain.profile import FollowedAuthor
from paperlark.settings.profile_edit import HEADER, ProfileEdit, edit_profile, is_remark


def add_follow(path: Path, author: FollowedAuthor) -> None:
    """Append a table for an author to a profile; raises ProfileError, and then nothing changed."""
    edit_profile(path, following(path, author))


def following(name: Path | str, author: FollowedAuthor) -> ProfileEdit:
    """Return the edit that follows an author.

    Raises ProfileError, naming the profile, where that could not be read again.
    """
    check_author(name, author)
    return _edit(
        lambda text: with_follow(text, author),
        lambda follow: [*follow, follow_values(author)],
    )


def with_follow(text: str, author: FollowedAuthor) -> str:
    """Return a profile's text with a table for an author at its end."""
    gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}{_table(author)}"


def check_author(name: Path | str, author: FollowedAuthor) -> None:
    """Raise ProfileError where a profile with this author could not be read again."""
    from pydantic import ValidationError  # noqa: PLC0415  # half a second, and rarely needed

    from paperlark.settings.file_shape import FollowShape  # noqa: PLC0415  # likewise

    try:
        FollowShape.model_validate(follow_values(author))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        expected = FollowShape.model_fields[field].description
        given = f"{follow_values(author)[field]!r:.80}"
        problem = Problem(name, None, f"follow.{field} would be {given}; expected {expected}")
        raise ProfileError((problem,)) from error


def remove_follow(path: Path, position: int) -> None:
    """Remove the table of an author, by its position; comments outside of it stay.

    Raises ProfileError, and then nothing changed.
    """
    edit_profile(path, unfollowing(position))


def unfollowing(position: int) -> ProfileEdit:
    """Return the edit that follows an author, by the position of their table, no longer."""
    return _edit(
        lambda text: without_follow(text, position), lambda follow: _others(follow, position)
    )


def _others(follow: list[Any], position: int) -> list[Any]:
    return [one for number, one in enumerate(follow) if number != position]


def _table(author: FollowedAuthor) -> str:
    lines = [f"{key} = {_toml(value)}" for key, value in follow_values(author).items()]
    return "\n".join(("[[follow]]", *lines)) + "\n"


def follow_values(author: FollowedAuthor) -> dict[str, object]:
    """Return the values of an author's table."""
    values: dict[str, object] = {"name": author.name}
    if author.aliases:
        values["aliases"] = list(author.aliases)
    if author.id is not None:
        values["id"] = author.id
    return values


def _toml(value: object) -> str:
    # JSON's strings and lists are TOML's too, but for the one character that JSON does not mind.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def without_follow(text: str, position: int) -> str:
    """Return a profile's text without the table of an author, by its position."""
    lines = text.splitlines(keepends=True)
    headers = [
        (number, found["name"]) for number, line in enumerate(lines)
        if (found := HEADER.fullmatch(line.rstrip("\n")))
    ]  # fmt: skip
    follows = [number for number, name in headers if name == "follow"]
    if position >= len(follows):
        return text
    start = follows[position]
    end = next((number for number, _ in headers if number > start), len(lines))
    # Comments after the last value belong to what follows.
    while end > start + 1 and is_remark(lines[end - 1]):
        end -= 1
    # Of the gaps before and behind, one is left; none at the end of the file.
    while start and end == len(lines) and not lines[start - 1].strip():
        start -= 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    return "".join(lines[:start] + lines[end:])


def _edit(edit: Callable[[str], str], change: Callable[[list[Any]], list[Any]]) -> ProfileEdit:
    return ProfileEdit(
        edit,
        lambda values: {**values, "follow": change(values.get("follow", []))},
        "its [[follow]] tables",
    )
