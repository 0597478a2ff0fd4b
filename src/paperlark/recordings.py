"""Recordings of judged days: a model's judgements of a day's papers, in a `.jsonl[.gz]` file.

One line a day, with these keys: `day`, `model`, `printed` (with `total`, `scanned`,
`relevant`, `prompt_tokens`, `completion_tokens` and `cost_usd`) and `selected` (with `id`,
`relevance`, `novelty` and `comment`).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from paperlark.domain.errors import RecordingUnreadable
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.paper import Identifier, PaperId

LARGEST = 64 * 2**20
"""Bytes that a recorded file may have, unpacked: a device or a gzip bomb has no end."""
_GZIP = b"\x1f\x8b"
_HINT = "get the recording again, or fix the line"

_Score = Annotated[int, Field(strict=True, ge=LOWEST, le=HIGHEST)]
_Count = Annotated[int, Field(strict=True, ge=0)]


def _bare_id(text: str) -> PaperId:
    """Drop the version: a recorded judgement counts for any."""
    identifier = Identifier.parse(text)
    if identifier is None:
        msg = f"{text!r} is not an arXiv id"
        raise ValueError(msg)
    return identifier.id


class RecordedPaper(BaseModel):
    """One recorded paper; a paper of a followed author has no scores and no judgement."""

    id: Annotated[str, AfterValidator(_bare_id)]
    relevance: _Score | None
    novelty: _Score | None
    comment: str

    @model_validator(mode="after")
    def _has_both_scores_or_none(self) -> RecordedPaper:
        if (self.relevance is None) != (self.novelty is None):
            msg = f"{self.id} has one score without the other"
            raise ValueError(msg)
        return self


class RecordedSelection(BaseModel):
    """The page's counts of papers and tokens, and its cost in US dollars."""

    total: _Count | None = None
    scanned: _Count | None = None
    relevant: _Count | None = None
    prompt_tokens: _Count | None = None
    completion_tokens: _Count | None = None
    cost_usd: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = None


class RecordedDay(BaseModel):
    """One line of the file."""

    day: date
    model: str | None = None
    printed: RecordedSelection = RecordedSelection()
    selected: list[RecordedPaper]

    @model_validator(mode="after")
    def _names_each_paper_once(self) -> RecordedDay:
        ids = [row.id for row in self.selected]
        if len(set(ids)) < len(ids):
            msg = "a paper occurs twice in one day"
            raise ValueError(msg)
        return self


def read_unpacked(path: Path) -> bytes:
    """Return a file's content, decompressed where it is gzip's, of at most LARGEST bytes.

    Raises OSError, EOFError or zlib.error.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if content.startswith(_GZIP):
        with gzip.open(BytesIO(content)) as packed:
            content = packed.read(LARGEST + 1)
    if len(content) > LARGEST:
        msg = f"it has more than {LARGEST >> 20} MB"
        raise OSError(msg)
    return content


def read_recording(path: Path) -> bytes:
    """Return the file's content, decompressed; raises RecordingUnreadable."""
    try:
        return read_unpacked(path)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingUnreadable(
            f"the recording {path} cannot be read", hint="check the path, or get the file again"
        ) from error


def recorded_days(name: str, content: bytes) -> Mapping[date, RecordedDay]:
    """Parse every line of the file called `name`; RecordingUnreadable names an invalid one."""
    days: dict[date, RecordedDay] = {}
    for number, line in enumerate(BytesIO(content), start=1):
        if not line.strip():
            continue
        try:
            day = RecordedDay.model_validate_json(line)
        except ValidationError as error:
            raise RecordingUnreadable(f"{name}:{number}: {_first(error)}", hint=_HINT) from error
        if day.day in days:
            raise RecordingUnreadable(f"{name}:{number}: {day.day} occurs twice", hint=_HINT)
        days[day.day] = day
    return days


def _first(error: ValidationError) -> str:
    """Return where in the line the first mistake is, and what is wrong there."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
