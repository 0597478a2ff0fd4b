"""Zotero from the command line: a morning reads, saves, tells what is wrong, and tries again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark.cli import cli
from paperlark.doctor.findings import CheckContext
from paperlark.doctor.zotero import check_zotero
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment
from standins.zotero import KEY, Zotero, zotero_on


class Run(Protocol):
    """Runs a command, with a key of Zotero in the environment or another one."""

    def __call__(self, *arguments: str, key: str | None = KEY) -> Result: ...


@pytest.fixture
def zotero(loopback: HTTPServer, home: Path) -> Iterator[Zotero]:
    with zotero_on(loopback) as standing:
        standing.own.add_collection("Papers")
        standing.own.add_collection("Thesis")
        with (home / "paperlark.toml").open("a") as profile:
            profile.write(
                f'[zotero]\nsave_to = "Papers"\nread = ["Thesis"]\nurl = "{standing.url}"\n'
            )
        yield standing


@pytest.fixture
def run(home: Path, environment: Environment) -> Run:
    assert home.exists()

    def paperlark(*arguments: str, key: str | None = KEY) -> Result:
        own = replace(environment, variables=_variables(key))
        return CliRunner().invoke(cli, arguments, prog_name="paperlark", obj=own)

    return paperlark


def _variables(key: str | None) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": "/nowhere"} | ({"ZOTERO_API_KEY": key} if key else {})


MORNING = ("morning", "--feeds", "feeds", "--no-wait")


def test_a_saved_paper_goes_to_zotero_with_the_next_morning(zotero: Zotero, run: Run) -> None:
    assert run(*MORNING).exit_code == 0
    zotero.own.add(
        [key for key, one in zotero.own.collections.items() if one["name"] == "Thesis"],
        title="Bats at night",
        abstractNote="They hear.",
    )
    zotero.access[KEY]["user"]["write"] = False
    saved = run("save", "2502.00007")
    assert saved.exit_code == 4
    assert "2502.00007: saved\n" in saved.output
    assert "may not write to users/475425" in saved.output
    zotero.access[KEY]["user"]["write"] = True
    morning = run(*MORNING)
    assert morning.exit_code == 0
    assert "zotero: 1 paper more that you like" in morning.output
    assert "zotero: 1 paper saved" in morning.output
    assert [one["title"] for one in zotero.own.top().values()] == ["Bats at night", "Bats 7"]
    assert run("save").output == "all saved papers are there\n"


def test_what_is_wrong_with_zotero_leaves_the_page_alone(zotero: Zotero, run: Run) -> None:
    assert run(*MORNING).exit_code == 0
    run("save", "2502.00007", key=None)
    morning = run(*MORNING, key=None)
    assert morning.exit_code == 4
    assert morning.output.count("error: zotero: there is no secret ZOTERO_API_KEY") == 1
    assert run(*MORNING).exit_code == 0
    assert len(zotero.own.top()) == 1


def test_a_place_that_the_profile_does_not_have_is_a_mistake(home: Path, run: Run) -> None:
    assert home.exists()
    assert "the profile has no place for saved papers" in run("save").output
    assert "there is no place 'zotero'" in run("save", "--to", "zotero").output


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('library = "12345"', "expected a library, such as"),
        ('read = ["!old"]', "all of it leaves something out"),
        ('read = ["a//b"]', "'a//b' names no collection"),
        (f'key_variable = "{KEY}-"', "is not the name of a secret"),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_line(
    home: Path, run: Run, line: str, problem: str
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f"[zotero]\n{line}\n")
    told = run("save")
    assert told.exit_code == 1
    assert "paperlark.toml:4: " in told.output
    assert problem in told.output


def _checked(
    home: Path, environment: Environment, key: str | None = KEY, *, offline: bool = False
) -> list[str]:
    own = replace(environment, variables=_variables(key))
    path = home / "paperlark.toml"
    context = CheckContext(path, load_settings(path), own, offline, lambda _: False)
    return [f"{one.severity}: {one.found}" for one in check_zotero(context)]


def test_the_doctor_checks_the_key_and_the_collections(
    home: Path, environment: Environment, zotero: Zotero
) -> None:
    assert _checked(home, environment) == [
        "ok: the key of user 475425 is valid",
        "ok: saved papers go to the collection 'Papers' of users/475425",
        "ok: 1 collection of users/475425 read daily",
    ]
    assert zotero.written == []
    for key in list(zotero.own.collections):
        zotero.own.rename(key, "Elsewhere")
    assert _checked(home, environment)[1:] == ["error: Zotero has no collection 'Papers'"]
    zotero.access[KEY]["user"]["write"] = False
    assert _checked(home, environment)[1:] == [
        "error: the Zotero key may not write to users/475425"
    ]
    assert _checked(home, environment, "wrong") == ["error: the Zotero key is not valid"]
    assert _checked(home, environment, None) == ["error: its secret is missing"]
    asked = len(zotero.asked)
    assert _checked(home, environment, offline=True) == ["note: it was not asked: --offline"]
    assert len(zotero.asked) == asked


def test_patterns_that_mean_nothing_are_a_warning(
    home: Path, environment: Environment, zotero: Zotero
) -> None:
    for key in list(zotero.own.collections)[1:]:
        zotero.own.drop_collection(key)
    assert _checked(home, environment)[2:] == [
        "warning: [zotero] read means none of the 1 collections of users/475425"
    ]


def test_a_profile_without_zotero_is_well(home: Path, environment: Environment) -> None:
    assert _checked(home, environment) == ["ok: not used: saved papers stay here"]
