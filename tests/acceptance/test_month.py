"""A real month in one command, and the feeds that went wrong, each as a day of its own."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paperlark.cli import cli
from paperlark.domain.calendar import expects_announcement, is_weekend
from paperlark.sources._arxiv_xml import parse_feed
from standins.engines import FILE, named
from standins.postgresql import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROFILE = """\
name = "Month"
categories = {categories}
page_size = 10
[[follow]]
name = "Yoshua Bengio"
"""
CRITERIA = "## Sparsity\nRelevant: pruning, quantization.\nNot relevant: medical images."


def _profile(folder: Path, categories: list[str], database: str = FILE) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "criteria.md").write_text(CRITERIA)
    profile = folder / "paperlark.toml"
    profile.write_text(named(database) + PROFILE.format(categories=json.dumps(categories)))
    return str(profile)


def _check(page: dict[str, Any]) -> None:
    """Hold the printed counts against what is on the page and against each other."""
    funnel, entries = page["funnel"], page["entries"]
    ids = [entry["id"] for entry in entries]
    assert len(ids) == len(set(ids)) == funnel["selected"]
    assert funnel["followed"] == sum(bool(entry["followed"]) for entry in entries)
    assert funnel["selected"] <= funnel["scanned"] <= funnel["announced"]
    assert funnel["announced"] <= funnel["announced_listings"]
    assert funnel["shortlisted"] == (funnel["judged"] + funnel["unjudged"] + funnel["not_recorded"])
    assert funnel["unjudged"] + funnel["not_recorded"] == len(page["unjudged"])
    assert page["status"] != "quiet" or funnel["announced"] == 0


def _make(
    shared: Path, folder: Path, last: str, *options: str, database: str = FILE
) -> list[dict[str, Any]]:
    """Make all days from 17 February on in one command, and give their pages."""
    month = shared / "feeds" / "month"
    where = ["--profile", _profile(folder, ["cs.LG", "cs.AI"], database), "--feeds", str(month)]
    days = ["--from", "2025-02-17", "--to", last]
    result = CliRunner().invoke(cli, ["run", *days, *where, *options])
    assert result.exit_code == 0, result.output
    made = sorted((folder / "pages").glob("????-??-??.json"))
    pages = [json.loads(path.read_text()) for path in made]
    assert {page["day"] for page in pages} == {
        file.name[:10] for file in month.iterdir() if file.name[:10] <= last
    }
    for page in pages:
        _check(page)
    return pages


def _month(shared: Path, folder: Path, database: str = FILE) -> dict[str, bytes]:
    """Make all days of the recorded judgements, and give the files of their pages."""
    recording = shared / "readers" / "ml-foundations" / "days.jsonl.gz"
    options = ("--judgements", str(recording))
    pages = _make(shared, folder, "2025-03-31", *options, database=database)
    assert len(pages) == 41
    for page in pages:
        funnel = page["funnel"]
        assert funnel["followed"] + funnel["shortlisted"] == funnel["scanned"]
    return {file.name: file.read_bytes() for file in (folder / "pages").iterdir()}


@pytest.mark.timeout(1200)  # two months
def test_every_day_of_a_real_month_adds_up_and_has_the_same_bytes_on_both_engines(
    shared: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    files = _month(shared, tmp_path / "file")
    server: Server = request.getfixturevalue("postgresql_server")  # skips the rest without one
    address = server.database()
    there = _month(shared, tmp_path / "server", address)
    assert there.keys() == files.keys()
    assert [name for name, content in files.items() if there[name] != content] == []
    server.drop(address)


@pytest.mark.usefixtures("on_engine")
def test_every_day_of_a_week_without_a_model_adds_up(shared: Path, tmp_path: Path) -> None:
    for page in _make(shared, tmp_path, "2025-02-24"):
        assert page["funnel"]["selected"] <= 10 + 2  # from outside


@pytest.mark.usefixtures("on_engine")
def test_no_feed_that_went_wrong_breaks_a_day(shared: Path, tmp_path: Path) -> None:
    """Each as the only feed of a day of its own, named by the day it is stamped with."""
    for number, file in enumerate(sorted((shared / "feeds" / "edge").glob("*.xml.gz"))):
        folder = tmp_path / str(number)
        content = gzip.decompress(file.read_bytes())
        category = _category(file)
        feed = parse_feed(content, category, file.name)
        day = feed.stamped
        assert day
        options = ["--profile", _profile(folder, [category]), "--feeds", str(folder)]
        (folder / f"{day}.{category}.rss.xml").write_bytes(content)
        result = CliRunner().invoke(cli, ["run", "--date", str(day), *options])
        page = json.loads((folder / "pages" / f"{day}.json").read_text())
        _check(page)
        entries = len(re.findall(rb"<(?:item|entry)[ >]", content))
        if is_weekend(day):
            assert (page["status"], page["funnel"]["announced"]) == ("quiet", 0)
        else:
            assert page["funnel"]["announced_listings"] == entries
            whole = bool(entries) == expects_announcement(day)
            assert result.exit_code == (0 if whole else 3), (file.name, result.output)


def _category(file: Path) -> str:
    found = re.search(r"cs[-.](\w\w)", file.name)
    return f"cs.{found[1].upper()}" if found else "physics"
