"""What the contract does not say: which line is drawn, what is forgotten, and how long it takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Digest
from paperlark.domain.exploration import Explored
from paperlark.domain.feedback import Evidence, Example, Feedback, LabelSource, Vote
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Author, Paper
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.domain.triage import Action, TriageEvent
from paperlark.store import examples as example_store
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection, connect
from paperlark.store.database import open_database
from paperlark.store.day_values import unpack_digest
from paperlark.store.derived import VectorStore
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.sqlite import VERSION
from paperlark.store.triage import TriageStore
from paperlark.store.votes import FeedbackStore
from paperlark.testing import a_feed, a_paper
from standins.digests import digest, entry
from standins.postgresql import ENGINES, OpenEngine

MONDAY, TUESDAY = date(2025, 2, 24), date(2025, 2, 25)
MINE = Profile("Mine", ("cs.LG",), parse_criteria("bats"))
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


def _judged(day: date, papers: tuple[Paper, ...], scores: tuple[int, int] = (8, 7)) -> Digest:
    judgements = tuple(Judgement(paper.id, 1, *scores, "why") for paper in papers)
    scanned = tuple(paper.id for paper in papers)
    return digest(day=day, profile="Mine", judgements=judgements, scanned=scanned)


def test_the_line_is_the_one_the_reader_draws_now(
    connection: DatabaseConnection, path: Path
) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), MONDAY)
    DigestStore(connection, path).save(_judged(MONDAY, (a_paper(),)))
    for cutoffs, wanted in ((Cutoffs(8, 7), True), (Cutoffs(9, 7), False), (Cutoffs(8, 8), False)):
        profile = replace(MINE, cutoffs=cutoffs)
        (example,) = ExampleStore(connection, path).evidence(profile, TUESDAY).examples
        assert example.wanted is wanted


def test_a_paper_that_was_drawn_by_lot_stands_for_those_that_might_have_been(
    connection: DatabaseConnection, path: Path
) -> None:
    papers = (a_paper("2502.00001"), a_paper("2502.00002"))
    AnnouncementStore(connection, path).keep(a_feed(*papers), MONDAY)
    drawn = Explored(papers[1].id, inclusion=0.05, probability=0.01, wanted=False)
    DigestStore(connection, path).save(replace(_judged(MONDAY, papers), explored=(drawn,)))
    examples = ExampleStore(connection, path).evidence(MINE, TUESDAY).examples
    assert [(one.paper.id[-1], one.stands_for) for one in examples] == [("1", 1), ("2", 20)]


@pytest.mark.parametrize(
    ("votes", "known"),
    [
        ([Vote.UP, Vote.DOWN], [False]),
        ([Vote.DOWN, Vote.UP], [True]),
        ([Vote.UP, Vote.NONE], []),
        ([Vote.UP, Vote.NONE, Vote.UP], [True]),
    ],
)
def test_of_contradicting_votes_the_last_one_counts(
    connection: DatabaseConnection, path: Path, votes: list[Vote], known: list[bool]
) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), MONDAY)
    store = FeedbackStore(connection, path, "Mine")
    for minute, vote in enumerate(votes):
        at = datetime(2025, 2, 24, 15, minute, tzinfo=UTC)
        store.keep([Feedback(a_paper().id, vote, at)])
    examples = ExampleStore(connection, path).evidence(MINE, TUESDAY).examples
    assert [one.wanted for one in examples] == known


@pytest.mark.parametrize(
    ("in_time", "late", "counted"),
    [
        ([], [Vote.UP], 1),
        ([], [Vote.UP, Vote.NONE], 0),
        ([Vote.UP], [], 0),
        ([Vote.UP], [Vote.NONE], 1),
        ([Vote.UP], [Vote.DOWN, Vote.UP, Vote.DOWN], 1),
        ([Vote.UP, Vote.NONE], [Vote.NONE], 0),
    ],
)
def test_a_paper_counts_once_as_voted_on_too_late_and_only_if_something_changed(
    connection: DatabaseConnection, path: Path, in_time: list[Vote], late: list[Vote], counted: int
) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), MONDAY)
    store = FeedbackStore(connection, path, "Mine")
    for day, votes in ((25, in_time), (26, late)):
        store.keep(
            Feedback(a_paper().id, vote, datetime(2025, 2, day, 15, minute, tzinfo=UTC))
            for minute, vote in enumerate(votes)
        )
    assert ExampleStore(connection, path).later_votes(MINE, TUESDAY).papers == counted
    with_all = ExampleStore(connection, path, all_votes=True)
    same = with_all.evidence(MINE, TUESDAY) == ExampleStore(connection, path).evidence(
        MINE, TUESDAY
    )
    assert same == (counted == 0)


def test_a_vote_on_a_paper_whose_text_is_lost_is_neither_learned_from_nor_counted(
    connection: DatabaseConnection, path: Path
) -> None:
    at = datetime(2025, 2, 26, 15, tzinfo=UTC)
    FeedbackStore(connection, path, "Mine").keep([Feedback(a_paper().id, Vote.UP, at)])
    assert ExampleStore(connection, path).later_votes(MINE, TUESDAY).papers == 0
    assert ExampleStore(connection, path, all_votes=True).evidence(MINE, TUESDAY).examples == ()


def test_a_vote_is_of_the_day_it_is_in_new_york(connection: DatabaseConnection, path: Path) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), MONDAY)
    late = datetime(2025, 2, 26, 4, 59, 59, 999_999, tzinfo=UTC)
    FeedbackStore(connection, path, "Mine").keep([Feedback(a_paper().id, Vote.UP, late)])
    store = ExampleStore(connection, path)
    assert store.evidence(MINE, MONDAY).examples == ()
    assert [one.day for one in store.evidence(MINE, TUESDAY).examples] == [TUESDAY]


def test_a_saved_paper_is_learned_as_it_was_known_before_that_day(
    connection: DatabaseConnection, path: Path
) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), MONDAY)
    DigestStore(connection, path).save(_judged(MONDAY, (a_paper(),)))
    at = datetime(2025, 2, 24, 15, tzinfo=UTC)
    TriageStore(connection, path, "Mine").keep(TriageEvent("1", a_paper().id, Action.SAVE, at))
    store = ExampleStore(connection, path)
    before = store.evidence(MINE, TUESDAY)
    revised = replace(a_paper(), version=2, abstract="All of it is new.")
    AnnouncementStore(connection, path).keep(a_feed(revised), TUESDAY)
    assert store.evidence(MINE, TUESDAY) == before
    (example,) = store.evidence(MINE, TUESDAY + DAY).examples
    assert (example.label_source, example.paper.version) == (LabelSource.SAVED, 2)


def test_the_first_time_a_day_is_made_it_already_leaves_out_its_own_papers(
    connection: DatabaseConnection, path: Path
) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), TUESDAY)
    at = datetime(2025, 2, 25, 3, tzinfo=UTC)
    FeedbackStore(connection, path, "Mine").keep([Feedback(a_paper().id, Vote.UP, at)])
    assert ExampleStore(connection, path).evidence(MINE, TUESDAY).examples == ()


def test_another_reader_teaches_nothing(connection: DatabaseConnection, path: Path) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper()), MONDAY)
    DigestStore(connection, path).save(_judged(MONDAY, (a_paper(),)))
    yours = replace(MINE, id="Yours")
    evidence = ExampleStore(connection, path).evidence(yours, TUESDAY)
    assert (evidence.examples, evidence.stream) == ((), ())


def test_the_latest_are_kept_where_there_are_too_many(
    connection: DatabaseConnection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(example_store, "JUDGED_DAYS", 3)
    monkeypatch.setattr(example_store, "STREAM_DAYS", 2)
    monkeypatch.setattr(example_store, "LONGEST_STREAM", 1)
    papers = [a_paper(f"2502.0000{n}") for n in range(5)]
    for n, paper in enumerate(papers):
        AnnouncementStore(connection, path).keep(a_feed(paper), MONDAY + n * DAY)
        DigestStore(connection, path).save(_judged(MONDAY + n * DAY, (paper,)))
    evidence = ExampleStore(connection, path).evidence(MINE, MONDAY + 9 * DAY)
    assert [one.paper for one in evidence.examples] == papers[2:]
    assert evidence.stream == (papers[4],)


def test_of_a_library_the_latest_are_kept_where_it_is_too_large(
    connection: DatabaseConnection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(example_store, "MOST_EXAMPLES", 2)
    first, second, third = (
        Example(
            a_paper(f"2502.0000{9 - n}"),
            MONDAY + n * DAY,
            wanted=True,
            label_source=LabelSource.LIBRARY,
        )
        for n in range(3)
    )
    LibraryStore(connection, path, "Mine").keep((second, third, first))
    evidence = ExampleStore(connection, path).evidence(MINE, MONDAY + 9 * DAY)
    assert evidence.examples == (second, third)


def test_a_restored_day_teaches_what_its_page_has_a_text_of(
    connection: DatabaseConnection, path: Path
) -> None:
    shown, below = entry(1), a_paper("2502.99999")
    page = _judged(MONDAY, (shown.paper, below))
    DigestStore(connection, path).save(replace(page, entries=(shown,)))
    evidence = ExampleStore(connection, path).evidence(MINE, TUESDAY)
    assert [one.paper for one in evidence.examples] == [shown.paper]
    assert evidence.stream == (shown.paper,)


_NUMBERS = st.integers(0, 3)
_CHANGES = st.one_of(
    st.tuples(st.just("judge"), st.integers(0, 2), st.sampled_from([(8, 7), (3, 7), (9, 2)])),
    st.tuples(st.just("explore"), st.integers(0, 2), st.sampled_from([0.05, 0.5])),
    st.tuples(st.just("vote"), _NUMBERS, st.tuples(st.sampled_from(Vote), st.integers(0, 4))),
    st.tuples(st.just("import"), _NUMBERS, st.booleans()),
    st.tuples(st.just("remove"), _NUMBERS, st.none()),
)


def _change(connection: DatabaseConnection, path: Path, kind: str, at: int, what: Any) -> None:
    """Judge or explore a day anew, vote on, import or take out a paper."""
    paper = a_paper(f"2502.0000{at}", title=f"Bats {at}")
    if kind in {"judge", "explore"}:
        page = _judged(MONDAY + at * DAY, (paper,), what if kind == "judge" else (8, 7))
        drawn = (Explored(paper.id, what, 0.1, wanted=False),) if kind == "explore" else ()
        AnnouncementStore(connection, path).keep(a_feed(paper), page.day)
        DigestStore(connection, path).save(replace(page, explored=drawn))
    elif kind == "vote":
        vote, hours = what
        at_noon = datetime(2025, 2, 25, 12, tzinfo=UTC) + timedelta(hours=6 * hours)
        FeedbackStore(connection, path, "Mine").keep([Feedback(paper.id, vote, at_noon)])
    elif kind == "import":
        liked = Example(paper, MONDAY, wanted=what, label_source=LabelSource.LIBRARY)
        LibraryStore(connection, path, "Mine").keep([liked])
    else:
        LibraryStore(connection, path, "Mine").remove([paper.id])


@settings(max_examples=60, deadline=None)
@given(st.lists(_CHANGES, max_size=8))
def test_other_evidence_has_another_fingerprint(changes: list[tuple[str, int, Any]]) -> None:
    """Votes taken back, judgements replaced, papers imported and taken out, on several days."""
    known: dict[str, Evidence] = {}
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "a.db") as opened:
        store = ExampleStore(opened, Path(folder))
        for change in (None, *changes):
            if change:
                _change(opened, Path(folder), *change)
            for cutoffs in (Cutoffs(8, 7), Cutoffs(9, 7)):
                for day in (TUESDAY, TUESDAY + 2 * DAY):
                    profile = replace(MINE, cutoffs=cutoffs)
                    found = store.evidence(profile, day)
                    assert found.reader == "Mine"
                    assert found.fingerprint == store.fingerprint(profile, day) != ""
                    assert known.setdefault(found.fingerprint, found) == found


def test_a_fingerprint_stays_while_nothing_is_learned(
    connection: DatabaseConnection, path: Path
) -> None:
    """A model learned for tomorrow is found tomorrow, and in a copy of the database."""
    _change(connection, path, "judge", 0, (8, 7))
    store = ExampleStore(connection, path)
    before = store.fingerprint(MINE, TUESDAY)
    assert store.fingerprint(MINE, TUESDAY + 5 * DAY) == before
    _change(connection, path, "vote", 0, (Vote.UP, 0))
    assert store.fingerprint(MINE, TUESDAY + 5 * DAY) != before


def test_without_the_fingerprint_of_a_digest_there_is_none_of_the_evidence(
    connection: DatabaseConnection, path: Path
) -> None:
    """A day that an older version stored."""
    _change(connection, path, "judge", 0, (8, 7))
    connection.execute("UPDATE digests SET fingerprint = NULL")
    evidence = ExampleStore(connection, path).evidence(MINE, TUESDAY)
    assert (len(evidence.examples), evidence.fingerprint) == (1, "")


def test_days_made_before_there_was_experience_teach_all_the_same(path: Path) -> None:
    shown, below = entry(1), a_paper("2502.99999")
    shown = replace(shown, paper=replace(shown.paper, categories=()))
    with open_database(path) as connection:
        AnnouncementStore(connection, path).keep(a_feed(below), MONDAY)
        page = replace(_judged(MONDAY, (shown.paper, below)), entries=(shown,))
        DigestStore(connection, path).save(page)
        after = ExampleStore(connection, path).evidence(MINE, TUESDAY)
        _undo_the_migrations_from_the_third_on(connection)
        connection.execute("DELETE FROM papers WHERE id = ?", (shown.paper.id,))
        connection.execute("INSERT INTO digests VALUES ('Mine', '2025-02-20', 'no JSON')")
    with open_database(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert ExampleStore(connection, path).evidence(MINE, TUESDAY) == after
        assert {one.label_source for one in after.examples} == {LabelSource.JUDGE}
        assert len(after.examples) == 2
        waiting = VectorStore(connection, path).without_vector(TUESDAY, "space", 9)
        assert waiting == [(shown.paper, MONDAY), (below, MONDAY)]


def _undo_the_migrations_from_the_third_on(connection: DatabaseConnection) -> None:
    scripts = resources.files("paperlark.store").joinpath("migrations", "sqlite")
    digests = [
        (profile, day, unpack_digest(value))
        for profile, day, value in connection.execute("SELECT profile, day, digest FROM digests")
    ]
    scanned = connection.execute("SELECT profile, day, paper_id, on_page FROM scanned").fetchall()
    connection.execute("DROP TABLE digests")
    with closing(connect(":memory:")) as early:
        for name in ("0001_exchanges_judgements_digests.sql", "0002_batches.sql"):
            early.executescript(scripts.joinpath(name).read_text("utf-8"))
        for kind in ("trigger", "view", "index", "table"):
            # A full-text index takes tables of its own along.
            for name in sorted(_names(connection, kind) - _names(early, kind)):
                connection.execute(f"DROP {kind} IF EXISTS {name}")
        for table in _names(early, "table"):
            if table not in _names(connection, "table"):
                made = "SELECT sql FROM sqlite_schema WHERE name = ?"
                connection.execute(early.execute(made, (table,)).fetchone()[0])
            for column in _columns(connection, table) - _columns(early, table):
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.executemany("INSERT INTO digests VALUES (?, ?, ?)", digests)
    connection.executemany(
        "INSERT INTO scanned (profile, day, paper_id, on_page) VALUES (?, ?, ?, ?)", scanned
    )
    connection.execute("PRAGMA user_version = 2")


def _names(connection: DatabaseConnection, kind: str) -> set[str]:
    made = "SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL"
    return {name for (name,) in connection.execute(made, (kind,))}


def _columns(connection: DatabaseConnection, table: str) -> set[str]:
    return {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}


@pytest.mark.slow
def test_twenty_days_of_three_hundred_papers_are_known_in_no_time(
    connection: DatabaseConnection, path: Path
) -> None:
    authors = tuple(Author(f"Author {n}") for n in range(6))
    for n in range(20):
        papers = tuple(
            a_paper(f"2502.{300 * n + k:05}", authors=authors, abstract="word " * 250)
            for k in range(300)
        )
        AnnouncementStore(connection, path).keep(a_feed(*papers), MONDAY + n * DAY)
        DigestStore(connection, path).save(_judged(MONDAY + n * DAY, papers))
    store = ExampleStore(connection, path)
    durations = []
    for _ in range(3):
        begin = time.process_time()
        evidence = store.evidence(MINE, MONDAY + 30 * DAY)
        durations.append(time.process_time() - begin)
    assert (len(evidence.examples), len(evidence.stream)) == (6000, 6000)
    assert min(durations) < 0.3, durations
