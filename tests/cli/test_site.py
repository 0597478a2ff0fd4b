"""The site from the command line."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import parse

from standins.commands import Paperlark

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


def _published(home: Path) -> dict[str, bytes]:
    site = (home / "site").resolve()
    return {
        str(one.relative_to(site)): one.read_bytes() for one in site.rglob("*") if one.is_file()
    }


def test_days_become_a_site_beside_the_pages(paperlark: Paperlark, home: Path) -> None:
    assert paperlark(*RUN).exit_code == 0
    result = paperlark("site")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("1 day, ")
    assert str(home / "site" / "index.html") in result.stdout
    files = _published(home)
    assert {
        "index.html",
        "bats/index.html",
        "bats/feed.xml",
        "bats/2025/index.html",
        "bats/2025/02/index.html",
        "bats/2025/02/papers.bib",
        "bats/2025/02/26/index.html",
        "bats/2025/02/26/papers.ris",
        "bats/2025/02/26/citations/index.html",
        "bats/search/index.html",
    } <= set(files)
    assert b"Bats 7" in files["bats/2025/02/26/index.html"]
    assert paperlark("site").stdout.startswith("1 day, 0 files made")
    assert _published(home) == files


def test_a_vote_shows_on_the_page_of_the_month(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    paperlark("site")
    assert b"Voted for" not in _published(home)["bats/2025/02/index.html"]
    paperlark("vote", "2502.00007", "up")
    result = paperlark("site")
    assert "1 file made" in result.stdout
    assert b"Voted for" in _published(home)["bats/2025/02/index.html"]


def test_profiles_stand_side_by_side(paperlark: Paperlark, home: Path) -> None:
    text = (home / "paperlark.toml").read_text()
    (home / "owls.toml").write_text(
        text.replace('"Bats"', '"Owls"') + 'output = "owls"\ndatabase = "owls.db"\n'
    )
    paperlark(*RUN)
    paperlark(*RUN, "--profile", "owls.toml")
    result = paperlark("site", "paperlark.toml", "owls.toml", "--out", "both")
    assert result.exit_code == 0, result.output
    front = (home / "both" / "index.html").read_text()
    assert "Bats" in front
    assert "Owls" in front
    assert (home / "both" / "owls" / "2025" / "02" / "26" / "index.html").is_file()
    again = paperlark("site", "paperlark.toml", "paperlark.toml")
    assert again.exit_code == 1
    assert "paperlark.toml is there twice: name each profile once" in again.stderr


def test_the_feeds_have_whole_addresses_where_the_sites_own_is_told(
    paperlark: Paperlark, home: Path
) -> None:
    paperlark(*RUN)
    paperlark("site", "--address", "https://example.org/papers")
    feed = parse(home / "site" / "bats" / "feed.xml").getroot()  # noqa: S314  # our own file
    base = feed.get("{http://www.w3.org/XML/1998/namespace}base")
    assert base == "https://example.org/papers/bats/feed.xml"


def test_without_any_page_there_is_no_site(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("site")
    assert result.exit_code == 1
    assert "'Bats' has no page yet: make one: paperlark today" in result.stderr
    assert not (home / "site").exists()


def test_a_folder_of_somebody_elses_is_left_alone(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    (home / "site").mkdir()
    (home / "site" / "thesis.tex").write_text("mine")
    result = paperlark("site")
    assert result.exit_code == 1
    assert "exists and is not a paperlark site: choose another folder" in result.stderr
    assert (home / "site" / "thesis.tex").read_text() == "mine"
