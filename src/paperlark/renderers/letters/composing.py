"""Several days' papers in one order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from paperlark.domain.delivery import Bulletin, Occasion
from paperlark.domain.digest import Digest, Entry, Status
from paperlark.domain.paper import PaperId
from paperlark.renderers import english, typeset, wording
from paperlark.renderers.letters import status
from paperlark.renderers.letters.letter import DayRow, Letter, MissingDay, tell
from paperlark.renderers.letters.neutralize import page_of
from paperlark.renderers.letters.status import (
    cautions,
    doubt,
    is_in_order,
    problem,
    sentence,
    status_line,
    trouble,
    without_page,
)


def merged(digests: Sequence[Digest]) -> tuple[Entry, ...]:
    """Give the papers of all days, each once, in the order that a page of them all would have.

    Every day's papers stay in the order of their own page.
    """
    ordered = heapq.merge(*(digest.entries for digest in digests), key=_merit)
    first: dict[PaperId, Entry] = {}
    for entry in ordered:
        first.setdefault(entry.paper.id, entry)
    return tuple(first.values())


def _merit(entry: Entry) -> tuple[float, ...]:
    """Followed authors come first, then what a judge thinks, then what the ranker does."""
    match, judged = entry.match, entry.judgement
    likely = -(match.probability or 0) if match else 0
    rank = match.rank if match else 0
    if entry.followed:
        return (0, likely, rank)
    if judged:
        scores = (-(judged.relevance + judged.novelty), -judged.relevance)
        return (1, *scores, likely, rank)
    return (3 if entry.outside else 2, likely, rank)


def days(bulletin: Bulletin) -> tuple[DayRow, ...]:
    """Give them in order."""
    made = [
        DayRow(
            digest.day,
            " · ".join((_selected(digest), status_line(digest))),
            page_of(bulletin, digest.day),
            is_in_order(digest),
        )
        for digest in bulletin.digests
    ]
    failed = [
        DayRow(failure.day, f"no page: {problem(failure)}", None, in_order=False)
        for failure in bulletin.failures
    ]
    return tuple(sorted((*made, *failed), key=lambda row: row.day))


def _selected(digest: Digest) -> str:
    if digest.status is Status.QUIET:
        return "arXiv announced nothing"
    return wording.of_scanned(digest.funnel.selected, digest.funnel.scanned)


def subject(letter: Letter) -> str:
    """`Wednesday, 26 February 2025: 37 papers · Foundations`; what matters most comes first."""
    gist = f": {letter.gist}" if letter.gist else ""
    return f"{letter.title}{gist} · {letter.profile}"


def footing(letter: Letter) -> tuple[str, str]:
    """Say why the reader gets this, and how to stop it."""
    often = "every week" if letter.occasion is Occasion.WEEK else "of every announcement"
    return (
        f"You get this because this address stands under [[deliver]] in the paperlark profile"
        f" \N{LEFT DOUBLE QUOTATION MARK}{letter.profile}\N{RIGHT DOUBLE QUOTATION MARK},"
        f" which writes {often}.",
        "To stop it take the entry out of the profile, or ask whoever runs paperlark for you.",
    )


_LONGEST_NAME = 120
_MOST_MISSING = 10
"""Papers without a judgement that a letter names; the page names them all."""


def compose(bulletin: Bulletin) -> Letter:
    """Say what there is to say."""
    entries = merged(bulletin.digests)
    wanted = entries[: bulletin.most]
    lacking = [one for digest in bulletin.digests for one in wording.failed(digest)]
    return Letter(
        occasion=bulletin.occasion,
        profile=sentence(bulletin.profile, _LONGEST_NAME),
        title=_title(bulletin),
        gist=_gist(bulletin, len(wanted), len(entries)),
        summary=_summary(bulletin, len(wanted), entries),
        in_order=not without_page(bulletin) and all(map(is_in_order, bulletin.digests)),
        page=None if bulletin.occasion is Occasion.WEEK else page_of(bulletin, bulletin.day),
        sentences=tuple(_sentences(bulletin, entries)),
        warnings=cautions(bulletin),
        days=days(bulletin) if bulletin.occasion is Occasion.WEEK else (),
        facts=tuple(status.cost_facts(bulletin.digests)),
        items=tuple(map(tell, wanted)),
        on_page=len(entries),
        missing=tuple(
            MissingDay(
                sentence(typeset.plain(one.paper.title)), one.paper.url, sentence(one.reason)
            )
            for one in lacking[:_MOST_MISSING]
        ),
        lacking=len(lacking),
    )


def _title(bulletin: Bulletin) -> str:
    day = english.long_date(bulletin.day)
    match bulletin.occasion:
        case Occasion.DAY:
            return day
        case Occasion.WEEK:
            return f"The week to {day}"
        case Occasion.FAILURE:
            return f"No page for {day}"
        case Occasion.ALARM:
            return f"Something is wrong, {day}"
        case Occasion.TRIAL:
            return f"A trial, {day}"


def _gist(bulletin: Bulletin, wanted: int, papers: int) -> str:
    """`37 papers`, `the best 10 of 37 papers`, and what is wrong; nothing of a failure."""
    if not bulletin.digests:
        return "no page" if bulletin.occasion is Occasion.WEEK else ""
    wrong = doubt(bulletin)
    if all(digest.status is Status.QUIET for digest in bulletin.digests):
        return f"nothing announced{wrong}"
    count = f"the best {english.number(wanted)} of " if wanted < papers else ""
    return f"{count}{english.counted(papers, 'paper') if papers else 'no paper'}{wrong}"


def _summary(bulletin: Bulletin, wanted: int, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    best = (f"the best {english.number(wanted)} are here",) if wanted < len(entries) else ()
    if bulletin.occasion is Occasion.WEEK:
        made = english.counted(len(bulletin.digests), "day")
        wrong = filter(None, [trouble(bulletin)])
        return (f"{english.counted(len(entries), 'paper')} of {made}", *best, *wrong)
    return tuple(
        part
        for digest in bulletin.digests
        for part in (*map(sentence, wording.summary(digest)[:-1]), *best, status_line(digest))
    )


def _sentences(bulletin: Bulletin, entries: tuple[Entry, ...]) -> Iterator[str]:
    if bulletin.occasion.transient:
        yield from (problem(failure) for failure in bulletin.failures)
        return
    if bulletin.occasion is Occasion.FAILURE:
        for failure in bulletin.failures:
            other = failure.day != bulletin.day
            what = english.long_date(failure.day) if other else "Why"
            yield f"{what}: {problem(failure)}"
        yield "The last good page stays where it is. The page that is missing is tried again."
        return
    if bulletin.occasion is Occasion.WEEK and not entries:
        nothing = "No paper was selected" if bulletin.digests else "No page was made"
        yield f"{nothing} this week."
    elif not entries:
        yield from (wording.nothing(digest) for digest in bulletin.digests)
