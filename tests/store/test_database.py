from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from paperlark.domain.errors import StoreDamaged, StoreError
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.redaction import remember
from paperlark.domain.spending import Spend
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.database import open_database
from paperlark.store.day_values import unpack_digest
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.sqlite import VERSION
from paperlark.testing import a_feed, a_paper
from standins.digests import ordinary

DAY = date(2025, 2, 26)
ASKING = JudgementKey(DAY, "Mine", "c", "j")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deeper" / "store.db"


def test_the_schema_explains_every_table(path: Path) -> None:
    with open_database(path) as connection:
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_schema"
            " WHERE type = 'table' AND name NOT LIKE 'search_words%'"
        )
        schema = dict(tables.fetchall())
    assert set(schema) == {
        "account_groups",
        "accounts",
        "app_keys",
        "app_sessions",
        "audit",
        "sign_in_links",
        "sign_in_tries",
        "sign_ins_begun",
        "exchanges",
        "fleet_mornings",
        "fleet_readers",
        "fleet_shards",
        "judgements",
        "month_spending",
        "moves",
        "rate_limits",
        "digests",
        "shown_or_judged",
        "papers",
        "batches",
        "listings",
        "encodings",
        "feedback",
        "library",
        "explored",
        "servers",
        "places",
        "paper_set_members",
        "paper_sets",
        "jobs",
        "parcels",
        "read_libraries",
        "readers",
        "saved_copies",
        "scratch",
        "search_texts",
        "search_waiting",
        "sharing",
        "translations",
        "triage",
        "under_way",
    }
    assert all("-- " in sql for sql in schema.values())


