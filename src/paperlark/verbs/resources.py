"""What can be read of an archive by its address: its days, each of their papers, the criteria."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from paperlark import InvalidArguments, OpenedProfile
from paperlark.verbs.answers import Answer, Item, cut
from paperlark.verbs.catalogue import Asker, answer
from paperlark.verbs.fence import clean_text

SCHEME = "paperlark"
CRITERIA, DAYS = f"{SCHEME}://criteria", f"{SCHEME}://days"
DAY_TEMPLATE = f"{DAYS}/{{day}}{{?cursor}}"
PAPER_TEMPLATE = f"{SCHEME}://papers/{{+id}}"
LISTED_DAYS = 20
"""Latest days that are listed by themselves; `DAYS` has all."""
_PART = 500
"""Characters of a part of the criteria, which come one after the other: it fits in any script."""
_LONGEST = 500
_READER = Asker(may_vote=False)


@dataclass(frozen=True, slots=True)
class Resource:
    """What is at an address, or at each address of a template."""

    address: str
    name: str
    summary: str


TEMPLATES = (
    Resource(DAY_TEMPLATE, "day", "A day's page, such as of 2025-02-26"),
    Resource(PAPER_TEMPLATE, "paper", "A paper by its arXiv id"),
)


def list_resources(profile: OpenedProfile) -> tuple[Resource, ...]:
    """Return what is there: the criteria, the days, and the latest of them; raises StoreError."""
    days = profile.days()[: -LISTED_DAYS - 1 : -1] if profile.has_database else ()
    return (
        Resource(CRITERIA, "criteria", "The reader's interests in their own words"),
        Resource(DAYS, "days", "All days that have a page, the latest first"),
        *(Resource(f"{DAYS}/{day}", f"page of {day}", "A day's page") for day in days),
    )


def read_resource(profile: OpenedProfile, address: str) -> Answer:
    """Return what is at an address; raises InvalidArguments where nothing is, or PaperlarkError."""
    kind, name, cursor = _parts(address)
    match kind, bool(name):
        case "days", True:
            given = {"day": name, **({"cursor": cursor} if cursor else {})}
            return answer(profile, "digest", given, _READER)
        case "papers", True:
            return answer(profile, "paper", {"id": name}, _READER)
        case "days", False:
            days = tuple(Item({"day": str(day)}) for day in reversed(profile.days()))
            return cut(Answer(Item(), days, named="days"), DAYS, cursor)
        case "criteria", False:
            text = profile.interests.criteria_text()
            parts = tuple(Item(outside={"criteria": part}) for part in _split(text))
            return cut(Answer(Item(), parts, named="parts"), f"{CRITERIA} {text}", cursor)
    raise InvalidArguments(
        f"there is nothing at {clean_text(address, 80)!r}",
        hint=f"there are {CRITERIA}, {DAYS}, {DAYS}/2025-02-26 and {SCHEME}://papers/2502.12206",
    )


def _parts(address: str) -> tuple[str, str, str | None]:
    """Return the kind, the name and the cursor of an address; empty where it is not one of ours."""
    try:
        found = urlsplit(address[:_LONGEST])
        cursors = parse_qs(found.query, max_num_fields=2).get("cursor")
    except ValueError:
        return "", "", None
    if found.scheme != SCHEME:
        return "", "", None
    return found.netloc, found.path.removeprefix("/"), cursors[0] if cursors else None


def _split(text: str) -> Iterator[str]:
    cleaned = clean_text(text, len(text))
    for start in range(0, len(cleaned), _PART):
        yield cleaned[start : start + _PART]
