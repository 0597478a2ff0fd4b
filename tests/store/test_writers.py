"""Writers on a server wait for each other where they write the same rows, and nowhere else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.search import SearchQuery, Term
from paperlark.domain.spending import Spend
from paperlark.store.announcements import AnnouncementStore, keep_papers
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.postgresql import connect, open_server
from paperlark.store.search_index import FullTextIndex
from paperlark.store.votes import FeedbackStore
from paperlark.testing import a_feed
from standins.digests import DAY, digest, entry, paper
from standins.postgresql import Server

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
SEEDS = (1, 2, 3)


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    address = server.database()
    with open_server(address):
        pass
    yield address
    server.drop(address)


def _place(address: str) -> DatabaseServer:
    return DatabaseServer(address, Path("paperlark.db"))


@contextmanager
def _impatient(address: str) -> Iterator[DatabaseConnection]:
    """Open a connection that gives up waiting at once."""
    with closing(connect(address)) as connection:
        connection.execute("SET lock_timeout = '200ms'")
        yield connection


def test_two_readers_write_at_once(address: str) -> None:
    with open_server(address) as ada, _impatient(address) as bob, transaction(ada, "ada"):
        ada.execute("INSERT INTO sharing VALUES ('ada', 1, 0, '')")
        with transaction(bob, "bob"):
            bob.execute("INSERT INTO sharing VALUES ('bob', 1, 0, '')")


def test_two_writers_of_one_reader_wait_for_each_other(address: str) -> None:
    with open_server(address) as one, _impatient(address) as other:
        with (
            transaction(one, "ada"),
            pytest.raises(StoreError, match="lock timeout") as caught,
            transaction(other, "ada"),
        ):
            pass
        assert "try again" in str(caught.value.hint)
        # Who gave up can write as soon as the other has finished.
        assert not other.in_transaction
        with transaction(other, "ada"):
            pass


def test_writers_of_what_all_share_wait_for_each_other_and_keep_no_reader_waiting(
    address: str,
) -> None:
    with open_server(address) as one, _impatient(address) as other, transaction(one):
        with transaction(other, "ada"):
            pass
        with transaction(other, shared=False):
            pass
        with pytest.raises(StoreError), transaction(other):
            pass
        with pytest.raises(StoreError), transaction(other, "ada", shared=True):
            pass


def test_readers_are_locked_in_one_order_however_they_are_named(address: str) -> None:
    """Each of two takes what the other has next: who ignores the order ends in a deadlock."""
    readers = [f"reader {number}" for number in range(40)]

    def write(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  # the same each time
        with closing(connect(address)) as connection:
            for _ in range(25):
                some = chance.sample(readers, 10)
                with transaction(connection, *some, shared=chance.random() < 0.5):
                    for reader in some:
                        connection.execute(
                            "INSERT INTO sharing VALUES (?, 1, 0, '') ON CONFLICT (profile)"
                            " DO UPDATE SET saved = sharing.saved + 1",
                            (reader,),
                        )

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))


def test_only_the_first_reader_of_a_days_papers_writes_what_all_share(address: str) -> None:
    with open_server(address) as connection, _impatient(address) as other:
        DigestStore(connection, _place(address)).save(_page((1, 2), DAY, "ada"))
        with transaction(connection):
            DigestStore(other, _place(address)).save(_page((2, 1), DAY, "bob"))
            with pytest.raises(StoreError):
                DigestStore(other, _place(address)).save(_page((3,), DAY, "bob"))
        assert DigestStore(connection, _place(address)).days("bob") == (DAY,)
        places = connection.execute("SELECT count(*) FROM places").fetchone()
        assert places == (2,)


def _page(papers: Sequence[int], day: date, reader: str) -> Digest:
    entries = [replace(entry(rank), paper=paper(one)) for rank, one in enumerate(papers, 1)]
    scanned = tuple(one.paper.id for one in entries)
    return digest(entries, day=day, profile=reader, reader=reader, scanned=scanned)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crowd_of_writers_ends_with_every_row(address: str, seed: int) -> None:
    """Digests with new papers, votes, replies on equal papers, batches: none is lost or stuck."""
    readers = ("ada", "bob", "eve", "kim")
    place = _place(address)

    def live(reader: str) -> None:
        chance = random.Random(f"{seed} {reader}")  # noqa: S311  # likewise
        with closing(connect(address)) as connection:
            for number in range(12):
                page = _page(chance.sample(range(1, 40), 8), DAY + timedelta(number), reader)
                papers = [one.paper for one in page.entries]
                key = JudgementKey(page.day, reader, "criteria", "judge")
                judgements = tuple(Judgement(one.id, 1, 5, 5, "") for one in papers)
                DigestStore(connection, place).save(page)
                JudgementStore(connection, place).keep(
                    ModelCall(judgements, Spend(None, None)), key
                )
                FeedbackStore(connection, place, reader).keep(
                    [Feedback(papers[0].id, Vote.UP, NOW + timedelta(hours=number))]
                )
                AnnouncementStore(connection, place).keep(a_feed(*papers), page.day)

    with ThreadPoolExecutor(len(readers)) as threads:
        list(threads.map(live, readers))
    with open_server(address) as connection:
        for table, rows in (("digests", 48), ("feedback", 48), ("exchanges", 48), ("batches", 12)):
            found = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert found.fetchone() == (rows,), table
        lost = "SELECT count(*) FROM papers WHERE id NOT IN (SELECT paper_id FROM places)"
        assert connection.execute(lost).fetchone() == (0,)


def test_two_that_store_the_same_paper_store_it_once(address: str) -> None:
    def store(_: int) -> None:
        with closing(connect(address)) as connection, transaction(connection):
            keep_papers(connection, [paper(1), paper(2)])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(store, range(8)))
    with open_server(address) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (2,)


def test_an_import_that_is_committed_while_texts_are_indexed_is_indexed_next(address: str) -> None:
    """It has a lower number than the texts that the index read, and was not there to be read."""
    place = _place(address)

    def read_after_the_import(text: str) -> str:
        if importing.in_transaction:
            importing.execute("COMMIT")
        return text

    with open_server(address) as indexing, closing(connect(address)) as importing:
        index = FullTextIndex(indexing, place, read_after_the_import)
        importing.begin(("ada",), shared=False)
        importing.execute(
            "INSERT INTO library (profile, paper_id, version, title, authors, abstract,"
            " categories, day, wanted) VALUES ('ada', 'library:1', 1, 'Bats', '[]', '',"
            " '', '2025-02-26', 1)"
        )
        with transaction(indexing):
            keep_papers(indexing, [paper(1, title=r"\emph{Owls}")])
        index.catch_up(lambda *_: None)
        assert not importing.in_transaction
        index.catch_up(lambda *_: None)
        assert index.waiting() == 0
        assert index.words.count(SearchQuery(), Term("bats"), 9) == 1
