"""A real month in one command, and the feeds that went wrong, each as a day of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paperlark.cli import cli

PROFILE = """\
name = "Month"
categories = {categories}
page_size = 10
[[follow]]
name = "Yoshua Bengio"
"""
CRITERIA = "## Sparsity\nRelevant: pruning, quantization.\nNot relevant: medical images."


def _profile(folder: Path, categories: list[str]) -> str:
    (folder / "criteria.md").write_text(CRITERIA)
    profile = folder / "paperlark.toml"
    profile.write_text(PROFILE.format(categories=json.dumps(categories)))
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
    assert (page["status"] == "quiet") == (funnel["announced"] == 0)


@pytest.mark.parametrize("judged", [False, True])
def test_every_day_of_a_real_month_adds_up(shared: Path, tmp_path: Path, *, judged: bool) -> None:
    month = shared / "feeds" / "month"
    recording = shared / "readers" / "ml-foundations" / "days.jsonl.gz"
    options = ["--profile", _profile(tmp_path, ["cs.LG", "cs.AI"]), "--feeds", str(month)]
    options += ["--judgements", str(recording)] if judged else []
    result = CliRunner().invoke(
        cli, ["run", "--from", "2025-02-17", "--to", "2025-03-31", *options]
    )
    assert result.exit_code == 0, result.output
    days = {file.name[:10] for file in month.iterdir()}
    pages = [json.loads(path.read_text()) for path in sorted((tmp_path / "pages").glob("*.json"))]
    assert {page["day"] for page in pages} == days
    for page in pages:
        _check(page)
        if judged and page["funnel"]["announced"]:
            followed_and_asked = page["funnel"]["followed"] + page["funnel"]["shortlisted"]
            assert followed_and_asked == page["funnel"]["scanned"]


def test_no_feed_that_went_wrong_breaks_a_day(shared: Path, tmp_path: Path) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    for file in (shared / "feeds" / "edge").glob("*.xml.gz"):
        (feeds / f"{_day(file)}.{_category(file)}.rss.xml.gz").write_bytes(file.read_bytes())
    profile = _profile(tmp_path, ["cs.AI", "cs.CL", "cs.CV", "cs.LG", "physics"])
    everything = ["run", "--from", "2023-01-01", "--to", "2026-12-31", "--feeds", str(feeds)]
    result = CliRunner().invoke(cli, [*everything, "--profile", profile])
    # No day has all five categories: each page says which are missing.
    assert result.exit_code == 3, result.output
    pages = [json.loads(path.read_text()) for path in (tmp_path / "pages").glob("*.json")]
    assert {page["day"] for page in pages} == {file.name[:10] for file in feeds.iterdir()}
    for page in pages:
        assert page["status"] == "partial"
        missing = [note for note in page["notes"] if "is missing" in note]
        assert len(missing) + page["funnel"]["feeds"] == 5


def _day(file: Path) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d", file.name)
    assert found
    return found[0]


def _category(file: Path) -> str:
    found = re.search(r"cs[-.](\w\w)", file.name)
    return f"cs.{found[1].upper()}" if found else "physics"
