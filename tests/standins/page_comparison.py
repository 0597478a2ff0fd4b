"""A disturbed page beside the undisturbed one: equal, or it says what it lacks, or it lies."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping
from enum import StrEnum
from typing import Any


class End(StrEnum):
    """How a disturbed day's page compares with the undisturbed one."""

    EQUAL = "equal"
    COUNTED = "partial, exact count"
    REBUILT = "partial, rebuilt to the count"
    NAMED = "partial, category named"
    DOUBTED = "partial, nobody knew the count"
    UNJUDGED = "partial, not judged and says so"
    BUDGET = "complete within budget"
    NO_PAGE = "no page, run failed"
    SILENT = "SILENT DIFFERENCE"


Document = Mapping[str, Any]


def facts(page: Document) -> dict[str, object]:
    """Return all that must not differ: papers, order, scores, comments and counts.

    Left out are where a batch came from, and of a paper its version and its authors'
    affiliations, which listing pages do not carry, and that a score was rounded down.
    """
    same = ("day", "profile", "categories", "status", "usage", "cutoffs", "funnel")
    return {
        **{name: page[name] for name in same},
        "entries": [_entry(entry) for entry in page["entries"]],
        "unjudged": [(one["id"], one["lack"], one["reason"]) for one in page["unjudged"]],
        "updated": [(one["id"], one["first_announced"]) for one in page["updated"]],
    }


_ENTRY = (
    "id", "place", "title", "abstract", "categories", "announce_type", "comment", "judgement",
    "followed", "match",
)  # fmt: skip
_ROUNDED = re.compile(r" \[(?:relevance|novelty) [^\]]*, rounded down\]\Z")


def _entry(entry: Document) -> dict[str, object]:
    judgement = entry["judgement"]
    return {
        **{name: entry[name] for name in _ENTRY},
        "comment": unrounded(entry["comment"]),
        "judgement": judgement and {**judgement, "comment": unrounded(judgement["comment"])},
        "authors": [author["name"] for author in entry["authors"]],
    }


def unrounded(comment: str | None) -> str | None:
    """Return a comment without the remark that a half score was rounded down."""
    return comment and _ROUNDED.sub("", comment)


_SHORT = re.compile(r"\S+ has (\d+) of (\d+) entries")
_REBUILT = re.compile(r"\S+ has [1-9]\d* entries reconstructed from submissions")


def compare(
    page: Document, reference: Document, sizes: Mapping[str, int], told: Collection[str]
) -> tuple[End, str]:
    """Return whether a page equals the reference or says what it lacks, exactly where it could.

    `sizes` are the true numbers of entries, `told` the categories of which some page stated it.
    """
    if page["status"] not in {"partial", _WITHIN_BUDGET}:
        if facts(page) != facts(reference):
            return End.SILENT, f"{page['status']}, but differs in {_differing(page, reference)}"
        unsaid = _more_than_listed(page)
        return (End.SILENT, f"{unsaid} has more than is listed") if unsaid else (End.EQUAL, "")
    ends = {
        category: _lack(category, page, size, told=category in told)
        for category, size in sizes.items()
    }
    said = "; ".join(page["notes"])
    left = not_judged(page)
    if left and (unsaid := _unsaid(page, left)):
        return End.SILENT, unsaid
    for end in (End.SILENT, End.DOUBTED, End.NAMED, End.REBUILT, End.COUNTED):
        if end in ends.values():
            lies = page["status"] == _WITHIN_BUDGET
            return (End.SILENT, f"within budget, but: {said}") if lies else (end, said)
    if left:
        return _compare_judged(page, reference, left)
    return End.SILENT, f"{page['status']}, and nothing is said to be missing: {said}"


_WITHIN_BUDGET = "complete within budget"
_MORE = "arXiv's "
"""What a note begins with that says that a feed has more entries than arXiv's page counts."""


def not_judged(page: Document) -> Mapping[str, str]:
    """Return the papers that the model failed to judge, or had no budget for, and why."""
    lacks = {"failed", "over budget"}
    return {one["id"]: one["reason"] for one in page["unjudged"] if one["lack"] in lacks}


