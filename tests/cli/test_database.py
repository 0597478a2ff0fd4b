from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from paperlark.store.monitor import supported
from paperlark.store.postgresql import connect
from standins.postgresql import Server, running, server_programs

GROUP = """name = "Bats"
address = "https://papers.example.org"
[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]
[members.ada]
name = "Ada"
profile = "paperlark.toml"
user = "ada"
"""


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: Debian's package is `postgresql`")
    with running(programs) as found:
        yield found


def _run(environment: Environment, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["database", *arguments], obj=environment)


def test_tables_are_made_once_and_told(environment: Environment, home: Path) -> None:
    version = supported(home / "paperlark.db")
    missing = _run(environment, "status")
    assert missing.exit_code == 1
    assert "there are no tables in" in missing.output
    assert "make them: paperlark database migrate" in missing.output
    assert not (home / "paperlark.db").exists()
    made = _run(environment, "migrate")
    assert made.output == f"{home / 'paperlark.db'}: version 0 → {version}\n"
    again = _run(environment, "migrate")
    assert again.output == f"{home / 'paperlark.db'}: version {version} already\n"
    shown = _run(environment, "status")
    assert shown.exit_code == 0
    assert f"version {version};" in shown.output


def test_the_database_of_a_group_is_another(environment: Environment, home: Path) -> None:
    (home / "group.toml").write_text(GROUP)
    made = _run(environment, "migrate", "--group", "group.toml")
    assert made.exit_code == 0, made.output
    assert (home / "group.toml.sessions.db").exists()
    assert not (home / "paperlark.db").exists()


def test_a_server_is_told_with_its_tables_and_nothing_is_changed(
    environment: Environment, home: Path, postgresql: Server
) -> None:
    address = postgresql.database()
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'database = "{address}"\n')
    assert _run(environment, "status").exit_code == 1
    assert _run(environment, "migrate").exit_code == 0
    shown = _run(environment, "status", "--json")
    assert shown.exit_code == 0, shown.output
    document = json.loads(shown.output)
    assert document["version"] == document["supported"]
    assert document["database"] == address
    assert {"papers", "digests", "audit"} <= {one["name"] for one in document["tables"]}
    assert document["bytes"] > 1_000_000
    postgresql.drop(address)


@pytest.mark.parametrize(
    ("version", "told"), [(3, "paperlark database migrate"), (9999, "update paperlark")]
)
def test_tables_of_another_version_are_told_with_what_to_do(
    environment: Environment, home: Path, postgresql: Server, version: int, told: str
) -> None:
    address = postgresql.database()
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'database = "{address}"\n')
    assert _run(environment, "migrate").exit_code == 0
    connection = connect(address)
    connection.execute("UPDATE paperlark SET version = ?", (version,))
    connection.close()
    shown = _run(environment, "status")
    assert shown.exit_code == 3
    assert f"version {version}, this paperlark's is" in shown.output
    assert told in shown.output
    postgresql.drop(address)
