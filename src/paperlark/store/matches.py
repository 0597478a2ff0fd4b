"""What each day knew of every paper that was looked at, selected or not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

from paperlark.domain.digest import Digest, Ranked, Side
from paperlark.domain.judgement import Match, Nearest, Precedent
from paperlark.domain.paper import PaperId

_FIELDS = (
    "paper_id, version, side, score, rank, ranked, probability, topic,"
    " words_for, words_against, nearest, precedents"
)


def keep_matches(connection: sqlite3.Connection, digest: Digest) -> None:
    """Keep what that day knew, in place of what an earlier digest of it did."""
    profile, day = digest.profile, digest.day.isoformat()
    connection.execute("DELETE FROM matches WHERE profile = ? AND day = ?", (profile, day))
    connection.executemany(
        f"INSERT INTO matches (profile, day, {_FIELDS})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((profile, day, *_row(one)) for one in digest.ranked),
    )


def matches_of(connection: sqlite3.Connection, profile: str, day: date) -> tuple[Ranked, ...]:
    """Give what that day knew, best match first; nothing where it was not kept yet."""
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        f"SELECT {_FIELDS} FROM matches WHERE profile = ? AND day = ? ORDER BY rank",  # noqa: S608
        (profile, day.isoformat()),
    )
    return tuple(_ranked(*row) for row in rows)


def _row(one: Ranked) -> tuple[str | int | float | None, ...]:
    match, nearest = one.match, one.match.nearest
    return (
        one.paper_id,
        one.version,
        one.side,
        match.score,
        match.rank,
        match.of,
        match.probability,
        match.topic,
        _json(match.words_for),
        _json(match.words_against),
        _json([nearest.paper_id, nearest.title, nearest.day.isoformat()]) if nearest else None,
        _json([[p.paper_id, p.title, p.day.isoformat(), p.similarity] for p in one.precedents]),
    )


def _ranked(paper: str, version: int, side: str, *match: Any) -> Ranked:  # noqa: ANN401  # a row
    score, rank, of, probability, topic, words_for, words_against, nearest, precedents = match
    return Ranked(
        paper_id=PaperId(paper),
        version=version,
        side=Side(side),
        match=Match(
            score=score,
            rank=rank,
            of=of,
            topic=topic,
            words_for=tuple(json.loads(words_for)),
            words_against=tuple(json.loads(words_against)),
            probability=probability,
            nearest=_nearest(*json.loads(nearest)) if nearest else None,
        ),
        precedents=tuple(_precedent(*one) for one in json.loads(precedents)),
    )


def _nearest(paper: str, title: str, day: str) -> Nearest:
    return Nearest(PaperId(paper), title, date.fromisoformat(day))


def _precedent(paper: str, title: str, day: str, similarity: float) -> Precedent:
    return Precedent(PaperId(paper), title, date.fromisoformat(day), similarity)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
