"""Turn entries into training examples: each paper once, with the best text available. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.paper import LIBRARY, Author, Paper, PaperId
from paperlark.importing.item import ImportedEntry


@dataclass(frozen=True, slots=True)
class LearnedEntries:
    """Training examples from a file, one per paper, and what became of the other entries.

    `not_found` names papers without an available text, `unusable` the faulty entries with their
    reasons; `repeated` counts further entries for the same paper, `followed` those without scores
    that were listed for a followed author.
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
    """Return the arXiv papers whose abstract is neither in the file nor in `known`."""
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
    """Make an example of every entry that has a text: arXiv's own, where `texts` has it.

    Scores entries are past judgements; the others count as liked, or disliked, `today`.
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
            example = _example(item, paper, today, wanted=wanted)
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
    """Return the paper of an entry; None where no text of it is available."""
    known = texts.get(item.paper_id) if item.paper_id else None
    if known and (known.abstract or not item.title):
        return known
    if not item.title:
        return None
    return Paper(
        id=item.paper_id or library_id(item.title),
        # Papers in digests are new unless the digest states a version.
        version=item.version or 1,
        title=item.title,
        authors=tuple(Author(name) for name in item.authors),
        abstract=item.abstract,
        categories=item.categories,
    )


def library_id(title: str) -> PaperId:
    """Return an id for a paper that is not on arXiv, from the letters of its title."""
    letters = "".join(c for c in title.casefold() if c.isalnum()) or title
    return PaperId(f"{LIBRARY}{hashlib.sha256(letters.encode()).hexdigest()[:16]}")


def _example(item: ImportedEntry, paper: Paper, today: date, *, wanted: bool) -> Example:
    if item.scored is None:
        return Example(paper, today, wanted, LabelSource.LIBRARY)
    scored = item.scored
    return Example(paper, scored.day, wanted, LabelSource.JUDGE, scored.relevance, scored.novelty)
