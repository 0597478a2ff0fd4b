"""Labelled examples of a reader: judged days, votes and imports."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

from paperlark.domain.calendar import NEW_YORK, today
from paperlark.domain.code import code_fingerprint
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.feedback import (
    STREAM_DAYS,
    Evidence,
    Example,
    LabelSource,
    LaterVotes,
    Vote,
    one_example_per_paper,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.domain.triage import Action, TriageEvent, effective, states
from paperlark.store.announcements import paper_of
from paperlark.store.connection import DatabaseConnection, DatabaseCursor, instant, store_errors

# The day's announcement is in `listings` before its papers are ranked, in `scanned` only after.
# Asking both leaves out the same papers when a day is made and when it is made again.
_SEEN_BEFORE = """coalesce(
    (SELECT min(s.day) FROM scanned s WHERE s.profile = w.profile AND s.paper_id = w.paper_id),
    (SELECT min(a.day) FROM listings a WHERE a.paper_id = w.paper_id AND a.day = :day),
    ''
) < :day"""

DAYS = """
    SELECT day FROM digests WHERE profile = :profile AND day < :day AND paper_set IS NOT NULL
    ORDER BY day DESC LIMIT :most
"""

# Latest first is the order of an index: nothing is sorted, and reading can stop early.
_PAPERS_OF_DAYS = """
    SELECT p.id, p.version, p.title, p.authors, p.abstract, p.categories,
        s.day, s.relevance, s.novelty, coalesce(1 / e.inclusion, 1)
    FROM {source} s JOIN papers p ON p.id = s.paper_id AND p.version = s.version
    LEFT JOIN explored e
        ON e.profile = s.profile AND e.day = s.day AND e.paper_id = s.paper_id
    WHERE s.profile = :profile AND {of_days}
    ORDER BY s.day DESC, s.paper_id DESC
"""
ANNOUNCED = _PAPERS_OF_DAYS.format(source="scanned", of_days="s.day >= :streamed AND s.day < :day")
JUDGED_BEFORE = _PAPERS_OF_DAYS.format(
    source="shown_or_judged",
    of_days="s.day >= :first AND s.day < :streamed AND s.relevance IS NOT NULL",
)

_IN_TIME = f"(w.at < :midnight AND {_SEEN_BEFORE})"

_VOTED = """
    FROM feedback w
    LEFT JOIN papers p ON p.id = w.paper_id
        AND p.version = coalesce(w.version, (SELECT max(version) FROM papers WHERE id = p.id))
    LEFT JOIN library l ON l.profile = w.profile AND l.paper_id = w.paper_id
    WHERE w.profile IN ({readers}) AND w.id <= :last_vote AND coalesce(p.title, l.title) IS NOT NULL
"""

VOTES = f"""
    SELECT w.paper_id, coalesce(p.version, l.version), coalesce(p.title, l.title),
        coalesce(p.authors, l.authors), coalesce(p.abstract, l.abstract),
        coalesce(p.categories, l.categories), w.vote, w.at
    {_VOTED} AND (:all_votes = 1 OR {_IN_TIME})
    ORDER BY w.at DESC, w.id DESC LIMIT :most
"""  # composed of constants only

VOTE_TIMES = f"""
    SELECT w.profile, w.paper_id, w.id, w.vote, CASE WHEN {_IN_TIME} THEN 1 ELSE 0 END {_VOTED}
    ORDER BY w.profile, w.at, w.id
"""  # likewise

# As known before the day: a version that was announced later would change pages made again.
_TOUCHED = f"""
    FROM triage w JOIN papers p ON p.id = w.paper_id AND p.version = coalesce(
        (SELECT max(version) FROM listings WHERE paper_id = w.paper_id AND day < :day),
        (SELECT min(version) FROM papers WHERE id = w.paper_id))
    WHERE w.profile IN ({{readers}}) AND w.action IN ('save', 'open')
        AND (:all_votes = 1 OR {_IN_TIME})
"""  # noqa: S608  # likewise

KEPT = f"""
    SELECT p.id, p.version, p.title, p.authors, p.abstract, p.categories,
        w.id, w.action, w.is_on, w.at, w.undoes
    {_TOUCHED} ORDER BY w.number DESC LIMIT :most
