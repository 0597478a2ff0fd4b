"""The history of one paper: its announcements, and the model calls that judged it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from paperlark.domain.announcement import AnnounceType, Via
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.paper_history import ListedPaper, PaidCall, ReadingRecord
from paperlark.store.connection import DatabaseConnection, store_errors
from paperlark.store.judgements import SPEND, spend_of

# A further reading of the same papers has the judge's signature with a number behind it.
_JUDGEMENTS = f"""
    SELECT j.judge, j.version, j.relevance, j.novelty, j.comment,
        e.day, coalesce(r.title, e.profile), e.at, e.reply, e.batch,
        (SELECT count(*) FROM judgements WHERE exchange = e.id),
        {SPEND}
    FROM judgements j JOIN exchanges e ON e.id = j.exchange
    LEFT JOIN readers r ON r.id = e.profile
    WHERE j.paper_id = :paper AND j.criteria = :criteria
        AND (j.judge = :judge OR substr(j.judge, 1, length(:judge) + 1) = :judge || '#')
    ORDER BY length(j.judge), j.judge, j.version
"""  # noqa: S608  # composed of constants only

_SIMILAR_IDS = """
    SELECT DISTINCT m.paper_id FROM paper_set_members m
    WHERE (substr(m.paper_id, 1, 5) = substr(:paper, 1, 5)
        OR substr(m.paper_id, length(m.paper_id) - 4) = substr(:paper, length(:paper) - 4))
        AND EXISTS (
            SELECT 1 FROM digests WHERE paper_set = m.paper_set AND profile = :profile)
    ORDER BY m.paper_id
"""


class PaperHistoryStore:
    """Reads the history of one reader's papers from an open database."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def listed(self, paper: PaperId) -> tuple[ListedPaper, ...]:
        """Return every category's announcement of it, oldest first."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT l.day, l.category, l.type, l.version, b.via FROM listings l"
                " JOIN batches b ON b.day = l.day AND b.category = l.category"
                " WHERE l.paper_id = ? ORDER BY l.day, l.category",
                (paper,),
            ).fetchall()
            return tuple(
                ListedPaper(
                    date.fromisoformat(day), category, AnnounceType(kind), version, Via(via)
                )
                for day, category, kind, version, via in rows
            )

    def scanned_days(self, paper: PaperId) -> tuple[date, ...]:
        """Return the days on which it was scanned for the reader, in order."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT day FROM scanned WHERE profile = ? AND paper_id = ? ORDER BY day",
                (self._profile, paper),
            ).fetchall()
            return tuple(date.fromisoformat(day) for (day,) in rows)

    def judgements(self, paper: PaperId, criteria: str, judge: str) -> tuple[ReadingRecord, ...]:
        """Return its judgements, in the order of the readings."""
        about = {"paper": paper, "criteria": criteria, "judge": judge}
        with store_errors(self._database):
            rows = self._connection.execute(_JUDGEMENTS, about).fetchall()
            return tuple(
                ReadingRecord(
                    judge=row[0],
                    judgement=Judgement(paper, *row[1:5]),
                    question=PaidCall(
                        day=date.fromisoformat(row[5]),
                        profile=row[6],
                        at=datetime.fromisoformat(row[7]),
                        spend=spend_of(*row[11:]),
                        papers=row[10],
                        reply=row[8],
                        batch=bool(row[9]),
                    ),
                )
                for row in rows
            )

    def with_id_like(self, paper: PaperId) -> Sequence[PaperId]:
        """Return papers of the reader whose identifiers begin or end like it."""
        with store_errors(self._database):
            rows = self._connection.execute(
                _SIMILAR_IDS, {"profile": self._profile, "paper": paper}
            ).fetchall()
        return [PaperId(one) for (one,) in rows]
