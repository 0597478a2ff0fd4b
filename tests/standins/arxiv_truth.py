"""What arXiv announced, as the stand-in knows it: every category's listings of every day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.sources.rss import RecordedFeeds

Truth = Mapping[date, Mapping[str, tuple[Listing, ...]]]

_DAY = timedelta(days=1)


def recorded_truth(folder: Path, *, until: date = date.max) -> Truth:
    """Take a folder of recorded feeds at its word, weekends left out: arXiv announces nothing."""
    source = RecordedFeeds(folder)
    named = sorted({(path.name[:10], path.name[11:].split(".rss")[0]) for path in folder.iterdir()})
    truth: dict[date, dict[str, tuple[Listing, ...]]] = {}
    for text, category in named:
        day = date.fromisoformat(text)
        if day.weekday() < 5 and day <= until:
            truth.setdefault(day, {})[category] = source.feed(category, day).listings
    return truth


def made_up_truth(
    days: Sequence[date],
    categories: Sequence[str] = ("cs.LG", "cs.AI"),
    *,
    new: int = 3,
    cross: int = 2,
    replaced: int = 2,
) -> Truth:
    """Announce different papers every day; every category crosses into the others."""
    return {
        day: {
            category: _made_up(day, category, categories, new=new, cross=cross, replaced=replaced)
            for category in categories
        }
        for day in days
    }


def _made_up(
    day: date, category: str, categories: Sequence[str], *, new: int, cross: int, replaced: int
) -> tuple[Listing, ...]:
    others = [other for other in categories if other != category]
    fresh = [made_up_paper(day, category, n, others[:1]) for n in range(new)]
    crossed = [made_up_paper(day, other, n, [category]) for other in others for n in range(cross)]
    again = [made_up_paper(day, category, 500 + n, (), version=2) for n in range(replaced)]
    return (
        *(Listing(paper, AnnounceType.NEW) for paper in fresh),
        *(Listing(paper, AnnounceType.CROSS) for paper in crossed),
        *(Listing(paper, AnnounceType.REPLACE) for paper in again),
    )


def made_up_paper(
    day: date, primary: str, number: int, crossed: Sequence[str] = (), *, version: int = 1
) -> Paper:
    """Make a paper whose every field tells which one it is."""
    place = (day.toordinal() * 1000 + sum(map(ord, primary)) * 7 + number) % 100_000
    id_ = PaperId(f"{day:%y%m}.{place:05d}")
    return Paper(
        id=id_,
        version=version,
        title=f"Number {number} of {primary} on {day}: $a < b$",
        authors=(Author("Łukasz Kuśmierz"), Author(f"Ada Number{number}", "Here, There")),
        abstract=f"About {id_} & others.\n\nCode: https://example.org/{id_}",
        categories=(primary, *crossed),
    )


def previous_day(truth: Truth, day: date) -> date | None:
    """Return the last day before on which anything was announced."""
    return max((one for one in truth if one < day and any(truth[one].values())), default=None)


def submitted(listing: Listing, day: date, place: int = 0) -> tuple[datetime, datetime]:
    """Make up when a paper's first and latest version were submitted, by the day announced.

    A version of that day's batch came in on the morning before (Friday's for Monday). An old
    paper that is only crossed into the category has neither version in the batch.
    """
    evening = day - _DAY * (3 if day.weekday() == 0 else 1)
    morning = datetime.combine(evening, time(10), ZoneInfo("America/New_York"))
    recent = (morning + timedelta(seconds=place)).astimezone(UTC)
    if listing.type is AnnounceType.NEW or listing.paper.version == 1:
        return recent, recent
    long_ago = recent - timedelta(days=91)
    return long_ago, long_ago if listing.type is AnnounceType.CROSS else recent