"""  # likewise

LIBRARY = f"""
    SELECT w.paper_id, w.version, w.title, w.authors, w.abstract, w.categories,
        w.day, w.wanted, w.relevance, w.novelty
    FROM library w
    WHERE w.profile = :profile AND w.removed = 0
        AND (w.day < :day OR w.day = :day AND w.relevance IS NULL)
        AND {_SEEN_BEFORE}
    ORDER BY w.day DESC, w.paper_id DESC LIMIT :most
"""  # noqa: S608  # likewise


# A digest's fingerprint changes whenever what is scanned, judged or explored of its day does: all
# of it is written with the digest.
_FILED = """
    SELECT profile, day, fingerprint FROM digests
    WHERE profile IN ({readers}) AND day < :day AND paper_set IS NOT NULL
    ORDER BY profile, day
"""

# Abstracts by their length: they hardly ever change, and of an imported paper once, to arXiv's own.
_CAST = f"""
    SELECT w.profile, w.paper_id, coalesce(p.version, l.version), w.vote, w.at,
        coalesce(p.title, l.title), length(coalesce(p.abstract, l.abstract))
    {_VOTED} AND (:all_votes = 1 OR {_IN_TIME})
    ORDER BY w.profile, w.at, w.id
"""  # composed of constants only

_HELD = f"""
    SELECT w.profile, w.paper_id, w.version, w.day, w.wanted, w.relevance, w.novelty, w.title,
        length(w.abstract)
    FROM library w
    WHERE w.profile IN ({{readers}}) AND w.removed = 0
        AND (w.day < :day OR w.day = :day AND w.relevance IS NULL)
        AND {_SEEN_BEFORE}
    ORDER BY w.profile, w.day, w.paper_id
"""  # noqa: S608  # likewise

_ACTED = f"""
    SELECT w.profile, w.id, w.paper_id, p.version, w.action, w.is_on, w.at, w.undoes, p.title,
        length(p.abstract)
    {_TOUCHED} ORDER BY w.profile, w.number
