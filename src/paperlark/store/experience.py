"""What the days so far taught about a reader: judged days, votes and imports as lessons."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from paperlark.domain.calendar import NEW_YORK, today
from paperlark.domain.feedback import Evidence, Lesson, Teacher, Vote, one_of_each
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.store import experience_sql as sql
from paperlark.store.database import told
from paperlark.store.feedback import instant
from paperlark.store.papers import paper_of

JUDGED_DAYS = 120
"""Judgements of announcement days before these are forgotten."""
MOST_LESSONS = 20_000
"""Of each kind so many count, the latest."""
STREAM_DAYS, LONGEST_STREAM = 30, 6_000

_DAY = timedelta(days=1)

Row = tuple[Any, ...]  # as SQLite gives it: the fields of a paper, then what each reader names


class ExperienceStore:
    """Implements Experience on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def evidence(self, profile: Profile, day: date) -> Evidence:
        """Give what was known before that day's papers came.

        Its own papers and later ones are left out, unless the reader met them on a day before.
        """
        about = {
            "profile": profile.name,
            "day": day.isoformat(),
            "midnight": instant(datetime.combine(day + _DAY, time(), NEW_YORK)),
        }
        with told(self._path):
            judged, stream = self._announced(about, profile.cutoffs)
            library = self._ask(sql.LIBRARY, about, most=MOST_LESSONS).fetchall()
            votes = self._ask(sql.VOTES, about, most=MOST_LESSONS).fetchall()
        brought = _brought(reversed(library), profile.cutoffs)
        # Of one paper judged twice on one day, the judgement made here comes last and counts.
        lessons = one_of_each((*brought, *reversed(judged), *_voted(reversed(votes))))
        return Evidence(lessons, tuple(stream.values()))

    def _announced(
        self, about: dict[str, str], cutoffs: Cutoffs
    ) -> tuple[Sequence[Lesson], dict[PaperId, Paper]]:
        """Give what the days before taught, and the stream, both latest first."""
        judged: list[Lesson] = []
        stream: dict[PaperId, Paper] = {}
        days = [before for (before,) in self._ask(sql.DAYS, about, most=JUDGED_DAYS)]
        if not days:
            return judged, stream
        streamed = days[:STREAM_DAYS][-1]
        for row in self._ask(sql.ANNOUNCED, about, first=days[-1], streamed=streamed):
            paper, (before, relevance, novelty, stands_for) = paper_of(*row[:6]), row[6:]
            if relevance is not None and len(judged) < MOST_LESSONS:
                lesson = _scored(paper, before, relevance, novelty, cutoffs)
                judged.append(replace(lesson, stands_for=stands_for))
            if before >= streamed and len(stream) < LONGEST_STREAM:
                stream.setdefault(paper.id, paper)
        return judged, stream

    def _ask(self, question: str, about: dict[str, str], **further: str | int) -> sqlite3.Cursor:
        return self._connection.execute(question, {**about, **further})


def _scored(paper: Paper, day: str, relevance: int, novelty: int, cutoffs: Cutoffs) -> Lesson:
    """Draw the line where the reader draws it now, wherever it was that day."""
    wanted = cutoffs.meets(relevance, novelty)
    return Lesson(paper, date.fromisoformat(day), wanted, Teacher.JUDGE, relevance, novelty)


def _brought(rows: Iterable[Row], cutoffs: Cutoffs) -> Iterator[Lesson]:
    for row in rows:
        paper, (day, wanted, relevance, novelty) = paper_of(*row[:6]), row[6:]
        if relevance is None:
            yield Lesson(paper, date.fromisoformat(day), bool(wanted), Teacher.LIBRARY)
        else:
            yield _scored(paper, day, relevance, novelty, cutoffs)


def _voted(rows: Iterable[Row]) -> Iterator[Lesson]:
    last = {row[0]: row for row in rows}
    for row in last.values():
        vote, at = Vote(row[6]), datetime.fromisoformat(row[7])
        if vote is not Vote.NONE:
            yield Lesson(paper_of(*row[:6]), today(at), vote is Vote.UP, Teacher.READER)
