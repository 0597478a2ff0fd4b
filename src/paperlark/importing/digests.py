"""Build digests of imported days from their entries and heads. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from paperlark.domain.calendar import FIRST_DAY
from paperlark.domain.digest import AuthorMatch, Digest, Entry, Funnel, Status
from paperlark.domain.errors import DigestInconsistent, Unimportable
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Identifier, Paper, PaperId
from paperlark.domain.spending import Spend
from paperlark.importing.digest_pages import NOTHING_SAID, DigestHead
from paperlark.importing.examples import paper_of
from paperlark.importing.item import ImportedEntry
from paperlark.importing.judged import UNSCORED

MOST_PAPERS = 3_000
"""More than twice as many as arXiv ever announced on one day."""
UNNAMED_MODEL = "unknown model"
_SOMEBODY = (AuthorMatch(None, by_name_only=True),)

Followed = Callable[[Paper], tuple[AuthorMatch, ...]]
"""Finds which of the reader's followed authors wrote a paper, by name."""


@dataclass(frozen=True, slots=True)
class ImportContext:
    """The title and id of the archive's profile, its followed authors, and today's date."""

    profile: str
    followed: Followed
    today: date
    id: str = ""


def by_day(items: Sequence[ImportedEntry]) -> Mapping[date, Sequence[ImportedEntry]]:
    """Group entries by the day of their digest, in order."""
    days: dict[date, list[ImportedEntry]] = {}
    for item in items:
        if item.day is not None and item.fault in {None, UNSCORED}:
            days.setdefault(item.day, []).append(item)
    return days


def digest_from_entries(
    day: date,
    items: Sequence[ImportedEntry],
    head: DigestHead = NOTHING_SAID,
    *,
    name: str,
    reader: ImportContext,
    texts: Mapping[PaperId, Paper],
) -> Digest:
    """Build the digest of a day from a file called `name`; raises Unimportable.

    Papers keep their order. What the file does not state stays unknown.
    """
    _check(day, len(items), reader.today)
    kept: dict[PaperId, ImportedEntry] = {}
    for item in items:
        if item.paper_id:
            kept.setdefault(item.paper_id, item)
    papers = [(item, paper_of(item, texts)) for item in kept.values()]
    known = [(item, paper) for item, paper in papers if paper is not None]
    if not known:
        raise Unimportable(f"no text is available for any paper of {day}")
    entries = tuple(
        _entry(place, item, paper, reader.followed)
        for place, (item, paper) in enumerate(known, start=1)
    )
    judgements = tuple(one.judgement for one in entries if one.judgement)
    funnel, adds_up = _funnel(head, entries)
    model = head.model or (UNNAMED_MODEL if judgements else None)
    has_spend = (head.tokens, head.cost, head.most) != (None, None, None)
    return Digest(
        day=day,
        profile=reader.profile,
        reader=reader.id,
        categories=(),
        status=Status.IMPORTED,
        model=model,
        # No page states the number of requests.
        spend=Spend(head.tokens, head.cost, 0, head.most) if model and has_spend else None,
        cutoffs=None,
        funnel=funnel,
        entries=entries,
        unjudged=(),
        prompt=head.prompt,
        notes=(
            f"Imported from {name}; anything it does not state is unknown.",
            *head.remarks,
            *_omissions(head, items, entries, once=len(kept)),
            *(() if adds_up else ("Its counts do not add up and are left out.",)),
        ),
        judgements=judgements,
        scanned=tuple(one.paper.id for one in entries),
    )


def adopt(digest: Digest, *, name: str, reader: ImportContext) -> Digest:
    """Turn a digest restored from a paperlark page into one of this archive; raises Unimportable.

    Judgements and scanned papers are known as far as the page has them.
    """
    _check(digest.day, len(digest.entries), reader.today)
    papers = [one.paper.id for one in digest.entries]
    others = [*(one.paper.id for one in digest.unjudged), *(one.paper_id for one in digest.unread)]
    named = chain(
        papers,
        others,
        (one.paper.id for one in digest.updated),
        (one.paper_id for entry in digest.entries for one in entry.precedents),
    )
    sound = (
        all(_is_identifier(one) for one in named)
        and len(set(papers)) == len(papers) == digest.funnel.selected
        and [one.place for one in digest.entries] == list(range(1, len(papers) + 1))
    )
    if not sound:
        raise Unimportable(f"{name} was changed after paperlark wrote it", hint="get it again")
    return replace(
        digest,
        profile=reader.profile,
        reader=reader.id,
        status=Status.IMPORTED,
        notes=(f"Imported from {name}, where it was {digest.status}.", *digest.notes),
        judgements=tuple(one.judgement for one in digest.entries if one.judgement),
        scanned=tuple(dict.fromkeys((*papers, *others))),
    )


def _check(day: date, papers: int, today: date) -> None:
    if not FIRST_DAY <= day <= today:
        raise Unimportable(f"{day} is in the future, or before arXiv began")
    if papers > MOST_PAPERS:
        raise Unimportable(f"{papers} papers are more than arXiv ever announced on one day")


def _is_identifier(paper: PaperId) -> bool:
    found = Identifier.parse(paper)
    return found is not None and found.id == paper


def _entry(place: int, item: ImportedEntry, paper: Paper, followed: Followed) -> Entry:
    scored, judgement = item.scored, None
    if scored:
        comment = item.comment.partition(". ")[2] if item.by_followed else item.comment
        judgement = Judgement(paper.id, paper.version, scored.relevance, scored.novelty, comment)
    return Entry(
        place=place,
        paper=paper,
        type=None,
        match=None,
        followed=(followed(paper) or _SOMEBODY) if item.by_followed else (),
        judgement=judgement,
    )


def _funnel(head: DigestHead, entries: Sequence[Entry]) -> tuple[Funnel, bool]:
    """Return the file's counts, and whether they add up; those that do not are unknown."""
    try:
        return _counts(entries, head.announced, head.scanned, head.judged), True
    except DigestInconsistent:
        return _counts(entries, None, None, None), False


def _counts(
    entries: Sequence[Entry], announced: int | None, scanned: int | None, judged: int | None
) -> Funnel:
    return Funnel(
        feeds=None,
        announced=announced,
        announced_listings=None,
        scanned=scanned,
        scanned_listings=None,
        followed=sum(bool(one.followed) for one in entries),
        shortlisted=None,
        judged=judged,
        unjudged=None,
        not_recorded=None,
        selected=len(entries),
        gated=None,
        seen=None,
        explored=None,
        unread=None,
        followed_asked=None,
        over_budget=None,
        waiting=None,
        excluded=None,
    )


def _omissions(
    head: DigestHead, items: Sequence[ImportedEntry], entries: Sequence[Entry], *, once: int
) -> Iterator[str]:
    nameless = sum(item.paper_id is None for item in items)
    for count, what in (
        (nameless, "without an arXiv identifier"),
        (len(items) - nameless - once, "listed twice"),
        (once - len(entries), "whose text is not available"),
    ):
        if count:
            yield f"Left out: {_papers(count)} {what}."
    unscored = sum(one.judgement is None and not one.followed for one in entries)
    if unscored:
        yield f"No scores could be read for {_papers(unscored)}."
    if head.selected is not None and head.selected != len(entries):
        yield f"It counts {_papers(head.selected)}, of which {len(entries)} could be read."


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count:,} papers"