"""  # likewise

JUDGED_DAYS = 120
"""Judged days that count, latest first."""
MOST_EXAMPLES = 20_000
"""Examples of each kind that count, latest first."""
LONGEST_STREAM = 6_000
LAST_VOTE = 2**63 - 1
"""No vote has a higher number."""

_DAY = timedelta(days=1)
_READ_BY = ("paperlark.store", "paperlark.domain")
"""The packages that decide what becomes evidence."""

Row = tuple[Any, ...]  # the columns of a paper, then those that each query adds


class ExampleStore:
    """Implements ExampleSource on an open database.

    With `all_votes` votes count whenever they were cast and whenever their papers were announced.
    """

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, *, all_votes: bool = False
    ) -> None:
        self._connection = connection
        self._database = database
        self._all_votes = all_votes

    def evidence(self, profile: Profile, day: date) -> Evidence:
        """Return what was known before that day's announcement.

        Papers first announced on that day or later are left out, except voted ones where all votes
        count.
        """
        (evidence,) = self.evidence_up_to(profile, day, LAST_VOTE)
        return replace(evidence, reader=profile.id, fingerprint=self.fingerprint(profile, day))

    def fingerprint(self, profile: Profile, day: date) -> str:
        """Return what changes whenever `evidence` does, without reading any paper.

        "" where a digest of an older version has no fingerprint yet.
        """
        return self.fingerprints([profile], day)[profile.id]

    def fingerprints(self, profiles: Sequence[Profile], day: date) -> Mapping[str, str]:
        """Return the fingerprint of each of these readers, by id, in as few questions as of one."""
        about = self._about_day(day)
        readers = [one.id for one in profiles]
        with store_errors(self._database):
            filed = self._ask_each(_FILED, about, readers)
            cast = self._ask_each(_CAST, about, readers, last_vote=LAST_VOTE)
            held = self._ask_each(_HELD, about, readers)
            acted = self._ask_each(_ACTED, about, readers)
        return {
            one.id: _fingerprint(
                one, filed[one.id][-JUDGED_DAYS:], cast[one.id], held[one.id], acted[one.id]
            )
            for one in profiles
        }

    def evidence_up_to(self, profile: Profile, day: date, *last_votes: int) -> tuple[Evidence, ...]:
        """Return the same as if votes with numbers above `last_votes` had not been cast."""
        about = self._about(profile, day)
        with store_errors(self._database):
            judged, stream = self._announced(about, profile.cutoffs)
            library = self._ask(LIBRARY, about, most=MOST_EXAMPLES).fetchall()
            kept = self._ask(KEPT, about, most=MOST_EXAMPLES).fetchall()
            votes = [
                self._ask(VOTES, about, most=MOST_EXAMPLES, last_vote=last).fetchall()
                for last in last_votes
            ]
        # Of a paper judged twice on one day, the judgement made here comes last and counts.
        others = (
            *_imported(reversed(library), profile.cutoffs),
            *reversed(judged),
            *(_kept(tuple(reversed(kept))) if kept else ()),
        )
        papers = tuple(stream.values())
        return tuple(
            Evidence(one_example_per_paper((*others, *_voted(reversed(some)))), papers)
            for some in votes
        )

    def later_votes(self, profile: Profile, day: date) -> LaterVotes:
        """Return the votes that came too late for that day, and whether `evidence` has them."""
        return self.later_votes_of([profile.id], day)[profile.id]

    def later_votes_of(self, readers: Sequence[str], day: date) -> Mapping[str, LaterVotes]:
        """Return the same for each of these readers, by id."""
        about = self._about_day(day)
        with store_errors(self._database):
            rows = self._ask_each(VOTE_TIMES, about, readers, last_vote=LAST_VOTE)
        return {
            reader: LaterVotes(_too_late(rows[reader]), taken_in=self._all_votes)
            for reader in readers
        }

    def stream(self, profile: Profile, day: date) -> tuple[Paper, ...]:
        """Return the stream of `evidence` alone."""
        about = self._about(profile, day)
        with store_errors(self._database):
            return tuple(self._announced(about, profile.cutoffs)[1].values())

    def _about(self, profile: Profile, day: date) -> dict[str, str | int]:
        return {**self._about_day(day), "profile": profile.id}

    def _about_day(self, day: date) -> dict[str, str | int]:
        return {
            "day": day.isoformat(),
            "midnight": instant(datetime.combine(day + _DAY, time(), NEW_YORK)),
            "all_votes": self._all_votes,
        }

    def _announced(
        self, about: dict[str, str | int], cutoffs: Cutoffs
    ) -> tuple[Sequence[Example], dict[PaperId, Paper]]:
        """Return examples of earlier days and the stream of announced papers, both latest first."""
        judged: list[Example] = []
        stream: dict[PaperId, Paper] = {}
        days = [before for (before,) in self._ask(DAYS, about, most=JUDGED_DAYS)]
        if not days:
            return judged, stream
        streamed = days[:STREAM_DAYS][-1]
        rows = chain(
            self._ask(ANNOUNCED, about, streamed=streamed),
            self._ask(JUDGED_BEFORE, about, first=days[-1], streamed=streamed),
        )
        for row in rows:
            paper, (before, relevance, novelty, stands_for) = paper_of(*row[:6]), row[6:]
            if relevance is not None and len(judged) < MOST_EXAMPLES:
                judged.append(_scored(paper, before, relevance, novelty, cutoffs, stands_for))
            if before >= streamed and len(stream) < LONGEST_STREAM:
                stream.setdefault(paper.id, paper)
        return judged, stream

    def _ask(self, query: str, about: dict[str, str | int], **further: str | int) -> DatabaseCursor:
        return self._connection.execute(query.format(readers=":profile"), {**about, **further})

    def _ask_each(
        self,
        query: str,
        about: dict[str, str | int],
        readers: Sequence[str],
        **further: str | int,
    ) -> Mapping[str, Sequence[Row]]:
        """Return the rows of each reader, whose id is their first column and left out."""
        named = {f"reader{number}": reader for number, reader in enumerate(readers)}
        found: defaultdict[str, list[Row]] = defaultdict(list)
        if named:
            marks = ", ".join(f":{name}" for name in named)
            values = {**about, **further, **named}
            for reader, *row in self._connection.execute(query.format(readers=marks), values):
                found[reader].append(tuple(row))
        return found


def _fingerprint(profile: Profile, filed: Sequence[Row], *others: Sequence[Row]) -> str:
    """Return a fingerprint of a reader's evidence, "" where one of their digests has none."""
    if any(hashed is None for _, hashed in filed):
        return ""
    known = (code_fingerprint(*_READ_BY), profile.id, profile.cutoffs, list(filed))
    everything = (*known, *map(list, others))
    return hashlib.sha256(repr(everything).encode(errors="replace")).hexdigest()