def _more_than_listed(page: Document) -> str:
    """Return the categories with more entries than arXiv's page counts of which no note says so."""
    return ", ".join(
        one["category"]
        for one in page["batches"]
        if one["expected"] is not None
        and one["entries"] > one["expected"]
        and not any(note.startswith(f"{one['category']}: {_MORE}") for note in page["notes"])
    )


def _unsaid(page: Document, left: Mapping[str, str]) -> str:
    """Return what a page with papers left to the ranker does not say of them; "" where it does."""
    funnel = page["funnel"]
    if not all(left.values()) or len(left) != funnel["unjudged"] + funnel["over_budget"]:
        return f"{len(left)} papers not judged, and not as many reasons"
    unmarked = [one["id"] for one in page["entries"] if one["unjudged"] != (one["id"] in left)]
    if unmarked:
        return f"not marked as not judged, or wrongly: {unmarked}"
    expected = "did not judge"
    if funnel["judged"] and not funnel["unjudged"]:
        expected = _WITHIN_BUDGET if page["status"] == _WITHIN_BUDGET else "over budget"
    return "" if expected in page["top"] else f"{expected!r} is not at the top: {page['top']}"


def _compare_judged(
    page: Document, reference: Document, left: Mapping[str, str]
) -> tuple[End, str]:
    """Compare all but the papers left to the ranker."""
    here, there = _but_for(page, left), _but_for(reference, left)
    if here != there:
        return End.SILENT, _difference(here, there)
    funnel = page["funnel"]
    as_planned = funnel["judged"] and not funnel["unjudged"]
    if (page["status"] == _WITHIN_BUDGET) != bool(as_planned):
        return End.SILENT, f"{page['status']} with {funnel}"
    why = next(iter(left.values()))
    return (End.BUDGET if as_planned else End.UNJUDGED), f"{len(left)} not judged: {why}"


def _but_for(page: Document, left: Container[str]) -> dict[str, object]:
    """Return the facts of a page without what follows from papers that were not judged."""
    funnel = dict(page["funnel"])
    funnel["judged"] += funnel.pop("unjudged") + funnel.pop("over_budget")
    del funnel["selected"]
    entries = [_entry(one) | {"place": None} for one in page["entries"] if one["id"] not in left]
    return facts(page) | {"status": None, "unjudged": None, "funnel": funnel, "entries": entries}


def _lack(category: str, page: Document, size: int, *, told: bool) -> End:
    """Return how exactly the notes name what the page lacks of a category; EQUAL is nothing."""
    [entries] = [one["entries"] for one in page["batches"] if one["category"] == category]
    more = f"{category}: {_MORE}"
    notes = [n for n in page["notes"] if n.startswith(category) and not n.startswith(more)]
    if not notes:
        return End.EQUAL if entries == size else End.SILENT
    if notes[0].startswith(f"{category} is missing: "):
        return End.SILENT if entries or told else End.NAMED
    short = [found for note in notes if (found := _SHORT.fullmatch(note))]
    if not short and told:
        rebuilt = entries == size and any(map(_REBUILT.fullmatch, notes))
        return End.REBUILT if rebuilt else End.SILENT
    if not short:
        return End.DOUBTED
    exact = all((int(have), int(of)) == (entries, size) for have, of in map(_groups, short))
    return End.COUNTED if exact and entries < size else End.SILENT


def _groups(found: re.Match[str]) -> tuple[str, str]:
    return found[1], found[2]


def _differing(page: Document, reference: Document) -> str:
    """Return in what facts differ: of a list its first differing items, of these their fields."""
    return _difference(facts(page), facts(reference))


def _difference(here: object, there: object) -> str:
    if isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        pairs = zip(here, there, strict=True)
        return next(_difference(one, other) for one, other in pairs if one != other)
    if isinstance(here, dict) and isinstance(there, dict):
        names = [name for name in here if here[name] != there.get(name)]
        return "; ".join(f"{name}: {_difference(here[name], there.get(name))}" for name in names)
    return f"{here!r:.300} instead of {there!r:.300}"
