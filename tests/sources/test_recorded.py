from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceError
from paperlark.sources._client import LARGEST
from paperlark.sources.rss import RecordedFeeds
from standins.feeds import item, rss

DAY = date(2025, 2, 26)


def test_a_feed_is_found_by_day_and_category_plain_or_gzipped(tmp_path: Path) -> None:
    (tmp_path / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(item()))
    (tmp_path / "2025-02-26.cs.AI.rss.xml.gz").write_bytes(gzip.compress(rss(item(), item())))
    source = RecordedFeeds(tmp_path)
    assert len(source.feed("cs.LG", DAY).listings) == 1
    assert len(source.feed("cs.AI", DAY).listings) == 2


def test_the_days_are_those_that_the_folder_has_feeds_for(tmp_path: Path) -> None:
    for name in ("2025-02-28.cs.LG.rss.xml", "2025-02-26.cs.LG.rss.xml", "2025-02-26.cs.AI.rss.xml",
                 "2025-03-01.cs.LG.rss.xml", "notes.rss.xml", "2025-02-27.txt"):  # fmt: skip
        (tmp_path / name).touch()
    days = RecordedFeeds(tmp_path).days(DAY, date(2025, 2, 28))
    assert days == (DAY, date(2025, 2, 28))


def test_a_feed_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedNotFound, match=r"2025-02-26\.cs\.LG\.rss\.xml"):
        RecordedFeeds(tmp_path).feed("cs.LG", DAY)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "2025-02-26.cs.LG.rss.xml.gz").write_bytes(gzip.compress(rss())[:-20])
    with pytest.raises(FeedUnreadable, match=r"2025-02-26\.cs\.LG"):
        RecordedFeeds(tmp_path).feed("cs.LG", DAY)


@pytest.mark.parametrize("name", ["2025-02-26.cs.LG.rss.xml", "2025-02-26.cs.LG.rss.xml.gz"])
def test_a_recorded_feed_has_a_size(tmp_path: Path, name: str) -> None:
    content = b" " * (LARGEST + 1)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    with pytest.raises(FeedUnreadable, match="has more than 64 MB"):
        RecordedFeeds(tmp_path).feed("cs.LG", DAY)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        RecordedFeeds(tmp_path / "nowhere")
