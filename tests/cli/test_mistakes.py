"""Bad input gets one clear line that names the thing and the mend, and nothing is lost."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from standins.commands import Paperlark

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
JUDGE = '[judge]\nmodel = "gpt-4o"\n'


def _add(home: Path, text: str) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(text)


def _error(paperlark: Paperlark, *arguments: str) -> str:
    result = paperlark(*arguments)
    assert result.exit_code == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, result.stderr
    assert isinstance(result.exception, SystemExit)
    return errors[0]


def test_no_profile(paperlark: Paperlark) -> None:
    error = _error(paperlark, *RUN, "--profile", "nowhere.toml")
    assert "nowhere.toml: there is no such file" in error
    assert "paperlark init" in error


def test_broken_toml(paperlark: Paperlark, home: Path) -> None:
    _add(home, "colour = \n")
    assert "paperlark.toml:3: is not TOML here" in _error(paperlark, *RUN)


def test_an_unknown_category(paperlark: Paperlark, home: Path) -> None:
    (home / "paperlark.toml").write_text('name = "x"\ncategories = ["cs.lg"]')
    assert "paperlark.toml:2: categories: arXiv has no category 'cs.lg'; did you mean 'cs.LG'?" in (
        _error(paperlark, *RUN)
    )


def test_an_unreachable_network(paperlark: Paperlark, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        doors = "".join(f'{door} = "{nobody}"\n' for door in ("rss", "pages", "oai", "search"))
        _add(home, f"[sources]\n{doors}")
        error = _error(paperlark, "today")
    assert "No network" in error
    assert "could not be reached" in error


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "there is no secret OPENAI_API_KEY"),
        ('key_variable = "A_KEY"\n[budget]\nday = 1\n', "no price known for a-model"),
    ],
)
def test_a_mistake_about_the_model_ends_a_run_that_is_to_fail_with_it(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch, more: str, said: str
) -> None:
    monkeypatch.setenv("A_KEY", "sk-a-key")
    _add(home, f'[judge]\nmodel = "a-model"\non_failure = "fail"\n{more}')
    assert said in _error(paperlark, *RUN)
    assert not (home / "pages" / "2025-02-26.html").exists()


def test_an_unwritable_folder(paperlark: Paperlark, home: Path) -> None:
    (home / "file").touch()
    error = _error(paperlark, *RUN, "--out", "file/pages")
    assert "cannot write to the output folder" in error
    assert "file/pages" in error
    assert "--out" in error


def test_a_folder_with_the_pages_of_another_profile(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    before = (home / "pages" / "2025-02-26.html").read_bytes()
    text = (home / "paperlark.toml").read_text().replace("Bats", "Cats")
    (home / "cats.toml").write_text(text)
    error = _error(paperlark, *RUN, "--profile", "cats.toml")
    assert "has the page of 2025-02-26 of another profile, 'Bats'" in error
    assert (home / "pages" / "2025-02-26.html").read_bytes() == before


def test_a_feed_that_is_not_xml(paperlark: Paperlark, home: Path) -> None:
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_text("Rate exceeded.")
    assert "2025-02-26.cs.LG.rss.xml is not XML" in _error(paperlark, *RUN)


def test_a_day_without_a_feed(paperlark: Paperlark) -> None:
    error = _error(paperlark, "run", "--date", "2025-02-25", "--feeds", "feeds")
    assert "feeds has no feed for cs.LG on 2025-02-25" in error


def test_a_range_without_any_feed(paperlark: Paperlark) -> None:
    arguments = ("run", "--from", "2020-01-01", "--to", "2020-01-31", "--feeds", "feeds")
    assert "no feed of any day from 2020-01-01 to 2020-01-31" in _error(paperlark, *arguments)


def test_a_recording_that_is_not_there(paperlark: Paperlark) -> None:
    assert "gone.jsonl" in _error(paperlark, *RUN, "--judgements", "gone.jsonl")


def test_a_damaged_database(paperlark: Paperlark, home: Path) -> None:
    (home / "paperlark.db").write_bytes(b"This is a diary, not a database. " * 100)
    assert "paperlark.db is damaged" in _error(paperlark, *RUN)


def test_nothing_to_show(paperlark: Paperlark) -> None:
    assert "'Bats' has no page yet" in _error(paperlark, "show")


def test_a_failure_leaves_the_last_good_pages(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    before = {path: path.read_bytes() for path in (home / "pages").iterdir()}
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_text("Rate exceeded.")
    error = _error(paperlark, *RUN)
    record = home / "pages" / "2025-02-26.failed.json"
    assert json.loads(record.read_text())["failures"] == [error.removeprefix("error: ")]
    record.unlink()
    assert {path: path.read_bytes() for path in (home / "pages").iterdir()} == before


def test_the_record_of_a_failure_goes_when_the_page_is_made(
    paperlark: Paperlark, home: Path
) -> None:
    feed = home / "feeds" / "2025-02-26.cs.LG.rss.xml"
    good = feed.read_bytes()
    feed.write_text("Rate exceeded.")
    _error(paperlark, *RUN)
    feed.write_bytes(good)
    paperlark(*RUN)
    assert not (home / "pages" / "2025-02-26.failed.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "--date", "yesterday"),
        ("run", "--from", "2025-02-26"),
        ("run", "--from", "2025-02-26", "--to", "2025-02-25"),
        ("run", "--date", "2025-02-26", "--from", "2025-02-26", "--to", "2025-02-26"),
        ("init", "--category", "knitting"),
        ("knit",),
    ],
)
def test_a_mistake_in_the_command_is_explained_with_exit_code_2(
    paperlark: Paperlark, arguments: tuple[str, ...]
) -> None:
    result = paperlark(*arguments)
    assert result.exit_code == 2
    assert "error: " in result.stderr.lower()
