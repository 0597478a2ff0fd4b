"""Sessions of a group, on either engine: what one process of its app stores, the others know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.domain.sign_in import BegunSignIn
from paperlark.store.connection import connect_again
from paperlark.store.group_sessions import GroupSessionStore, TryLimit
from standins.postgresql import ENGINES, Server

APP = "https://papers.example.org"
LIMIT = TryLimit("network", 2, 60.0)
Opens = Callable[[str], GroupSessionStore]


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabasePlace]:
    if request.param == "sqlite":
        yield tmp_path / "group.toml.sessions.db"
        return
    server: Server = request.getfixturevalue("server")
    address = server.database()
    yield DatabaseServer(address, tmp_path / "paperlark")
    server.drop(address)


@pytest.fixture
def opens(place: DatabasePlace) -> Iterator[Opens]:
    """Return what opens the store as one more process of the app at an address would."""
    with ExitStack() as opened:

        def another(app: str = APP) -> GroupSessionStore:
            store = GroupSessionStore(place, app)
            opened.callback(store.close)
            return store

        yield another


def test_a_session_holds_in_every_process_of_its_app_until_it_is_ended_in_one(opens: Opens) -> None:
    one, other = opens(APP), opens(APP)
    assert one.secret() == other.secret()
    one.begin("cookie", "ada", now=0.0, ends=100.0)
    assert (other.member("cookie", 99.0), other.member("cookie", 100.0)) == ("ada", "")
    other.end("cookie")
    assert one.member("cookie", 1.0) == ""


def test_what_is_of_one_app_is_worth_nothing_at_another_on_the_same_database(opens: Opens) -> None:
    one, other = opens(APP), opens("https://others.example.org")
    assert one.secret() != other.secret()
    one.begin("cookie", "ada", now=0.0, ends=100.0)
    one.add_link("link", "ada", now=0.0, ends=100.0)
    one.add_sign_in("state", BegunSignIn("visit", "nonce", "verifier", 100.0), 0.0)
    assert other.member("cookie", 1.0) == ""
    assert other.use_link("link", 1.0) == ""
    assert other.take_sign_in("state", "visit", 1.0) is None
    other.end("cookie")
    assert one.member("cookie", 1.0) == "ada"
    assert [one.allows(LIMIT, "a", 0.0) for _ in range(3)] == [True, True, False]
    assert other.allows(LIMIT, "a", 0.0)


def test_a_link_signs_in_once_whichever_process_it_comes_to(opens: Opens) -> None:
    stores = [opens(APP) for _ in range(4)]
    stores[0].add_link("link", "ada", now=0.0, ends=100.0)
    stores[0].add_link("late", "ada", now=0.0, ends=100.0)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda store: store.use_link("link", 1.0), stores))
    assert sorted(found) == ["", "", "", "ada"]
    assert stores[0].use_link("late", 100.0) == ""


def test_a_sign_in_that_was_begun_is_taken_once_in_time_by_its_own_visit(opens: Opens) -> None:
    one, other = opens(APP), opens(APP)
    begun = BegunSignIn("visit", "nonce", "verifier", ends=100.0)
    for name in ("once", "late", "another's"):
        one.add_sign_in(name, begun, 0.0)
    assert other.take_sign_in("once", "visit", 1.0) == begun
    assert one.take_sign_in("once", "visit", 1.0) is None
    assert one.take_sign_in("late", "visit", 100.0) is None
    assert one.take_sign_in("another's", "of somebody else", 1.0) is None
    assert one.take_sign_in("another's", "visit", 1.0) is None


def test_tries_are_counted_over_all_processes_and_forgotten_in_time(opens: Opens) -> None:
    one, other = opens(APP), opens(APP)
    assert [one.allows(LIMIT, "a", 0.0), other.allows(LIMIT, "a", 1.0)] == [True, True]
    assert not one.allows(LIMIT, "a", 2.0)
    assert other.allows(LIMIT, "b", 2.0)
    assert other.allows(TryLimit("account", 2, 60.0), "a", 2.0)
    # The try that was refused counts as well: whoever goes on waits on.
    assert not other.allows(LIMIT, "a", 60.5)
    assert other.allows(LIMIT, "a", 121.0)


def test_no_try_is_lost_between_processes(opens: Opens) -> None:
    stores = [opens(APP) for _ in range(4)]
    limit = TryLimit("network", 20, 60.0)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: stores[n % 4].allows(limit, "a", 0.0), range(40)))
    assert sum(found) == 20


def test_what_has_ended_is_forgotten(opens: Opens, place: DatabasePlace) -> None:
    store = opens(APP)
    store.begin("old", "ada", now=0.0, ends=10.0)
    store.add_link("old", "ada", now=0.0, ends=10.0)
    store.add_sign_in("old", BegunSignIn("visit", "nonce", "verifier", 10.0), 0.0)
    store.allows(LIMIT, "a", -50.0)
    store.begin("new", "ada", now=10.0, ends=20.0)
    connection = connect_again(place)
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in ("app_sessions", "sign_in_links", "sign_ins_begun", "sign_in_tries")
    ]
    connection.close()
    assert counts == [1, 0, 0, 0]


def test_all_sessions_of_a_member_can_be_ended(opens: Opens) -> None:
    store = opens(APP)
    for name, member in (("one", "ada"), ("two", "ada"), ("three", "emmy")):
        store.begin(name, member, now=0.0, ends=100.0)
    store.add_link("link", "ada", now=0.0, ends=100.0)
    store.end_all("ada")
    assert [store.member(name, 1.0) for name in ("one", "two", "three")] == ["", "", "emmy"]
    assert store.use_link("link", 1.0) == ""


def test_nothing_that_signs_in_is_stored_as_it_is(opens: Opens, place: DatabasePlace) -> None:
    store = opens(APP)
    store.begin("cookie-of-ada", "ada", now=0.0, ends=100.0)
    store.add_link("link-of-ada", "ada", now=0.0, ends=100.0)
    store.add_sign_in("state-of-ada", BegunSignIn("visit-of-ada", "n", "v", 100.0), 0.0)
    store.allows(LIMIT, "ada@example.org", 0.0)
    connection = connect_again(place)
    rows = [
        str(connection.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608
        for table in ("app_sessions", "sign_in_links", "sign_ins_begun", "sign_in_tries")
    ]
    connection.close()
    assert [text for text in rows if "of-ada" in text or "ada@" in text] == []


@pytest.mark.slow
def test_sessions_go_on_when_the_server_is_started_again(server: Server, tmp_path: Path) -> None:
    address = server.database()
    store = GroupSessionStore(DatabaseServer(address, tmp_path / "paperlark"), APP)
    store.begin("cookie", "ada", now=0.0, ends=100.0)
    server.stop()
    with pytest.raises(StoreError, match="check the address, and that the server runs"):
        store.member("cookie", 1.0)
    server.start()
    assert store.member("cookie", 1.0) == "ada"
    store.close()
    server.drop(address)
