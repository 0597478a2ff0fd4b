from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.store.accounts import AccountStore
from standins.fleet_group import FleetGroup, recent_day
from standins.mail_server import MailServer, serving
from standins.postgresql import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    with serving(server, None, login=False):
        yield server


@pytest.fixture
def group(server: Server, tmp_path: Path, mail: MailServer) -> Iterator[FleetGroup]:
    address = server.database()
    place = DatabaseServer(address, tmp_path / "paperlark")
    yield FleetGroup(tmp_path, place, recent_day(), mail=mail.port).lay_out()
    server.drop(address)


def _morning(group: FleetGroup, *more: str) -> tuple[int, str, str]:
    feeds = f"--feeds={group.folder / 'feeds'}"
    return group.run("morning", feeds, f"--date={group.day}", "--shard-size=4", *more)


def test_a_morning_by_two_workers_makes_every_page_and_its_mails_are_sent_once(
    group: FleetGroup, mail: MailServer
) -> None:
    code, out, err = _morning(group, "--workers=2")
    assert code == 0, out + err
    assert "4 of 4 shards, 12 of 12 readers" in out
    assert sorted(group.digests()) == group.names
    code, out, err = group.run("deliver", f"--date={group.day}")
    assert code == 0, out + err
    assert len(mail.taken) == 12
    assert group.run("deliver", f"--date={group.day}")[0] == 0
    assert len(mail.taken) == 12

    code, out, _ = group.run("status", "--json")
    assert code == 0
    assert json.loads(out)["readers"] == {"all": 12, "made": 12, "partial": 0, "failed": 0}
    assert json.loads(out)["stage_seconds"]["rank"] > 0


def test_one_two_and_four_workers_and_a_cluster_make_the_same_digests(group: FleetGroup) -> None:
    made = []
    for how in ("--workers=1", "--workers=2", "--workers=4", "--cluster=local"):
        code, out, err = _morning(group, how, *(["--workers=2"] if "cluster" in how else []))
        assert code == 0, out + err
        made.append(group.digests())
        with closing(group.connect()) as connection:
            for table in ("digests", "shown_or_judged", "parcels", "fleet_readers", "fleet_shards"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            connection.execute("DELETE FROM fleet_mornings")
    assert sorted(made[0]) == group.names
    assert made[1:] == made[:1] * 3


def test_a_reader_with_a_wrong_profile_is_told_and_the_others_have_their_page(
    group: FleetGroup,
) -> None:
    with closing(group.connect()) as connection:
        accounts = AccountStore(connection, group.database)
        connection.execute(
            "UPDATE accounts SET profile_text = ? WHERE reader = 'r05'", ("name = 3",)
        )
        assert accounts.get("r05").profile == "name = 3"
    code, out, err = _morning(group)
    assert code == 1, out + err
    assert "r05" in err
    assert sorted(group.digests()) == [one for one in group.names if one != "r05"], out + err


def test_a_morning_that_is_told_to_stop_goes_on_when_it_is_started_again(
    group: FleetGroup,
) -> None:
    feeds = f"--feeds={group.folder / 'feeds'}"
    arguments = ("morning", feeds, f"--date={group.day}", "--shard-size=1")
    process = group.start(*arguments)
    deadline = time.monotonic() + 60
    while not group.digests() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode in {128 + signal.SIGTERM, 0}
    code, out, err = group.run(*arguments)
    assert code == 0, out + err
    assert sorted(group.digests()) == group.names


def test_a_group_without_a_server_is_refused_in_one_line(tmp_path: Path) -> None:
    group = FleetGroup(tmp_path, DatabaseServer("store.db", tmp_path), recent_day())
    group.folder.joinpath("group.toml").write_text(
        'name = "A"\naddress = "https://a.example.org"\ndatabase = "store.db"\n'
        '[sign_in]\nmethod = "proxy"\nproxies = ["127.0.0.1"]\n'
    )
    code, _, err = group.run("status")
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "needs PostgreSQL" in err
