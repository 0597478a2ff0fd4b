"""The days of many readers: what they share is stored once, and they are stored together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from paperlark.domain.digest import Digest, Placement, Ranked, SeenBefore
from paperlark.domain.exploration import Explored
from paperlark.domain.judgement import Judgement, Match
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.digests import DigestStore, packed
from paperlark.store.scanned import ScannedStore
from paperlark.testing import a_feed
from standins.digests import DAY, digest, entry, paper
from standins.postgresql import ENGINES, OpenEngine

PAPERS = tuple(paper(number) for number in range(1, 6))
READERS = ("ada", "emmy", "sofia")


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


@pytest.fixture
def store(connection: DatabaseConnection, tmp_path: Path) -> DigestStore:
    AnnouncementStore(connection, tmp_path).keep(a_feed(*PAPERS), DAY)
    return DigestStore(connection, tmp_path)


def _of(reader: str, *shown: int, **changes: object) -> Digest:
    entries = [entry(number, judged=False) for number in shown]
    ranked = tuple(
        Ranked(one.id, 1, Placement.ABOVE, Match(1 / at, at, len(PAPERS), probability=0.5))
        for at, one in enumerate(PAPERS, 1)
    )
    made = digest(entries, reader=reader, scanned=tuple(one.id for one in PAPERS), ranked=ranked)
    return replace(made, **changes)  # type: ignore[arg-type]


def _count(connection: DatabaseConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  # ours


def test_each_reader_s_digest_is_read_as_it_was_stored(store: DigestStore) -> None:
    digests = [_of(reader, at) for at, reader in enumerate(READERS, 1)]
    store.save_many([packed(one) for one in digests])
    # Calibrated as the entries shown are.
    found = [store.digest(reader, DAY) for reader in READERS]
    assert [one and replace(one, ranked=()) for one in found] == [
        replace(one, ranked=()) for one in digests
    ]
    assert all(one and len(one.ranked) == len(PAPERS) for one in found)


def test_readers_of_the_same_papers_share_one_set_of_them(
    store: DigestStore, connection: DatabaseConnection
) -> None:
    store.save_many([packed(_of(reader)) for reader in READERS])
    other = _of("maria", scanned=(PAPERS[0].id,))
    store.save(other)
    assert _count(connection, "paper_sets") == 2
    assert _count(connection, "paper_set_members") == len(PAPERS) + 1
    assert _count(connection, "scanned") == len(READERS) * len(PAPERS) + 1


def test_only_papers_that_were_shown_or_judged_have_rows_of_a_reader_s_own(
    store: DigestStore, connection: DatabaseConnection
) -> None:
    judged = Judgement(PAPERS[4].id, 1, 3, 4, "")
    store.save(_of("ada", 2, judgements=(judged,)))
    rows = connection.execute(
        "SELECT paper_id, on_page, place, relevance, novelty FROM shown_or_judged ORDER BY paper_id"
    ).fetchall()
    assert rows == [(PAPERS[1].id, 1, 2, None, None), (PAPERS[4].id, 0, None, 3, 4)]


def test_all_are_stored_or_none(store: DigestStore, connection: DatabaseConnection) -> None:
    store.save(_of("ada", 1))
    twice = packed(_of("emmy", 2))
    with pytest.raises(Exception, match="cannot be used"):
        store.save_many([packed(_of("ada", 3)), twice, twice])
    assert store.days("emmy") == ()
    found = store.digest("ada", DAY)
    assert found is not None
    assert [one.place for one in found.entries] == [1]
    assert _count(connection, "shown_or_judged") == 1


def test_within_a_transaction_they_are_stored_with_all_else_of_it(
    store: DigestStore, connection: DatabaseConnection
) -> None:
    def store_and_fail() -> None:
        with transaction(connection):
            store.save_many([packed(_of("ada", 1))])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        store_and_fail()
    assert store.days("ada") == ()
    with transaction(connection):
        store.save_many([packed(_of("ada", 1))])
    assert store.days("ada") == (DAY,)


def test_what_is_shared_before_is_not_written_again(
    store: DigestStore, connection: DatabaseConnection
) -> None:
    digests = [packed(_of(reader, 1)) for reader in READERS]
    store.share(digests)
    assert _count(connection, "paper_sets") == 1
    assert [store.days(reader) for reader in READERS] == [(), (), ()]
    store.save_many(digests)
    assert _count(connection, "paper_sets") == 1
    assert [store.days(reader) for reader in READERS] == [(DAY,)] * 3


def test_a_day_stored_again_replaces_its_rows_and_no_other_reader_s(
    store: DigestStore, connection: DatabaseConnection
) -> None:
    explored = (Explored(PAPERS[4].id, 0.5, 0.1, wanted=True),)
    store.save_many([packed(_of(reader, 1, explored=explored)) for reader in READERS])
    store.save(_of("emmy", 2))
    shown = connection.execute("SELECT profile, paper_id FROM shown_or_judged ORDER BY profile")
    assert shown.fetchall() == [
        ("ada", PAPERS[0].id),
        ("emmy", PAPERS[1].id),
        ("sofia", PAPERS[0].id),
    ]
    sampled = connection.execute("SELECT profile FROM explored ORDER BY profile").fetchall()
    assert sampled == [("ada",), ("sofia",)]


def test_a_paper_is_seen_on_earlier_days_and_on_later_ones_of_which_it_was_first(
    store: DigestStore,
) -> None:
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    first, second, third, *_ = (one.id for one in PAPERS)
    store.save(_of("ada", 1, day=before, scanned=(first,)))
    store.save(_of("ada", 2, scanned=(first, second)))
    store.save(_of("ada", 2, day=after, scanned=(second, third)))
    store.save(_of("emmy", 3, day=before, scanned=(third,)))
    seen = store.seen("ada", DAY, (first, second, third, PAPERS[3].id))
    assert seen == {first: SeenBefore(before, before), third: SeenBefore(after, None)}


def test_the_papers_of_a_day_come_by_their_matches_the_selected_ones_first(
    store: DigestStore, connection: DatabaseConnection, tmp_path: Path
) -> None:
    store.save(_of("ada", 3, 5))
    found = list(ScannedStore(connection, tmp_path).between("ada", DAY, DAY))
    assert [(one.paper_id, one.selected, one.rank) for one in found] == [
        (PAPERS[2].id, True, 3),
        (PAPERS[4].id, True, 5),
        (PAPERS[0].id, False, 1),
        (PAPERS[1].id, False, 2),
        (PAPERS[3].id, False, 4),
    ]
    assert [one.paper for one in found[2:]] == [PAPERS[0], PAPERS[1], PAPERS[3]]
