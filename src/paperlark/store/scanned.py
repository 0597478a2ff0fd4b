"""Every scanned paper of every day: its match, whether it was selected, what was sampled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest, Placement, Ranked
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.judgement import Match, Nearest, Precedent
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.store.announcements import paper_of
from paperlark.store.connection import DatabaseConnection, store_errors

_FIELDS = (
    "paper_id, version, side, score, rank, ranked, probability, topic,"
    " words_for, words_against, nearest, precedents"
)


def keep_matches(connection: DatabaseConnection, digest: Digest) -> None:
    """Store the matches of a digest, replacing those of an earlier digest of that day."""
    profile, day = digest.reader_id, digest.day.isoformat()
    connection.execute("DELETE FROM matches WHERE profile = ? AND day = ?", (profile, day))
    connection.executemany(
        f"INSERT INTO matches (profile, day, {_FIELDS})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((profile, day, *_row(one)) for one in digest.ranked),
    )


def matches_of(connection: DatabaseConnection, profile: str, day: date) -> tuple[Ranked, ...]:
    """Return the matches of a day, best first; empty for days before matches were stored."""
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        f"SELECT {_FIELDS} FROM matches WHERE profile = ? AND day = ? ORDER BY rank",  # noqa: S608
        (profile, day.isoformat()),
    )
    return tuple(_ranked(*row) for row in rows)


def as_calibrated(ranked: Iterable[Ranked]) -> tuple[Ranked, ...]:
    """Mark the matches of a day as calibrated, as all of its matches are or none."""
    return tuple(replace(one, match=replace(one.match, calibrated=True)) for one in ranked)


def _row(one: Ranked) -> tuple[str | int | float | None, ...]:
    match, nearest = one.match, one.match.nearest
    return (
        one.paper_id,
        one.version,
        one.placement,
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


def _ranked(paper: str, version: int, placement: str, *match: Any) -> Ranked:  # noqa: ANN401  # a row
    score, rank, of, probability, topic, words_for, words_against, nearest, precedents = match
    return Ranked(
        paper_id=PaperId(paper),
        version=version,
        placement=Placement(placement),
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


_COUNT = "SELECT count(*) FROM scanned WHERE profile = ? AND day BETWEEN ? AND ?"

_BETWEEN = """
    SELECT
        s.day, s.paper_id, s.on_page, s.relevance, s.novelty, m.probability, m.rank,
        p.id, p.version, p.title, p.authors, p.abstract, p.categories
    FROM scanned s
    LEFT JOIN matches m ON m.profile = s.profile AND m.day = s.day AND m.paper_id = s.paper_id
    LEFT JOIN papers p ON p.id = s.paper_id
        AND p.version = coalesce(s.version, (SELECT max(version) FROM papers WHERE id = s.paper_id))
    WHERE s.profile = ? AND s.day BETWEEN ? AND ?
    ORDER BY s.day DESC, s.on_page DESC, m.rank NULLS FIRST, s.paper_id
"""


class ScannedStore:
    """Implements ScannedPapers on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def count(self, profile: str, first: date, last: date) -> int:
        """Return how many papers were scanned on these days."""
        with store_errors(self._database):
            (found,) = self._connection.execute(
                _COUNT, (profile, first.isoformat(), last.isoformat())
            ).fetchone()
        return int(found)

    def latest_ranking(self, profile: str) -> tuple[date, tuple[Ranked, ...]] | None:
        """Return the latest day whose papers were ranked, with their matches, best first."""
        with store_errors(self._database):
            (day,) = self._connection.execute(
                "SELECT max(day) FROM matches WHERE profile = ?", (profile,)
            ).fetchone()
            if day is None:
                return None
            latest = date.fromisoformat(day)
            return latest, matches_of(self._connection, profile, latest)

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:
        """Yield the papers scanned on these days, latest day first, selected ones before others."""
        with store_errors(self._database):
            for row in self._connection.execute(
                _BETWEEN, (profile, first.isoformat(), last.isoformat())
            ):
                day, paper_id, on_page, relevance, novelty, probability, rank, *paper = row
                yield ScannedPaper(
                    paper_id=PaperId(paper_id),
                    day=date.fromisoformat(day),
                    selected=bool(on_page),
                    relevance=relevance,
                    novelty=novelty,
                    probability=probability,
                    paper=paper_of(*paper) if paper[0] is not None else None,
                    rank=rank,
                )


def keep_explored(connection: DatabaseConnection, digest: Digest) -> None:
    """Store the random sample of a digest, replacing that of an earlier digest of that day."""
    profile, day = digest.reader_id, digest.day.isoformat()
    connection.execute("DELETE FROM explored WHERE profile = ? AND day = ?", (profile, day))
    connection.executemany(
        "INSERT INTO explored (profile, day, paper_id, inclusion, probability, wanted)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (profile, day, one.paper_id, one.inclusion, one.probability, one.wanted)
            for one in digest.explored
        ),
    )


def explored_before(
    connection: DatabaseConnection, profile: str, day: date, days: int
) -> tuple[Explored, ...]:
    """Return the judged random samples of the last `days` days before `day` that had one."""
    rows = connection.execute(
        "SELECT paper_id, inclusion, probability, wanted FROM explored"
        " WHERE profile = :profile AND wanted IS NOT NULL AND day IN ("
        "SELECT DISTINCT day FROM explored"
        " WHERE profile = :profile AND wanted IS NOT NULL AND day < :day"
        " ORDER BY day DESC LIMIT :days)",
        {"profile": profile, "day": day.isoformat(), "days": days},
    )
    return tuple(
        Explored(PaperId(paper), inclusion, probability, bool(wanted))
        for paper, inclusion, probability, wanted in rows
    )


_OUTCOMES = """
    SELECT m.day, m.probability, s.relevance, s.novelty
    FROM matches m JOIN scanned s USING (profile, paper_id, day)
    WHERE m.profile = :profile AND m.probability IS NOT NULL
        AND m.side IN (:above, :below, :explored)
        AND m.day IN (
            SELECT DISTINCT day FROM scanned d
            WHERE d.profile = :profile AND d.day < :day AND d.relevance IS NOT NULL
                AND EXISTS (SELECT 1 FROM matches WHERE profile = :profile AND day = d.day)
            ORDER BY day DESC LIMIT :days)
    ORDER BY m.day, m.rank
"""


def outcomes_before(
    connection: DatabaseConnection, profile: str, day: date, days: int, cutoffs: Cutoffs
) -> tuple[tuple[Outcome, ...], ...]:
    """Return what became of the papers of the last `days` days before `day` with judged ones."""
    rows = connection.execute(
        _OUTCOMES,
        {
            "profile": profile,
            "day": day.isoformat(),
            "days": days,
            "above": Placement.ABOVE,
            "below": Placement.BELOW,
            "explored": Placement.EXPLORED,
        },
    )
    return tuple(
        tuple(
            Outcome(
                probability, None if relevance is None else cutoffs.meets(relevance, novelty or 0)
            )
            for _, probability, relevance, novelty in of_day
        )
        for _, of_day in groupby(rows, key=lambda row: row[0])
    )