def _too_late(rows: Iterable[Row]) -> int:
    """Count the papers whose votes are not those that were known in time."""
    nothing = (0, Vote.NONE.value)
    last: dict[str, tuple[int, str]] = {}
    known: dict[str, tuple[int, str]] = {}
    for paper, number, vote, in_time in rows:
        last[paper] = (number, vote)
        if in_time:
            known[paper] = (number, vote)
    pairs = [(one, known.get(paper, nothing)) for paper, one in last.items()]
    # To take back a vote that was not known changes nothing.
    return sum(one != two and {one[1], two[1]} != {Vote.NONE} for one, two in pairs)


def _scored(  # noqa: PLR0917  # the columns of a row
    paper: Paper,
    day: str,
    relevance: int,
    novelty: int,
    cutoffs: Cutoffs,
    stands_for: float = 1.0,
) -> Example:
    """Apply today's cut-offs, whatever they were on that day."""
    wanted, announced = cutoffs.meets(relevance, novelty), date.fromisoformat(day)
    source = LabelSource.JUDGE
    return Example(paper, announced, wanted, source, relevance, novelty, stands_for)


def _imported(rows: Iterable[Row], cutoffs: Cutoffs) -> Iterator[Example]:
    for row in rows:
        paper, (day, wanted, relevance, novelty) = paper_of(*row[:6]), row[6:]
        if relevance is None:
            yield Example(paper, date.fromisoformat(day), bool(wanted), LabelSource.LIBRARY)
        else:
            yield _scored(paper, day, relevance, novelty, cutoffs)


def _voted(rows: Iterable[Row]) -> Iterator[Example]:
    last = {row[0]: row for row in rows}
    for row in last.values():
        vote, at = Vote(row[6]), datetime.fromisoformat(row[7])
        if vote is not Vote.NONE:
            yield Example(paper_of(*row[:6]), today(at), vote is Vote.UP, LabelSource.READER)


def _kept(rows: Sequence[Row]) -> Iterator[Example]:
    """Yield the papers that were saved or only opened, without those for which it was undone."""
    events = [
        TriageEvent(
            id=row[6],
            paper_id=PaperId(row[0]),
            action=Action(row[7]),
            at=datetime.fromisoformat(row[9]),
            on=bool(row[8]),
            undoes=row[10],
        )
        for row in rows
    ]
    papers = {row[0]: row for row in rows}
    since = {one.paper_id: one.at for one in effective(events)}
    for paper, state in states(events).items():
        if state.saved or state.opened:
            label = LabelSource.SAVED if state.saved else LabelSource.OPENED
            yield Example(paper_of(*papers[paper][:6]), today(since[paper]), True, label)  # noqa: FBT003


_ANNOUNCED = """
    SELECT p.id, p.version, p.title, p.authors, p.abstract, p.categories,
        s.day, s.on_page, s.relevance, s.novelty,
        (
            SELECT f.vote FROM feedback f
            WHERE f.profile = s.profile AND f.paper_id = s.paper_id
            ORDER BY f.at DESC, f.id DESC LIMIT 1
        )
    FROM scanned s JOIN papers p ON p.id = s.paper_id AND p.version = s.version
    WHERE s.profile = :profile
    ORDER BY s.day, s.paper_id
"""


@dataclass(frozen=True, slots=True)
class LabelledPaper:
    """A scanned paper with its labels; scores and vote are None where there are none."""

    day: date
    paper: Paper
    on_page: bool
    relevance: int | None
    novelty: int | None
    vote: Vote | None


def labelled_papers(
    connection: DatabaseConnection, database: DatabasePlace, profile: str
) -> Iterator[LabelledPaper]:
    """Yield all scanned papers of all days of a reader, in order; raises StoreError."""
    with store_errors(database):
        for row in connection.execute(_ANNOUNCED, {"profile": profile}):
            day, on_page, relevance, novelty, vote = row[6:]
            cast = None if vote in {None, Vote.NONE} else Vote(vote)
            yield LabelledPaper(
                day=date.fromisoformat(day),
                paper=paper_of(*row[:6]),
                on_page=bool(on_page),
                relevance=relevance,
                novelty=novelty,
                vote=cast,
            )
