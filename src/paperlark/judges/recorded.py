"""Judging from a recording of a model's judgements of a day's papers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Judgement,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper
from paperlark.domain.spending import Spend, Tokens
from paperlark.judges.reply import clean_comment
from paperlark.llm import prices
from paperlark.recordings import RecordedDay, RecordedPaper, read_recording, recorded_days


class RecordedJudge:
    """A judge that repeats recorded judgements, and judges no other papers."""

    def __init__(self, path: Path, criteria: Criteria) -> None:
        content = read_recording(path)
        self._criteria = criteria
        self._signature = f"recorded/{hashlib.sha256(content).hexdigest()[:16]}"
        self._days = recorded_days(str(path), content)

    def model(self, day: date) -> str:
        """Return the model recorded for that day, as far as the recording names it."""
        recorded = self._days.get(day)
        return f"{recorded.model} (recorded)" if recorded and recorded.model else "recorded"

    @property
    def signature(self) -> str:
        """The hash of the file."""
        return self._signature

    @property
    def prompt(self) -> str:
        """The criteria, and a note that they are not the whole prompt."""
        return (
            "These judgements are a recording. It does not carry the prompt they were made with; "
            "these are the reader's criteria as written:\n\n"
            f"{self._criteria.text.strip()}\n"
        )

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,  # noqa: ARG002  # it was recorded without any
        reading: int = FIRST_READING,  # noqa: ARG002  # it is the same each time
    ) -> Iterator[ModelCall | Unjudged]:
        """Yield one call with the day's usage, unknown where it was not recorded."""
        recorded = self._days.get(day)
        rows = {row.id: row for row in recorded.selected} if recorded else {}
        found = [_judgement(rows[one.id], one) if one.id in rows else None for one in papers]
        judgements = tuple(judgement for judgement in found if judgement)
        yield ModelCall(judgements, _spend(recorded) if recorded else Spend(None, None))
        for paper, judgement in zip(papers, found, strict=True):
            if judgement is None:
                yield Unjudged(paper, UnjudgedReason.NOT_RECORDED, "not recorded")


def _judgement(row: RecordedPaper, paper: Paper) -> Judgement | None:
    """Return the judgement of whichever version is asked about."""
    if row.relevance is None or row.novelty is None:
        return None
    comment = clean_comment(row.comment)
    return Judgement(paper.id, paper.version, row.relevance, row.novelty, comment)


def _spend(recorded: RecordedDay) -> Spend:
    """Return the day's recorded usage, at the prices of that day."""
    prompt, completion = recorded.printed.prompt_tokens, recorded.printed.completion_tokens
    if prompt is None or completion is None:
        return Spend(tokens=None, cost=None)
    tokens = Tokens(prompt, completion)
    at = datetime.combine(recorded.day, time(), UTC)
    cost = prices.cost(recorded.model, None, tokens, at) if recorded.model else None
    return Spend(tokens, cost)
