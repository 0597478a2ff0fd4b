"""Recordings of judged days: what a model once said of a day's papers, in a `.jsonl[.gz]` file.

One line a day, of which these keys are read: `day`, `model`, `printed` (with `total`, `scanned`,
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

_GZIP = b"\x1f\x8b"
_MEND = "get the recording again, or correct the line"

_Score = Annotated[int, Field(strict=True, ge=LOWEST, le=HIGHEST)]
_Count = Annotated[int, Field(strict=True, ge=0)]


def _bare_id(text: str) -> PaperId:
    """Leave out a version: what is recorded speaks for any."""
    identifier = Identifier.parse(text)
    if identifier is None:
        msg = f"{text!r} is not an arXiv id"
        raise ValueError(msg)
    return identifier.id


class RecordedPaper(BaseModel):
    """One recorded paper; one of a followed author has no scores and no judgement."""

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
    """What the day's page said of its papers and of what it used; the cost is in US dollars."""

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
            msg = "a paper stands twice in one day"
            raise ValueError(msg)
        return self


def read_recording(path: Path) -> bytes:
    """Give the file's content, unpacked; raises RecordingUnreadable."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingUnreadable(
            f"the recording {path} cannot be read", hint="check the path, or get the file again"
        ) from error


def recorded_days(name: str, content: bytes) -> Mapping[date, RecordedDay]:
    """Read every line of the file called `name`; raises RecordingUnreadable naming a wrong one."""
    days: dict[date, RecordedDay] = {}
    for number, line in enumerate(BytesIO(content), start=1):
        if not line.strip():
            continue
        try:
            day = RecordedDay.model_validate_json(line)
        except ValidationError as error:
            raise RecordingUnreadable(f"{name}:{number}: {_first(error)}", hint=_MEND) from error
        if day.day in days:
            raise RecordingUnreadable(f"{name}:{number}: {day.day} stands twice", hint=_MEND)
        days[day.day] = day
    return days


def _first(error: ValidationError) -> str:
    """Say of the first mistake where in the line it is, and what is wrong there."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
