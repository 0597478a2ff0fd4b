"""`paperlark readers`: readers as rows, on either engine."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from standins.groups import DAY, profiles_in
from standins.postgresql import ENGINES, Server

pytestmark = pytest.mark.slow
Run = Callable[..., Result]
_GROUP = """\
name = "Astronomy"
address = "https://papers.example.org"
database = "{database}"

[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]
"""


@pytest.fixture(params=ENGINES)
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs `paperlark readers` with a group whose database is empty."""
    database = "lark.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        database = server.database()
    (tmp_path / "group.toml").write_text(_GROUP.format(database=database))
    monkeypatch.setenv("PAPERLARK_GROUP", str(tmp_path / "group.toml"))
    runner = CliRunner()

    def ran(*arguments: object, code: int = 0, typed: str | None = None) -> Result:
        result = runner.invoke(cli, ["readers", *map(str, arguments)], input=typed)
        assert result.exit_code == code, result.output
        return result

    return ran


def _profile(folder: Path, text: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "paperlark.toml").write_text(f'name = "Bats"\ncategories = ["q-bio.NC"]\n{text}')
    (folder / "criteria.md").write_text("Sonar of bats.\n")
    return folder


def test_readers_are_added_and_listed(run: Run, tmp_path: Path) -> None:
    ada = run("add", "Ada Lovelace", "--email=Ada@example.org", "--in=astro", "--category=cs.LG")
    emmy = run(
        "add", "Emmy", "--role=admin", "--budget=2.50", "--profile", _profile(tmp_path / "b")
    )
    assert (ada.output, emmy.output) == ("ada-lovelace\n", "emmy\n")
    assert run("list").output.splitlines()[:3] == [
        "id            name          group  role    state    $ a month  categories",
        "ada-lovelace  Ada Lovelace  astro  reader  enabled  no limit   cs.LG",
        "emmy          Emmy                 admin   enabled  2.50       q-bio.NC",
    ]
    [one] = json.loads(run("list", "--in=astro", "--json").stdout)
    assert (one["id"], one["email"], one["budget_usd"]) == ("ada-lovelace", "ada@example.org", None)
    shown = json.loads(run("show", "emmy", "--json").stdout)
    assert (shown["criteria"], shown["role"]) == ("Sonar of bats.\n", "admin")


def test_a_mistake_is_one_clear_error_and_nothing_is_stored(run: Run, tmp_path: Path) -> None:
    broken = _profile(tmp_path / "broken", "page_size = -1\n")
    run("add", "Ada", "--category=cs.LG", "--user=ada")
    for arguments, told in (
        (("Eve",), "give a profile"),
        (("Eve", "--category=cs.XX"), "arXiv has no"),
        (("Eve", "--category=cs.LG", "--user=ada"), "the user 'ada' is that of the reader 'ada'"),
        (("Eve", "--category=cs.LG", "--id=../eve"), "'../eve' cannot be an id"),
        (("Eve", "--category=cs.LG", "--email=no mail"), "no mail address"),
        (("Eve", "--category=cs.LG", "--budget=-1"), "no budget"),
        (("Eve", "--category=cs.LG", "--budget=nan"), "no budget"),
        (("\x1b[31mEve", "--category=cs.LG"), "cannot be stored"),
        (("Eve", "--profile", broken), "page_size is -1"),
    ):
        result = run("add", *arguments, code=2 if "give" in told or "--b" in str(arguments)
                     or "XX" in str(arguments) else 1)  # fmt: skip
        assert told in result.output
    assert [one["id"] for one in json.loads(run("list", "--json").stdout)] == ["ada"]
    assert "no reader 'nobody'" in run("show", "nobody", code=1).output


def test_a_reader_is_changed_disabled_and_enabled(run: Run) -> None:
    run("add", "Ada", "--category=cs.LG", "--email=ada@example.org")
    run("change", "ada", "--budget=3", "--in=maths", "--role=group_admin")
    run("change", "ada", "--name=Ada L.")
    run("disable", "ada")
    found = json.loads(run("show", "ada", "--json").stdout)
    told = (found["name"], found["budget_usd"], found["group"], found["role"], found["disabled"])
    assert told == ("Ada L.", "3", "maths", "group_admin", True)
    assert found["email"] == "ada@example.org"
    assert json.loads(run("list", "--enabled", "--json").stdout) == []
    run("enable", "ada")
    run("change", "ada", "--budget=none", "--email=")
    found = json.loads(run("show", "ada", "--json").stdout)
    assert (found["budget_usd"], found["email"], found["disabled"]) == (None, "", False)
    run("change", "ada", code=2)


def test_a_group_has_a_budget(run: Run) -> None:
    run("add", "Ada", "--category=cs.LG", "--in=astro")
    run("group", "astro", "--budget=40")
    groups = json.loads(run("group", "--json").stdout)
    assert groups == [{"name": "astro", "budget_usd": "40"}]
    run("group", "astro", "--budget=none")
    assert "astro  no limit" in run("group").output
    run("group", "astro", code=2)


def test_a_profile_goes_in_and_comes_out_as_it_is(run: Run, tmp_path: Path) -> None:
    folder = _profile(tmp_path / "bats", "# kept: a remark of mine\n")
    run("add", "Ada", "--profile", folder)
    run("export", "ada", tmp_path / "ada.zip")
    with zipfile.ZipFile(tmp_path / "ada.zip") as packed:
        assert packed.read("paperlark.toml") == (folder / "paperlark.toml").read_bytes()
        assert packed.read("criteria.md") == (folder / "criteria.md").read_bytes()
        assert "What paperlark stores of Ada" in packed.read("README.txt").decode()
    assert stat.S_IMODE((tmp_path / "ada.zip").stat().st_mode) == 0o600
    assert "is there already" in run("export", "ada", tmp_path / "ada.zip", code=1).output


