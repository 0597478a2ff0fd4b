"""A profile keeps votes, pages and addresses whatever its title, and shares them with nobody."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from paperlark.domain.readers import KnownReader
from paperlark.store.readers import stored_readers
from standins.commands import Paperlark
from standins.links import broken

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
ATOM = "{http://www.w3.org/2005/Atom}"
OLD = Path(__file__).parent.parent / "store" / "databases" / "version-8.db.gz"


def _well(paperlark: Paperlark, *arguments: str) -> str:
    result = paperlark(*arguments)
    assert result.exit_code in {0, 3}, result.output
    return result.stdout


def _rename(profile: Path, old: str, new: str) -> None:
    text = profile.read_text()
    assert f'name = "{old}"' in text
    profile.write_text(text.replace(f'name = "{old}"', f'name = "{new}"', 1))


def _second(home: Path, name: str = "second", text: str = "") -> Path:
    """Write a profile in a folder of its own, with the database and feeds of the first one."""
    folder = home / name
    folder.mkdir()
    (folder / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.")
    profile = folder / "paperlark.toml"
    profile.write_text(
        text or 'name = "Bats"\ncategories = ["cs.LG"]\ndatabase = "../paperlark.db"\n'
    )
    return profile


def _readers(home: Path) -> dict[str, KnownReader]:
    return {one.id: one for one in stored_readers(home / "paperlark.db")}


def _findings(paperlark: Paperlark, *arguments: str) -> list[dict[str, Any]]:
    result = paperlark("doctor", "--offline", "--json", *arguments)
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return [one for one in found if one["check"] in {"reader", "other readers"}]


def _site(folder: Path) -> dict[str, bytes]:
    site = folder.resolve()
    return {
        str(one.relative_to(site)): one.read_bytes() for one in site.rglob("*") if one.is_file()
    }


def test_the_first_page_writes_an_id_below_the_name_and_changes_nothing_else(
    paperlark: Paperlark, home: Path
) -> None:
    profile = home / "paperlark.toml"
    profile.write_text("# mine\n" + profile.read_text() + "page_size = 3  # few\n")
    before = profile.read_text().splitlines()
    _well(paperlark, *RUN)
    after = profile.read_text().splitlines()
    assert after[:2] == before[:2]
    assert after[2].startswith('id = "Bats"  # ')
    assert after[3:] == before[2:]
    _well(paperlark, *RUN)
    assert profile.read_text().splitlines() == after


def test_commands_that_only_read_write_no_id(paperlark: Paperlark, home: Path) -> None:
    before = (home / "paperlark.toml").read_bytes()
    paperlark("show")
    paperlark("doctor", "--offline")
    paperlark("vote", "2502.00007", "up")
    assert (home / "paperlark.toml").read_bytes() == before


def test_a_renamed_profile_keeps_votes_days_search_spending_and_addresses(
    paperlark: Paperlark, home: Path
) -> None:
    _well(paperlark, *RUN)
    _well(paperlark, "vote", "2502.00008", "up")
    _well(paperlark, "site")
    before = _site(home / "site")
    _rename(home / "paperlark.toml", "Bats", "Flying mammals")
    assert _well(paperlark, "show", "--days") == "2025-02-26\n"
    assert "2502.00008" in _well(paperlark, "vote", "--list")
    assert "Bats 8" in _well(paperlark, "search", "sonar")
    assert "2025-02-26" in _well(paperlark, "why", "2502.00008")
    _well(paperlark, *RUN)
    assert set(_readers(home)) == {"Bats"}
    assert _readers(home)["Bats"].title == "Flying mammals"
    _well(paperlark, "site")
    after = _site(home / "site")
    # Parts of the search index are named by their content, and nobody links to them.
    index = re.compile(r"bats/search/\d")
    assert {one for one in before if not index.match(one)} == {
        one for one in after if not index.match(one)
    }
    assert broken(home / "site") == []
    pages = {name: page for name, page in after.items() if name.endswith(".html")}
    assert not [name for name, page in pages.items() if b'profile"><bdi>Bats' in page]
    assert b"<bdi>Flying mammals</bdi>" in pages["bats/2025/02/26/index.html"]
    (known,) = _findings(paperlark)
    assert known["state"] == "ok"
    assert "'Flying mammals', known by the id 'Bats'" in known["found"]
    assert str(home / "paperlark.toml") in known["found"]


def test_a_profile_renamed_before_its_first_run_with_ids_is_found_by_its_pages(
    paperlark: Paperlark, home: Path
) -> None:
    _well(paperlark, *RUN)
    _well(paperlark, "vote", "2502.00008", "up")
    # As an earlier version left them.
    (home / "paperlark.toml").write_text('name = "Mammals"\ncategories = ["cs.LG"]\n')
    manifest = home / "pages" / "2025-02-26.manifest.json"
    manifest.write_text(manifest.read_text().replace(' "id": "Bats",\n', ""))
    assert '"id": "Bats"' not in manifest.read_text()
    (home / "paperlark.toml").rename(home / "mine.toml")
    assert "2502.00008" in _well(paperlark, "vote", "--list", "--profile", "mine.toml")
    _well(paperlark, *RUN, "--profile", "mine.toml")
    assert 'id = "Bats"' in (home / "mine.toml").read_text()
    assert set(_readers(home)) == {"Bats"}


def test_a_moved_profile_keeps_its_reader_and_the_new_place_is_known(
    paperlark: Paperlark, home: Path
) -> None:
    profile = _second(home)
    _well(paperlark, *RUN, "--profile", str(profile))
    _well(paperlark, "vote", "2502.00007", "up", "--profile", str(profile))
    (home / "second").rename(home / "third")
    moved = str(home / "third" / "paperlark.toml")
    assert "2502.00007" in _well(paperlark, "vote", "--list", "--profile", moved)
    _well(paperlark, *RUN, "--profile", moved)
    assert [(one.id, one.profile) for one in _readers(home).values()] == [("Bats", moved)]


def test_a_copied_folder_with_its_own_database_works_like_the_first(
    paperlark: Paperlark, home: Path
) -> None:
    mine = home / "mine"
    mine.mkdir()
    for name in ("paperlark.toml", "criteria.md"):
        shutil.copy(home / name, mine)
    _well(paperlark, *RUN, "--profile", "mine/paperlark.toml")
    shutil.copytree(mine, home / "copy")
    _well(paperlark, *RUN, "--profile", "copy/paperlark.toml")
    _well(paperlark, *RUN, "--profile", "mine/paperlark.toml")


@pytest.mark.parametrize("command", [RUN, ("show",), ("vote", "--list"), ("search", "sonar")])
def test_a_copy_in_the_same_database_is_refused_with_both_places(
    paperlark: Paperlark, home: Path, command: tuple[str, ...]
) -> None:
    first = _second(home)
    _well(paperlark, *RUN, "--profile", str(first))
    shutil.copytree(first.parent, home / "copy")
    copy = home / "copy" / "paperlark.toml"
    _rename(copy, "Bats", "Whales")
    refused = paperlark(*command, "--profile", str(copy))
    assert refused.exit_code == 1
    (line,) = refused.stderr.splitlines()
    assert str(first) in line
    assert str(copy) in line
    assert "delete the line `id` in the copy" in line
    (found,) = _findings(paperlark, "--profile", str(copy))
    assert (found["state"], str(first) in found["found"]) == ("error", True)
    # What it says works.
    copy.write_text("".join(
        one for one in copy.read_text().splitlines(keepends=True) if not one.startswith("id")
    ))  # fmt: skip
    shutil.rmtree(home / "copy" / "pages")
    _well(paperlark, *RUN, "--profile", str(copy))
    assert set(_readers(home)) == {"Bats", "Whales"}
    _well(paperlark, *RUN, "--profile", str(first))


def test_two_profiles_of_one_title_are_two_readers_everywhere(
    paperlark: Paperlark, home: Path
) -> None:
    first, second = home / "paperlark.toml", _second(home)
    _well(paperlark, *RUN)
    made = paperlark(*RUN, "--profile", str(second))
    assert made.exit_code in {0, 3}
    assert str(first) in made.stderr
    assert "known by the id 'bats_" in made.stderr
    (other,) = set(_readers(home)) - {"Bats"}
    assert f'id = "{other}"' in second.read_text()
    _well(paperlark, "vote", "2502.00007", "up")
    _well(paperlark, "vote", "2502.00008", "down", "--profile", str(second))
    assert "2502.00008" not in _well(paperlark, "vote", "--list")
    assert "2502.00007" not in _well(paperlark, "vote", "--list", "--profile", str(second))
    result = paperlark("site", str(first), str(second), "--out", "both")
    assert result.exit_code == 0, result.output
    files = _site(home / "both")
    for reader in ("bats", other):
        assert f"{reader}/2025/02/26/index.html" in files
        assert f"{reader}/search/index.js" in files
    ids = {
        parse(home / "both" / one / "feed.xml").findtext(f"{ATOM}id")  # noqa: S314  # our own file
        for one in ("bats", other)
    }
    assert ids == {"tag:paperlark,2025:bats", f"tag:paperlark,2025:{other}"}
    assert broken(home / "both") == []
    front = files["index.html"].decode()
    assert front.count("<bdi>Bats</bdi>") == 2
    assert front.count('<span class="category">cs.LG</span></th>') == 2
    own, others = _findings(paperlark)
    assert own["state"] == others["state"] == "ok"
    assert str(second) in others["found"]


def test_pages_of_two_readers_of_one_title_need_folders_of_their_own(
    paperlark: Paperlark, home: Path
) -> None:
    _well(paperlark, *RUN)
    second = _second(home)
    refused = paperlark(*RUN, "--profile", str(second), "--out", "pages")
    assert refused.exit_code == 1
    assert "give each profile an output folder of its own" in refused.stderr


def test_changed_categories_and_criteria_lose_nothing_and_mix_nothing(
    paperlark: Paperlark, home: Path
) -> None:
    _well(paperlark, *RUN)
    _well(paperlark, "vote", "2502.00008", "up")
    profile = home / "paperlark.toml"
    text = profile.read_text()
    feed = (home / "feeds" / "2025-02-26.cs.LG.rss.xml").read_text()
    (home / "feeds" / "2025-02-27.cs.AI.rss.xml").write_text(
        feed.replace("26 Feb", "27 Feb").replace("2502.0000", "2502.0100").replace("cs.LG", "cs.AI")
    )
    profile.write_text(text.replace('"cs.LG"', '"cs.AI"'))
    _well(paperlark, "run", "--date", "2025-02-27", "--feeds", "feeds")
    (home / "criteria.md").write_text("## Owls\nRelevant: owls at night.")
    assert _well(paperlark, "show", "--days") == "2025-02-26\n2025-02-27\n"
    assert "2502.00008" in _well(paperlark, "vote", "--list")
    assert "cs.LG" in _well(paperlark, "show", "2025-02-26", "--json")
    assert len(_readers(home)) == 1


def test_the_morning_of_a_copy_ends_with_one_line(paperlark: Paperlark, home: Path) -> None:
    first = _second(home)
    _well(paperlark, *RUN, "--profile", str(first))
    shutil.copytree(first.parent, home / "copy")
    result = paperlark("morning", "--feeds", "feeds", "--profile", "copy/paperlark.toml")
    assert result.exit_code == 1
    assert "have the same id 'Bats'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("renamed", [False, True])
def test_an_old_database_is_adopted_by_its_profile(
    paperlark: Paperlark, home: Path, *, renamed: bool
) -> None:
    (home / "paperlark.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    before = _well(paperlark, "vote", "--list")
    assert "2502." in before
    assert _well(paperlark, "show", "--days").splitlines()[-1] == "2025-02-26"
    _well(paperlark, "vote", "2502.00008", "up")
    assert 'id = "Bats"' in (home / "paperlark.toml").read_text()
    if renamed:
        _rename(home / "paperlark.toml", "Bats", "Mammals")
    assert "2502.00008" in _well(paperlark, "vote", "--list")
    assert _well(paperlark, "show", "--days").splitlines()[-1] == "2025-02-26"
    assert set(_readers(home)) == {"Bats"}


def test_a_profile_that_fits_no_reader_of_an_old_database_is_told_how_to_go_on(
    paperlark: Paperlark, home: Path
) -> None:
    (home / "paperlark.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    _rename(home / "paperlark.toml", "Bats", "Mammals")
    told = paperlark(*RUN)
    assert told.exit_code in {0, 3}
    assert "also has pages of 'Bats'" in told.stderr
    assert 'write id = "Bats" into' in told.stderr
    _, lost = _findings(paperlark)
    assert 'id = "Bats"' in lost["mend"]
    assert "Mammals" in _well(paperlark, "show")


def test_a_profile_that_cannot_be_written_is_known_by_its_path(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write anywhere, so no permission would do.
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("paperlark.settings.identity._replace", refuse)
    before = (home / "paperlark.toml").read_bytes()
    _well(paperlark, *RUN)
    _well(paperlark, "vote", "2502.00008", "up")
    assert (home / "paperlark.toml").read_bytes() == before
    _, told = _findings(paperlark)
    assert 'id = "Bats"' in told["mend"]
    _rename(home / "paperlark.toml", "Bats", "Mammals")
    assert "2502.00008" in _well(paperlark, "vote", "--list")
    second = _second(home)
    _well(paperlark, *RUN, "--profile", str(second))
    assert "2502.00008" not in _well(paperlark, "vote", "--list", "--profile", str(second))
    assert len(_readers(home)) == 2


def test_a_renamed_profile_is_restored_with_all_days_and_votes(
    paperlark: Paperlark, home: Path
) -> None:
    _well(paperlark, *RUN)
    _well(paperlark, "vote", "2502.00008", "up")
    _rename(home / "paperlark.toml", "Bats", "Mammals")
    (home / "paperlark.db").unlink()
    assert paperlark("restore").exit_code == 0
    assert _well(paperlark, "show", "--days") == "2025-02-26\n"
    assert "2502.00008" in _well(paperlark, "vote", "--list")
    assert set(_readers(home)) == {"Bats"}


@pytest.mark.parametrize("title", ["Bats", "Owls"])
def test_profiles_that_share_a_database_are_restored_one_after_the_other(
    paperlark: Paperlark, home: Path, title: str
) -> None:
    second = _second(home)
    _rename(second, "Bats", title)
    for profile in ("paperlark.toml", str(second)):
        _well(paperlark, *RUN, "--profile", profile)
    _well(paperlark, "vote", "2502.00007", "up")
    _well(paperlark, "vote", "2502.00008", "up", "--profile", str(second))
    readers = _readers(home)
    (home / "paperlark.db").unlink()
    for profile in ("paperlark.toml", str(second)):
        restored = paperlark("restore", "--profile", profile)
        assert restored.exit_code == 0, restored.output
        again = paperlark("restore", "--profile", profile)
        assert again.exit_code == 1
        assert "there is a database at" in again.stderr
    assert _readers(home) == readers
    for profile, paper in (("paperlark.toml", "2502.00007"), (str(second), "2502.00008")):
        assert _well(paperlark, "show", "--days", "--profile", profile) == "2025-02-26\n"
        votes = _well(paperlark, "vote", "--list", "--profile", profile)
        assert (paper in votes, votes.count("2502.")) == (True, 1)
