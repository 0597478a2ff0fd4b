"""Move the days of an older database into compressed values and sets of papers (version 20).

The migration 0020 has renamed the tables of before: `digests_as_text` and `scanned_rows`; `matches`
has no new one. They are deleted when every day is moved, in the transaction of the migration, so
that a database whose migration is killed is as it was.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.judgement import Match, Nearest, Precedent
from paperlark.domain.paper import PaperId
from paperlark.store.connection import DatabaseConnection
from paperlark.store.day_values import pack_digest, pack_ranking
from paperlark.store.paper_sets import keep_paper_set
from paperlark.store.scanned import SHOWN_OR_JUDGED

VERSION = 20
"""The migration that this is a part of."""

_log = logging.getLogger(__name__)

_TOLD_EVERY = 50
"""Days."""
_MATCHES = """
    SELECT paper_id, version, side, score, rank, ranked, probability, topic,
        words_for, words_against, nearest, precedents
    FROM matches WHERE profile = ? AND day = ?
"""
_SCANNED = """
    SELECT paper_id, version, on_page, place, relevance, novelty
    FROM scanned_rows WHERE profile = ? AND day = ?
"""


def move_days(connection: DatabaseConnection) -> None:
    """Move all days of all readers, and delete the tables that they were in."""
    days = connection.execute(
        "SELECT profile, day FROM digests_as_text ORDER BY profile, day"
    ).fetchall()
    for number, (profile, day) in enumerate(days, 1):
        _move(connection, profile, day)
        if number % _TOLD_EVERY == 0 or number == len(days):
            _log.info("compressed %d of %d days", number, len(days))
    for table in ("scanned_rows", "matches", "digests_as_text"):
        connection.execute(f"DROP TABLE {table}")


def _move(connection: DatabaseConnection, profile: str, day: str) -> None:
    key = (profile, day)
    text, fingerprint = connection.execute(
        "SELECT digest, fingerprint FROM digests_as_text WHERE profile = ? AND day = ?", key
    ).fetchone()
    scanned = connection.execute(_SCANNED, key).fetchall()
    number = keep_paper_set(connection, {PaperId(paper): version for paper, version, *_ in scanned})
    ranking = pack_ranking(_matches(connection, profile, day))
    connection.execute(
        "INSERT INTO digests (profile, day, paper_set, fingerprint, digest, ranking)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*key, number, fingerprint, pack_digest(str(text)), ranking),
    )
    connection.insert_rows(
        "shown_or_judged",
        SHOWN_OR_JUDGED,
        (
            (*key, paper, on_page, place, version, relevance, novelty)
            for paper, version, on_page, place, relevance, novelty in scanned
            if on_page or relevance is not None
        ),
    )


def _matches(connection: DatabaseConnection, profile: str, day: str) -> Iterator[Ranked]:
    """Yield the matches of a day; a row that nothing could read is left out, and told."""
    for row in connection.execute(_MATCHES, (profile, day)).fetchall():
        try:
            yield _ranked(*row)
        except (ValueError, TypeError):
            _log.warning("left out the match of %s on %s, which cannot be read", row[0], day)


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
            words_for=_words(words_for),
            words_against=_words(words_against),
            probability=probability,
            nearest=_nearest(*json.loads(nearest)) if nearest else None,
        ),
        precedents=_precedents(precedents),
    )


# Most papers have the same, none: a year of days has 100,000 papers.
@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=1024)
def _precedents(text: str) -> tuple[Precedent, ...]:
    return tuple(_precedent(*one) for one in json.loads(text))


def _nearest(paper: str, title: str, day: str) -> Nearest:
    return Nearest(PaperId(paper), title, date.fromisoformat(day))


def _precedent(paper: str, title: str, day: str, similarity: float) -> Precedent:
    return Precedent(PaperId(paper), title, date.fromisoformat(day), similarity)