def test_deleting_asks_first(run: Run) -> None:
    run("add", "Ada", "--category=cs.LG")
    assert "Aborted" in run("delete", "ada", typed="n\n", code=1).output
    run("show", "ada")
    run("delete", "ada", "--yes")
    run("show", "ada", code=1)
    run("delete", "ada", "--yes", code=1)


def test_a_group_without_a_database_has_no_such_readers(run: Run, tmp_path: Path) -> None:
    del run
    (tmp_path / "files.toml").write_text(
        _GROUP.format(database="").replace("database", "# database")
        + '[members.ada]\nname = "Ada"\nprofile = "ada"\nuser = "ada"\n'
    )
    result = CliRunner().invoke(cli, ["readers", "list", "--group", str(tmp_path / "files.toml")])
    assert result.exit_code == 1
    assert "names no database" in result.output


def test_a_folder_of_profiles_is_imported_with_its_archive(run: Run, tmp_path: Path) -> None:
    served = profiles_in(tmp_path / "home", ["ada", "emmy"])
    profile = served.profile("ada")
    wanted = str(profile.digest(DAY).entries[0].paper.id)
    profile.reading.triage(wanted, "want", page=DAY)
    profile.reading.triage(wanted, "note", text="read this one", page=DAY)
    _profile(tmp_path / "home" / "broken", "page_size = -1\n")
    before = {one: one.read_bytes() for one in (tmp_path / "home").rglob("*.toml")}
    result = run("import", tmp_path / "home", "--in=astro", code=3)
    assert "page_size is -1" in result.output
    assert {one: one.read_bytes() for one in before} == before
    accounts = json.loads(run("list", "--in=astro", "--json").stdout)
    assert len(accounts) == 2
    with_votes = next(line for line in result.output.splitlines() if "1 vote," in line)
    run("export", with_votes.split()[0], tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        names = packed.namelist()
        assert f"digests/{DAY}.json" in names
        votes = packed.read("votes.jsonl").decode()
        assert wanted in votes
        assert "read this one" in votes
        assert date.fromisoformat(json.loads(packed.read(f"digests/{DAY}.json"))["day"]) == DAY


def test_a_folder_is_imported_again_after_a_mistake_was_corrected(run: Run, tmp_path: Path) -> None:
    """Who is there stays as they are, and each signs in by the name of their profile's folder."""
    for name, line in (("ada", ""), ("emmy", "page_size = -1")):
        folder = _profile(tmp_path / "lab" / name)
        (folder / "paperlark.toml").write_text(
            f'name = "The papers of {name}"\ncategories = ["cs.LG"]\n{line}\n'
        )
    asked = ("import", tmp_path / "lab", "--in=astro", "--user={}", "--email={}@example.org")
    first = run(*asked, code=3)
    broken = tmp_path / "lab" / "emmy" / "paperlark.toml"
    assert f"error: not imported: {broken}:3: page_size is -1" in first.output
    run("change", "the-papers-of-ada", "--budget=2")
    broken.write_text('name = "The papers of emmy"\ncategories = ["cs.LG"]\n')
    again = run(*asked)
    ada = tmp_path / "lab" / "ada" / "paperlark.toml"
    assert f"the-papers-of-ada  was there already: {ada} is left out" in again.output
    found = json.loads(run("list", "--json").stdout)
    assert [(one["id"], one["user"], one["email"], one["budget_usd"]) for one in found] == [
        ("the-papers-of-ada", "ada", "ada@example.org", "2"),
        ("the-papers-of-emmy", "emmy", "emmy@example.org", None),
    ]


@pytest.mark.parametrize("name", ["add", "change", "group", "import"])
def test_examples_in_the_help_keep_their_lines(name: str) -> None:
    printed = CliRunner().invoke(cli, ["readers", name, "--help"]).output
    assert "\n  Examples:\n    paperlark readers " in printed
    assert "\\b" not in printed


def test_help_says_what_a_first_reader_needs() -> None:
    printed = CliRunner().invoke(cli, ["readers", "--help"]).output
    assert "paperlark readers add" in printed
    assert "paperlark readers delete" in printed


def test_what_was_done_to_readers_is_in_the_log_and_names_nobody_who_was_deleted(
    run: Run, tmp_path: Path
) -> None:
    run("add", "Ada Lovelace", "--email=ada@example.org", "--in=astro", "--category=cs.LG")
    run("add", "Emmy Noether", "--user=emmy", "--category=math.AG")
    run("change", "ada-lovelace", "--budget=2.50", "--role=group_admin", "--email=a@example.org")
    run("disable", "ada-lovelace")
    run("export", "ada-lovelace", tmp_path / "ada.zip")
    run("group", "astro", "--budget=40")
    lines = run("log").stdout.splitlines()
    assert [line.split("  ", 1)[1] for line in reversed(lines)] == [
        "command line  reader added  ada-lovelace",
        "command line  reader added  emmy-noether",
        "command line  role changed  ada-lovelace  from reader to group_admin",
        "command line  budget changed  ada-lovelace  $2.50 a month",
        "command line  reader changed  ada-lovelace  email",
        "command line  reader disabled  ada-lovelace",
        "command line  reader exported  ada-lovelace",
        "command line  group changed  astro  $40 a month",
    ]
    assert len(run("log", "emmy-noether").stdout.splitlines()) == 1
    run("delete", "ada-lovelace", "--yes")
    events = json.loads(run("log", "--json").stdout)
    assert [(one["action"], one["subject"]) for one in events[:2]] == [
        ("reader deleted", "(deleted)"),
        ("group changed", "astro"),
    ]
    assert "ada" not in json.dumps(events)
    assert run("log", "ada-lovelace").stdout == ""
