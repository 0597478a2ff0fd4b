"""Entries in, lessons out: each paper once, with the best text there is. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.importing.item import ImportedEntry


@dataclass(frozen=True, slots=True)
class LearnedEntries:
    """What a file teaches: one lesson a paper, and what became of the other entries.

    `not_found` names papers of which nobody has a text, `unusable` the entries at fault, each
    with its reason; `repeated` counts entries on a paper that another one is on too, `followed`
    those without scores that are there for their author.
    """

    entries: int
    examples: tuple[Example, ...]
    not_found: tuple[str, ...]
    unusable: tuple[str, ...]
    repeated: int
    followed: int = 0


def without_text(
    items: Iterable[ImportedEntry], known: Mapping[PaperId, Paper]
) -> tuple[PaperId, ...]:
    """Name the arXiv papers whose abstract neither the file nor anybody here has."""
    there = {paper.id for paper in known.values() if paper.abstract}
    lacking = (
        item.paper_id
        for item in items
        if item.paper_id and item.paper_id not in there and not (item.title and item.abstract)
    )
    return tuple(dict.fromkeys(lacking))


def learn(
    items: Iterable[ImportedEntry], texts: Mapping[PaperId, Paper], *, today: date, wanted: bool
) -> LearnedEntries:
    """Make a lesson of every entry that has a text: arXiv's own, where `texts` has it.

    Scored entries are judged history; the others were imported `today` as liked, or not.
    """
    items = tuple(items)
    examples: dict[PaperId, Example] = {}
    not_found: list[str] = []
    unusable: list[str] = []
    usable = followed = 0
    for item in items:
        paper = None if item.fault else paper_of(item, texts)
        if item.fault and item.by_followed:
            followed += 1
        elif item.fault:
            unusable.append(f"{item.name}, {item.place}: {item.fault}")
        elif paper is None:
            not_found.append(f"{item.name}, {item.place}")
        else:
            usable += 1
            example = _lesson(item, paper, today, wanted=wanted)
            examples[paper.id] = max(example, examples.get(paper.id, example), key=_latest)
    return LearnedEntries(
        entries=len(items),
        examples=tuple(examples.values()),
        not_found=tuple(not_found),
        unusable=tuple(unusable),
        repeated=usable - len(examples),
        followed=followed,
    )


def _latest(example: Example) -> date:
    return example.day


def paper_of(item: ImportedEntry, texts: Mapping[PaperId, Paper]) -> Paper | None:
    """Give the paper that an entry is on; None where nobody has a text of it."""
    known = texts.get(item.paper_id) if item.paper_id else None
    if known and (known.abstract or not item.title):
        return known
    if not item.title:
        return None
    return Paper(
        id=item.paper_id or library_id(item.title),
        # A paper comes into a digest when it is new, unless that says otherwise.
        version=item.version or 1,
        title=item.title,
        authors=tuple(Author(name) for name in item.authors),
        abstract=item.abstract,
        categories=item.categories,
    )


def library_id(title: str) -> PaperId:
    """Name a paper that arXiv does not have by its title, however that is set."""
    letters = "".join(c for c in title.casefold() if c.isalnum()) or title
    return PaperId(f"library:{hashlib.sha256(letters.encode()).hexdigest()[:16]}")


def _lesson(item: ImportedEntry, paper: Paper, today: date, *, wanted: bool) -> Example:
    if item.scored is None:
        return Example(paper, today, wanted, LabelSource.LIBRARY)
    scored = item.scored
    return Example(paper, scored.day, wanted, LabelSource.JUDGE, scored.relevance, scored.novelty)