def test_opening_again_changes_nothing(path: Path) -> None:
    for _ in range(2):
        with open_database(path) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_database_whose_batches_had_no_notes_yet_is_completed(path: Path) -> None:
    scripts = resources.files("paperlark.store").joinpath("migrations", "sqlite")
    first, second = (
        scripts.joinpath(name).read_text("utf-8")
        for name in ("0001_exchanges_judgements_digests.sql", "0002_batches.sql")
    )
    later = [line for line in second.splitlines() if line.startswith(("    notes", "    trail"))]
    assert len(later) == 2
    for line in later:
        second = second.replace(line + "\n", "")
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(first + second)
        connection.execute("CREATE INDEX listings_by_paper ON listings (paper_id, day)")
        connection.execute("PRAGMA user_version = 2")
    with open_database(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        store = AnnouncementStore(connection, path)
        store.keep(a_feed(a_paper("2502.00001")), DAY)
        assert store.batch("cs.LG", DAY) is not None


def test_a_migration_that_was_overtaken_by_the_next_one_is_made_up_for(path: Path) -> None:
    scripts = resources.files("paperlark.store").joinpath("migrations", "sqlite")
    lacking = [one for one in scripts.iterdir() if one.name[:4] in {"0018", "0021"}
               or one.name[:4] > "0022"]  # fmt: skip
    text = "".join(one.read_text("utf-8") for one in lacking)
    with open_database(path) as connection, transaction(connection):
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for name in reversed(re.findall(r"CREATE TABLE (\w+)", text)):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", text):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 22")
    with open_database(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        for table in ("month_spending", "fleet_mornings"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


@pytest.mark.parametrize(
    ("had", "version"),
    [
        ({*range(1, 11), 12}, 11),
        ({*range(1, 18), 19}, 18),
        ({*range(1, 18), 19, 22}, 19),
        ({*range(1, 18), 19, 22}, 22),
        ({*range(1, 25)}, 25),
    ],
)
def test_a_migration_is_known_by_what_it_made_whatever_its_number_was(
    path: Path, tmp_path: Path, had: set[int], version: int
) -> None:
    path.parent.mkdir()
    scripts = resources.files("paperlark.store").joinpath("migrations", "sqlite")
    with closing(sqlite3.connect(path)) as connection:
        for one in sorted(scripts.iterdir(), key=lambda one: one.name):
            if int(one.name[:4]) in had:
                connection.executescript(one.read_text("utf-8"))
        if 20 in had:
            connection.executescript(
                "DROP TABLE scanned_rows; DROP TABLE matches; DROP TABLE digests_as_text"
            )
        connection.execute(f"PRAGMA user_version = {version}")
    with open_database(path) as connection, open_database(tmp_path / "new.db") as new:
        assert _columns(connection) == _columns(new)
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def _columns(connection: DatabaseConnection) -> set[tuple[str, str, str | None]]:
    """Return what is in a database: kind, name, and of tables each column."""
    return set(
        connection.execute(
            "SELECT m.type, m.name, c.name"
            " FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c"
        ).fetchall()
    )


def test_papers_and_calls_of_the_first_databases_get_their_reader(path: Path) -> None:
    scripts = resources.files("paperlark.store").joinpath("migrations", "sqlite")
    first = scripts.joinpath("0001_exchanges_judgements_digests.sql").read_text("utf-8")
    first, _ = first.split("CREATE TABLE scanned")
    first = first.replace("(day, profile, criteria, judge)", "(day, criteria, judge)")
    first = re.sub(r"\n    profile TEXT NOT NULL, .*whose page that is", "", first)
    paper = {"id": "2502.00001", "version": 1, "title": "Bats", "abstract": "", "categories": []}
    authors = [{"name": "A", "affiliation": None}]
    page = {"entries": [{"place": 1, "paper": {**paper, "authors": authors}}]}
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as first_one, first_one:
        first_one.executescript(first)
        first_one.executemany(
            "INSERT INTO digests VALUES (?, ?, ?)",
            [("Mine", "2025-02-26", json.dumps(page)), ("Mine", "2025-02-25", "not JSON")],
        )
        for number, day in enumerate(("2025-02-26", "2025-02-24")):
            first_one.execute(
                "INSERT INTO exchanges (id, day, criteria, judge, requests, reply, at)"
                " VALUES (?, ?, 'c', 'j', 1, 'a reply', '2025-02-26T06:00:00Z')", (number, day)
            )  # fmt: skip
        first_one.execute("PRAGMA user_version = 1")
    with open_database(path) as connection:
        assert connection.execute("SELECT day, profile FROM exchanges ORDER BY id").fetchall() == [
            ("2025-02-26", "Mine"),
            ("2025-02-24", "Mine"),
        ]
        assert connection.execute(
            "SELECT profile, day, paper_id, on_page, place, version FROM scanned"
        ).fetchall() == [("Mine", "2025-02-26", "2502.00001", 1, 1, None)]
        assert connection.execute("SELECT count(*) FROM digests").fetchone() == (2,)


def test_a_database_of_a_later_paperlark_is_left_alone(path: Path) -> None:
    with open_database(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="update paperlark"), open_database(path):
        pass


def test_a_damaged_database_is_set_aside_and_nothing_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("This is a diary, not a database." * 100)
    with (
        pytest.raises(StoreDamaged, match=r"renamed to store\.db\.damaged-1"),
        open_database(path),
    ):
        pass
    assert (tmp_path / "store.db.damaged-1").read_text().startswith("This is a diary")
    with pytest.raises(StoreDamaged, match="paperlark restore"), open_database(path):
        pass
    assert not path.exists()
    with open_database(path, anew=True):
        pass
    with open_database(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_page_of_the_database_overwritten_is_found_when_it_is_opened(path: Path) -> None:
    with open_database(path) as connection:
        store = JudgementStore(connection, path)
        for number in range(300):
            store.keep(ModelCall((), Spend(None, None), "x" * number), ASKING)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[8192:24576] = b"\xff" * 16384
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="renamed"), open_database(path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(StoreError, match="cannot be created"),
        open_database(tmp_path / "file" / "store.db"),
    ):
        pass


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    with open_database(path) as connection:
        store = JudgementStore(connection, path)
        wrong = Judgement(a_paper().id, 1, 5, 5, "x")
        object.__setattr__(wrong, "relevance", 99)  # the database has its own check
        with pytest.raises(StoreError):
            store.keep(ModelCall((wrong,), Spend(None, None)), ASKING)
        assert store.spend(ASKING).requests == 0
        with pytest.raises(RuntimeError), transaction(connection):
            raise RuntimeError
        assert not connection.in_transaction


def test_what_is_kept_is_on_the_disk_at_once(path: Path) -> None:
    with open_database(path) as connection:
        JudgementStore(connection, path).keep(ModelCall((), Spend(None, None)), ASKING)
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT count(*) FROM exchanges").fetchone() == (1,)
        other.close()


def test_a_digest_that_cannot_be_read_says_how_to_make_it_again(path: Path) -> None:
    with open_database(path) as connection:
        connection.execute(
            "INSERT INTO digests (profile, day, digest) VALUES ('Mine', '2025-02-26', '{}')"
        )
        with pytest.raises(StoreError, match="paperlark run --date 2025-02-26"):
            DigestStore(connection, path).digest("Mine", DAY)


def test_a_digest_of_before_there_was_exploration_is_read(path: Path) -> None:
    page = ordinary()
    with open_database(path) as connection:
        archive = DigestStore(connection, path)
        archive.save(page)
        [(text,)] = connection.execute("SELECT digest FROM digests").fetchall()
        old = json.loads(unpack_digest(text))
        for part in (old, old["funnel"], *old["entries"]):
            for name in ("explored", "unread", "missed", "outside"):
                part.pop(name, None)
        connection.execute("UPDATE digests SET digest = ?", (json.dumps(old).encode(),))
        assert archive.digest(page.profile, page.day) == page


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
@pytest.mark.parametrize(("before", "after"), [(None, 0o600), (0o644, 0o600), (0o660, 0o660)])
def test_a_database_is_for_its_owner_alone_unless_they_opened_it_to_a_group(
    path: Path, before: int | None, after: int
) -> None:
    if before is not None:
        with open_database(path):
            pass
        path.chmod(before)
    with open_database(path):
        files = (path, path.with_name(f"{path.name}-wal"))
        assert {one.stat().st_mode & 0o777 for one in files} == {after}


def test_no_text_is_stored_with_a_secret_in_it(path: Path) -> None:
    remember("sk-proj-Xy12aB34cD56")
    with open_database(path) as connection:
        connection.execute("CREATE TABLE said (text TEXT, bytes BLOB)")
        connection.execute("INSERT INTO said VALUES (?, ?)", ("Bearer sk-proj-Xy12aB34cD56", b"x"))
        connection.executemany("INSERT INTO said VALUES (?, ?)", [("sk-proj-Xy12aB34cD56", None)])
        connection.execute("INSERT INTO said VALUES (:a, :b)", {"a": "sk-proj-Xy12…", "b": 1})
        rows = connection.execute("SELECT text, bytes FROM said").fetchall()
    assert rows == [("Bearer [secret]", b"x"), ("[secret]", None), ("[secret]…", 1)]
