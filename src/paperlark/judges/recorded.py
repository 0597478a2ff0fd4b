"""Judging from a recording: what a model once said of a day's papers, in a `.jsonl[.gz]` file.

One line a day, of which these keys are read: `day`, `model`, `printed` (with `prompt_tokens`
and `completion_tokens`) and `selected` (with `id`, `relevance`, `novelty` and `comment`).
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import RecordingUnreadable
from paperlark.domain.judgement import HIGHEST, LOWEST, Exchange, Judgement, Lack, Unjudged
from paperlark.domain.paper import Identifier, Paper, PaperId
from paperlark.domain.spending import Spend, Tokens
from paperlark.judges.reply import clean_comment
from paperlark.llm import prices

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


class _Row(BaseModel):
    """One recorded paper; one of a followed author has no scores and no judgement."""

    id: Annotated[str, AfterValidator(_bare_id)]
    relevance: _Score | None
    novelty: _Score | None
    comment: str

    @model_validator(mode="after")
    def _has_both_scores_or_none(self) -> _Row:
        if (self.relevance is None) != (self.novelty is None):
            msg = f"{self.id} has one score without the other"
            raise ValueError(msg)
        return self

    def judgement(self, paper: Paper) -> Judgement | None:
        """Give it for whichever version is asked about."""
        if self.relevance is None or self.novelty is None:
            return None
        comment = clean_comment(self.comment)
        return Judgement(paper.id, paper.version, self.relevance, self.novelty, comment)


class _Printed(BaseModel):
    """What the day's page said that it used."""

    prompt_tokens: _Count | None = None
    completion_tokens: _Count | None = None


class _Day(BaseModel):
    """One line of the file."""

    day: date
    model: str | None = None
    printed: _Printed = _Printed()
    selected: list[_Row]

    @model_validator(mode="after")
    def _names_each_paper_once(self) -> _Day:
        ids = [row.id for row in self.selected]
        if len(set(ids)) < len(ids):
            msg = "a paper stands twice in one day"
            raise ValueError(msg)
        return self

    def spend(self) -> Spend:
        """Give what the day's page said, priced as of that day."""
        prompt, completion = self.printed.prompt_tokens, self.printed.completion_tokens
        if prompt is None or completion is None:
            return Spend(tokens=None, cost=None)
        tokens = Tokens(prompt, completion)
        at = datetime.combine(self.day, time(), UTC)
        return Spend(tokens, prices.cost(self.model, None, tokens, at) if self.model else None)


class RecordedJudge:
    """A judge that says again what a model once said, and nothing of other papers."""

    def __init__(self, path: Path, criteria: Criteria) -> None:
        content = _read(path)
        self._criteria = criteria
        self._signature = f"recorded/{hashlib.sha256(content).hexdigest()[:16]}"
        self._days = _days(path, content)

    def model(self, day: date) -> str:
        """Name the model that was recorded that day, as far as the recording knows."""
        recorded = self._days.get(day)
        return f"{recorded.model} (recorded)" if recorded and recorded.model else "recorded"

    @property
    def signature(self) -> str:
        """The content of the file."""
        return self._signature

    @property
    def prompt(self) -> str:
        """The criteria, and why they are not the whole prompt."""
        return (
            "These judgements are a recording. It does not carry the prompt they were made with; "
            "these are the reader's criteria as written:\n\n"
            f"{self._criteria.text.strip()}\n"
        )

    def judge(self, papers: Sequence[Paper], day: date) -> Iterator[Exchange | Unjudged]:
        """Give one exchange with the day's usage, unknown where it was not recorded."""
        recorded = self._days.get(day)
        rows = {row.id: row for row in recorded.selected} if recorded else {}
        said = [rows[paper.id].judgement(paper) if paper.id in rows else None for paper in papers]
        judgements = tuple(judgement for judgement in said if judgement)
        yield Exchange(judgements, recorded.spend() if recorded else Spend(None, None))
        for paper, judgement in zip(papers, said, strict=True):
            if judgement is None:
                yield Unjudged(paper, Lack.NOT_RECORDED, "not recorded")


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingUnreadable(
            f"the recording {path} cannot be read", mend="check the path, or get the file again"
        ) from error


def _days(path: Path, content: bytes) -> dict[date, _Day]:
    days: dict[date, _Day] = {}
    for number, line in enumerate(BytesIO(content), start=1):
        if not line.strip():
            continue
        try:
            day = _Day.model_validate_json(line)
        except ValidationError as error:
            raise RecordingUnreadable(f"{path}:{number}: {_first(error)}", mend=_MEND) from error
        if day.day in days:
            raise RecordingUnreadable(f"{path}:{number}: {day.day} stands twice", mend=_MEND)
        days[day.day] = day
    return days


def _first(error: ValidationError) -> str:
    """Say of the first mistake where in the line it is, and what is wrong there."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
