"""Files of one JSON value a line, plain, gzip or xz, read line by line."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeVar, cast

from pydantic import BaseModel, ValidationError

from paperlark.domain.errors import RecordingUnreadable

_Shape = TypeVar("_Shape", bound=BaseModel)
_SUFFIXES = ("", ".gz", ".xz")
_MEND = "get the file again, or correct the line"


def find(folder: Path, name: str) -> Path | None:
    """Find a file under its name, or that and `.gz` or `.xz`."""
    paths = (folder / f"{name}{suffix}" for suffix in _SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def rows(path: Path, shape: type[_Shape]) -> Iterator[tuple[int, _Shape]]:
    """Give each line, with its number from 1, as a value of that shape; blank lines are skipped.

    Raises RecordingUnreadable, with the line's number where one is at fault.
    """
    number = 0
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, shape.model_validate_json(line)
    except ValidationError as error:
        raise RecordingUnreadable(f"{path}:{number}: {_first(error)}", mend=_MEND) from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordingUnreadable(
            f"{path} cannot be read after line {number} ({reason})", mend="get the file again"
        ) from error


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    return lzma.open(path) if path.suffix == ".xz" else path.open("rb")


def _first(error: ValidationError) -> str:
    """Say of the first mistake where in the line it is, and what is wrong there."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
