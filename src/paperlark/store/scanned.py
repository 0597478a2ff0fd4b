"""Every scanned paper of every day: its match, whether it was selected, what was sampled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest, Placement, Ranked, Status
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.judgement import Match
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.store.announcements import columns, paper_of
from paperlark.store.connection import DatabaseConnection, store_errors
from paperlark.store.day_values import unpack_ranking

SHOWN_OR_JUDGED = tuple(
    "profile day paper_id on_page place version relevance novelty".split()  # noqa: SIM905  # short
)
"""The columns of that table."""


def ranking_of(connection: DatabaseConnection, profile: str, day: date) -> tuple[Ranked, ...]:
    """Return the matches of a day, best first; empty for days before matches were stored."""
    row = connection.execute(
        "SELECT ranking FROM digests WHERE profile = ? AND day = ?", (profile, day.isoformat())
    ).fetchone()
    return unpack_ranking(row[0]) if row else ()


def as_calibrated(ranked: Iterable[Ranked]) -> tuple[Ranked, ...]:
    """Mark the matches of a day as calibrated, as all of its matches are or none."""
    return tuple(replace(one, match=replace(one.match, calibrated=True)) for one in ranked)


def keep_shown_or_judged(connection: DatabaseConnection, digests: Iterable[Digest]) -> None:
    """Store the papers of new digests that were shown or judged, if they were scanned."""
    connection.insert_rows(
        "shown_or_judged",
        SHOWN_OR_JUDGED,
        (row for digest in digests for row in _shown_or_judged(digest)),
    )


def _shown_or_judged(digest: Digest) -> Iterator[tuple[str | int | None, ...]]:
    """Yield a row for each, with its scores where it was judged.

    An imported page lists selected papers, not the announcement, so it must not count as one: the
    versions are unknown, and its scores become examples through the library.
    """
    day = digest.day.isoformat()
    imported = digest.status is Status.IMPORTED
    shown = {entry.paper.id: (entry.place, entry.paper.version) for entry in digest.entries}
    judged = {one.paper_id: one for one in digest.judgements}
    for paper in dict.fromkeys(digest.scanned):
        one = judged.get(paper)
        if one is None and paper not in shown:
            continue
        scores = (one.relevance, one.novelty) if one else (None, None)
        place, version = shown.get(paper, (None, None))
        version = None if imported else one.version if one else version
        yield digest.reader_id, day, paper, int(paper in shown), place, version, *scores


_COUNT = """
    SELECT coalesce(sum(p.papers), 0) FROM digests d JOIN paper_sets p ON p.number = d.paper_set
    WHERE d.profile = ? AND d.day BETWEEN ? AND ?
"""

_LATEST = """
    SELECT day, ranking FROM digests WHERE profile = ? AND ranking IS NOT NULL
    ORDER BY day DESC LIMIT 1
"""

_BETWEEN = f"""
    SELECT s.paper_id, s.on_page, s.relevance, s.novelty, {columns("p")}
    FROM scanned s
    LEFT JOIN papers p ON p.id = s.paper_id
        AND p.version = coalesce(s.version, (SELECT max(version) FROM papers WHERE id = s.paper_id))
    WHERE s.profile = ? AND s.day = ?
"""  # noqa: S608  # of constants only


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
            row = self._connection.execute(_LATEST, (profile,)).fetchone()
            return (date.fromisoformat(row[0]), unpack_ranking(row[1])) if row else None

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:
        """Yield the papers scanned on these days, latest day first, selected ones before others.

        Those selected, and then the others, in the order of their matches.
        """
        with store_errors(self._database):
            days = self._connection.execute(
                "SELECT day FROM digests WHERE profile = ? AND day BETWEEN ? AND ?"
                " ORDER BY day DESC",
                (profile, first.isoformat(), last.isoformat()),
            ).fetchall()
            for (day,) in days:
                yield from self._of_day(profile, date.fromisoformat(day))

    def _of_day(self, profile: str, day: date) -> list[ScannedPaper]:
        rows = self._connection.execute(_BETWEEN, (profile, day.isoformat())).fetchall()
        matches = {one.paper_id: one.match for one in ranking_of(self._connection, profile, day)}
        scanned = [
            _scanned_paper(day, matches, *row[:4], *(row[4:] if row[4] else ())) for row in rows
        ]
        # A paper without a match, followed or imported, comes before those that have one.
        return sorted(scanned, key=lambda one: (not one.selected, one.rank or 0, one.paper_id))


def _scanned_paper(  # noqa: PLR0917  # the columns of a row
    day: date,
    matches: Mapping[PaperId, Match],
    paper_id: PaperId,
    selected: int,
    relevance: int | None,
    novelty: int | None,
    *paper: str | int | None,
) -> ScannedPaper:
    match = matches.get(paper_id)
    return ScannedPaper(
        paper_id=paper_id,
        day=day,
        selected=bool(selected),
        relevance=relevance,
        novelty=novelty,
        probability=match.probability if match else None,
        paper=paper_of(*paper) if paper else None,
        rank=match.rank if match else None,
    )


def keep_explored(connection: DatabaseConnection, digests: Iterable[Digest]) -> None:
    """Store the random samples of new digests."""
    connection.insert_rows(
        "explored",
        ("profile", "day", "paper_id", "inclusion", "probability", "wanted"),
        (
            (
                digest.reader_id,
                digest.day.isoformat(),
                one.paper_id,
                one.inclusion,
                one.probability,
                None if one.wanted is None else int(one.wanted),
            )
            for digest in digests
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


_RANKED_AND_JUDGED = """
    SELECT d.day, d.ranking FROM digests d
    WHERE d.profile = :profile AND d.day < :day AND d.ranking IS NOT NULL AND EXISTS (
        SELECT 1 FROM shown_or_judged
        WHERE profile = d.profile AND day = d.day AND relevance IS NOT NULL)
    ORDER BY d.day DESC LIMIT :days
"""
_SCORES = """
    SELECT paper_id, relevance, novelty FROM shown_or_judged
    WHERE profile = ? AND day = ? AND relevance IS NOT NULL
"""
_TO_BE_READ = {Placement.ABOVE, Placement.EXPLORED, Placement.BELOW}


def outcomes_before(
    connection: DatabaseConnection, profile: str, day: date, days: int, cutoffs: Cutoffs
) -> tuple[tuple[Outcome, ...], ...]:
    """Return what became of the papers of the last `days` days before `day` with judged ones."""
    about = {"profile": profile, "day": day.isoformat(), "days": days}
    rows = connection.execute(_RANKED_AND_JUDGED, about).fetchall()
    by_day = (
        tuple(_outcomes(connection, profile, before, unpack_ranking(ranking), cutoffs))
        for before, ranking in reversed(rows)
    )
    return tuple(filter(None, by_day))


def _outcomes(
    connection: DatabaseConnection,
    profile: str,
    day: str,
    ranked: Iterable[Ranked],
    cutoffs: Cutoffs,
) -> Iterator[Outcome]:
    scores = {paper: both for paper, *both in connection.execute(_SCORES, (profile, day))}
    for one in ranked:
        if one.match.probability is not None and one.placement in _TO_BE_READ:
            relevance, novelty = scores.get(one.paper_id, (None, None))
            wanted = None if relevance is None else cutoffs.meets(relevance, novelty or 0)
            yield Outcome(one.match.probability, wanted)
