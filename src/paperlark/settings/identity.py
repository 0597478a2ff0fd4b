"""Find whose a profile's pages and votes are, and write the id into a profile without one."""

from __future__ import annotations

import codecs
import json
import logging
import os
import secrets
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.readers import (
    ALPHABET,
    RANDOM,
    Claim,
    Holding,
    KnownReader,
    find_reader,
    generate_id,
    new_reader,
    unclaimed,
)
from paperlark.ports import ReaderTable
from paperlark.settings.load import line_of
from paperlark.settings.values import Settings

_log = logging.getLogger(__name__)

_MEANING = "votes and pages are stored under it: keep it, but not in a copy"
_LARGEST = 1 << 20
"""Bytes read of another profile."""


def known(settings: Settings, table: ReaderTable) -> Settings:
    """Return the settings with the id that the profile is known by; nothing is written.

    A profile that is not known yet has an id under which nothing is stored. Raises IdentityShared
    where another profile has the same id, StoreError.
    """
    if settings.is_stored and settings.id is not None:
        return settings  # an account is its own reader, and there may be very many others
    return find_id(settings, table.all())


def find_id(settings: Settings, readers: Sequence[KnownReader]) -> Settings:
    """Return the settings with the id that the profile has among these readers, as `known`."""
    return _with_id(settings, _choose(settings, readers))


def claim(
    settings: Settings, table: ReaderTable, tell: Callable[[str], object] = lambda _: None
) -> Settings:
    """Return the settings with the profile's id, which is stored and written into its file.

    A file that cannot be written stays as it is: the database then knows the profile by its path
    and title. `tell` is told of a new reader that could be taken for another. Raises
    IdentityShared where another profile has the same id, StoreError.
    """
    if settings.is_stored and settings.id is not None:
        return settings  # as `known`
    before = table.all()
    chosen = _choose(settings, before)
    if chosen not in before:
        chosen = table.keep(lambda readers: _choose(settings, readers))
        if all(chosen.id != one.id for one in before):
            for line in _taken_for(settings, chosen, before):
                tell(line)
    if settings.id is None and settings.file is not None:
        write_id(settings.file, chosen.id)
    return _with_id(settings, chosen)


def other_readers(
    settings: Settings, readers: Sequence[KnownReader]
) -> tuple[tuple[KnownReader, ...], tuple[KnownReader, ...]]:
    """Return the readers whose profiles are in use elsewhere, and those without a profile."""
    elsewhere = tuple(one for one in readers if _holding(settings, one).elsewhere)
    return elsewhere, unclaimed(readers, lambda one: _holding(settings, one))


def id_setting(reader: str) -> str:
    """Return the setting of a profile that says whose it is."""
    return f"id = {json.dumps(reader, ensure_ascii=False)}"


def id_line(reader: str) -> str:
    """Return that setting with what it is for."""
    return f"{id_setting(reader)}  # {_MEANING}"


def random_id(title: str) -> str:
    """Return a new id for a profile of that title."""
    return generate_id(title, _random)


def write_id(path: Path, reader: str) -> bool:
    """Write the id into a profile, below its name; return whether that was possible.

    All else stays as it is, to the byte; the file is replaced at once or not at all.
    """
    try:
        target = path.resolve()
        content = target.read_bytes()
        new = with_id(content, reader)
        if new is None:
            return False
        _replace(target, new)
    except OSError as error:
        _log.info("the id %r could not be written into %s: %s", reader, path, error.strerror)
        return False
    _log.info("wrote the id %r into %s", reader, path)
    return True


def with_id(content: bytes, reader: str) -> bytes | None:
    """Return a profile with an id; None where it has one, or is no TOML."""
    try:
        before = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if "id" in before:
        return None
    marked = content.startswith(codecs.BOM_UTF8)
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    end = "\r\n" if "\r\n" in "".join(lines) else "\n"
    # Below the name; at the very top where the name fills several lines.
    for place in (line_of("".join(lines), ("name",)) or 0, 0):
        head = "".join(lines[:place])
        last = end if head and not head.endswith("\n") else ""
        text = f"{head}{last}{id_line(reader)}{end}{''.join(lines[place:])}"
        if _reads_as(text, {**before, "id": reader}):
            return (codecs.BOM_UTF8 if marked else b"") + text.encode()
    return None


def _reads_as(text: str, values: Mapping[str, object]) -> bool:
    try:
        return tomllib.loads(text) == values
    except ValueError:
        return False


def _choose(settings: Settings, readers: Sequence[KnownReader]) -> KnownReader:
    """Return the profile's reader as it is to be stored."""
    claimed = _claim_of(settings)
    found = find_reader(claimed, readers, lambda one: _holding(settings, one))
    if found is None:
        return new_reader(claimed, readers, _random)
    return replace(found, title=claimed.title, profile=claimed.profile or found.profile)


def _claim_of(settings: Settings) -> Claim:
    path = "" if settings.file is None else _text(settings.file)
    profile = settings.profile
    return Claim(settings.id, profile.id, profile.title, path, str(settings.database))


def _with_id(settings: Settings, reader: KnownReader) -> Settings:
    return replace(settings, profile=replace(settings.profile, id=reader.id))


def _holding(settings: Settings, reader: KnownReader) -> Holding:
    if not reader.profile:
        return Holding()
    there, own = Path(reader.profile), settings.file
    if own is not None and (_text(own) == reader.profile or _same(own, there)):
        return Holding(here=True)
    return Holding(elsewhere=_still_its_profile(there, reader, settings.database))


def _still_its_profile(path: Path, reader: KnownReader, database: DatabasePlace) -> bool:
    """Return whether the file there uses this database and is still this reader's."""
    if not os.path.isfile(path):  # noqa: PTH113  # no error where the folder cannot be entered
        return False
    try:
        with path.open("rb") as file:
            values = tomllib.loads(file.read(_LARGEST).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return True  # being edited, perhaps: it is not taken over
    named = str(values.get("database", "paperlark.db"))
    if isinstance(database, DatabaseServer):
        if named != database.address:
            return False
    else:
        there = path.parent / named
        if os.path.normpath(there) != str(database) and not _same(there, database):
            return False
    return bool(values.get("id", reader.id) == reader.id)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _taken_for(
    settings: Settings, reader: KnownReader, others: Sequence[KnownReader]
) -> Iterator[str]:
    """Yield what a new reader could be taken for: one of the same title, or one renamed."""
    for one in others:
        if reader.title in {one.id, one.title} and settings.id is None:
            where = one.profile or "a profile that is gone"
            yield (
                f"{settings.database} has pages of another profile of that title, {where}: this"
                f" one is now known by the id {reader.id!r}"
            )
    lost = unclaimed(others, lambda one: _holding(settings, one))
    if lost:
        yield (
            f"{reader.title!r} is a new reader of {settings.database}, which also has pages of"
            f" {', '.join(repr(one.title) for one in lost)}: to go on with those, write"
            f" {id_setting(lost[0].id)} into {settings.file}"
        )


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))


def _text(path: Path) -> str:
    """Return a path as a text that can be stored, whatever bytes its names are made of."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _replace(target: Path, content: bytes) -> None:
    """Replace a file by one with the same owner and permissions."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        shutil.copystat(target, beside)
        if hasattr(os, "chown"):  # Windows has none, and no such owners
            owner = target.stat()
            if (owner.st_uid, owner.st_gid) != (os.getuid(), os.getgid()):
                os.chown(beside, owner.st_uid, owner.st_gid)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
