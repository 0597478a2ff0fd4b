"""Composes the content of a letter from a bulletin: of a day, of a week, or of a failure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from paperlark.domain.delivery import Bulletin, Occasion
from paperlark.domain.digest import Digest, Entry, Status
from paperlark.domain.paper import PaperId
from paperlark.renderers import formats, matches, not_judged, reasons, typeset, wording
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.letters import status
from paperlark.renderers.letters.letter import DayRow, Letter, MissingPaper, letter_item
from paperlark.renderers.letters.neutralize import page_address
from paperlark.renderers.letters.status import (
    completeness,
    is_complete,
    problem,
    problem_days,
    sentence,
    status_line,
    warnings_of,
    without_page,
)


def merge_entries(digests: Sequence[Digest]) -> tuple[Entry, ...]:
    """Return the papers of all days, each once, in the order of one page (a k-way merge).

    The papers of each day keep the order of their page.
    """
    ordered = heapq.merge(*(digest.entries for digest in digests), key=_sort_key)
    first: dict[PaperId, Entry] = {}
    for entry in ordered:
        first.setdefault(entry.paper.id, entry)
    return tuple(first.values())


def _sort_key(entry: Entry) -> tuple[float, ...]:
    """Return the sort key: followed authors first, then judged papers by score, then by match."""
    match, judged = entry.match, entry.judgement
    likely = -(match.probability or 0) if match else 0
    rank = match.rank if match else 0
    if entry.followed:
        return (0, likely, rank)
    if judged:
        scores = (-(judged.relevance + judged.novelty), -judged.relevance)
        return (1, *scores, likely, rank)
    return (3 if entry.outside else 2, likely, rank)


def day_rows(bulletin: Bulletin) -> tuple[DayRow, ...]:
    """Return one row per day, in order."""
    made = [
        DayRow(
            digest.day,
            " · ".join(filter(None, (_selected(digest), status_line(digest)))),
            page_address(bulletin, digest.day),
            is_complete(digest),
        )
        for digest in bulletin.digests
    ]
    failed = [
        DayRow(
            failure.day,
            _("no page: {problem}").format(problem=problem(failure)),
            None,
            complete=False,
        )
        for failure in bulletin.failures
    ]
    return tuple(sorted((*made, *failed), key=lambda row: row.day))


def _selected(digest: Digest) -> str:
    if digest.status is Status.QUIET:
        return ""
    return wording.selected_of_scanned(digest.funnel.selected, digest.funnel.scanned)


def subject(letter: Letter) -> str:
    """Return the subject: `Wednesday, 26 February 2025: 37 papers · Foundations`."""
    gist = f": {letter.gist}" if letter.gist else ""
    return f"{letter.title}{gist} · {letter.profile}"


def footer(letter: Letter) -> tuple[str, str]:
    """Return why the reader gets this letter, and how to stop it."""
    text = (
        _(
            "You get this because this address is listed under [[deliver]] in the paperlark profile"
            " “{profile}”, which sends a mail every week."
        )
        if letter.occasion is Occasion.WEEK
        else _(
            "You get this because this address is listed under [[deliver]] in the paperlark profile"
            " “{profile}”, which sends a mail for every announcement."
        )
    )
    return (
        text.format(profile=letter.profile),
        _("To stop it, remove the entry from the profile or ask whoever runs paperlark for you."),
    )


_LONGEST_NAME = 120
_MOST_MISSING = 10
"""Unjudged papers that a letter names; the page names all of them."""


def compose(bulletin: Bulletin) -> Letter:
    """Return the content of the letter of a bulletin."""
    entries = merge_entries(bulletin.digests)
    wanted = entries[: bulletin.most]
    # Where nothing was judged, one note says so of all.
    judged = (digest for digest in bulletin.digests if digest.funnel.judged)
    missing = [one for digest in judged for one in not_judged.failed(digest)]
    return Letter(
        occasion=bulletin.occasion,
        profile=sentence(bulletin.profile, _LONGEST_NAME),
        title=_title(bulletin),
        gist=_gist(bulletin, len(wanted), len(entries)),
        summary=_summary(bulletin, len(wanted), entries),
        complete=not without_page(bulletin) and all(map(is_complete, bulletin.digests)),
        page=None if bulletin.occasion is Occasion.WEEK else page_address(bulletin, bulletin.day),
        sentences=tuple(_sentences(bulletin, entries)),
        warnings=warnings_of(bulletin),
        days=day_rows(bulletin) if bulletin.occasion is Occasion.WEEK else (),
        facts=(*status.cost_facts(bulletin.digests), *legends(bulletin)),
        items=tuple(
            letter_item(one, bulletin.votes.get(one.paper.id, ""), aside)
            for one, aside in zip(wanted, reasons.asides(wanted), strict=True)
        ),
        paper_count=len(entries),
        missing=tuple(
            MissingPaper(
                sentence(typeset.readable(one.paper.title)), one.paper.url, sentence(one.reason)
            )
            for one in missing[:_MOST_MISSING]
        ),
        missing_count=len(missing),
        abstracts=bulletin.abstracts,
    )


def legends(bulletin: Bulletin) -> Iterator[str]:
    """Yield what marks and matches mean; of several days what those of the latest do."""
    found = (matches.legend(digest) for digest in reversed(bulletin.digests))
    yield from islice(filter(None, found), 1)


def _title(bulletin: Bulletin) -> str:
    day = formats.long_date(bulletin.day)
    match bulletin.occasion:
        case Occasion.DAY:
            return day
        case Occasion.WEEK:
            return _("The week to {day}").format(day=day)
        case Occasion.COMPLETION:
            return _("Completed: {day}").format(day=day)
        case Occasion.FAILURE:
            return _("No page for {day}").format(day=day)
        case Occasion.ALARM:
            return _("Something is wrong, {day}").format(day=day)
        case Occasion.TRIAL:
            return _("Test message, {day}").format(day=day)


def _gist(bulletin: Bulletin, wanted: int, papers: int) -> str:
    """Return `37 papers` or `the best 10 of 37 papers`, and what is wrong; empty for a failure."""
    if not bulletin.digests:
        return _("no page") if bulletin.occasion is Occasion.WEEK else ""
    wrong = completeness(bulletin)
    if all(digest.status is Status.QUIET for digest in bulletin.digests):
        return _("nothing announced") + wrong
    count = formats.papers(papers) if papers else _("no papers")
    if wanted < papers:
        count = _("the best {wanted} of {papers}").format(
            wanted=formats.number(wanted), papers=count
        )
    return f"{count}{wrong}"


def _summary(bulletin: Bulletin, wanted: int, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    best = (
        (_("the best {wanted} are here").format(wanted=formats.number(wanted)),)
        if wanted < len(entries)
        else ()
    )
    if bulletin.occasion is Occasion.WEEK:
        papers = _("{papers} of {days}").format(
            papers=formats.papers(len(entries)), days=formats.days(len(bulletin.digests))
        )
        wrong = filter(None, [problem_days(bulletin)])
        return (papers, *best, *wrong)
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
            label = formats.long_date(failure.day) if other else _("Why")
            yield f"{label}: {problem(failure)}"
        yield _("The last good page is still in place. paperlark will try again.")
        return
    if bulletin.occasion is Occasion.WEEK and not entries:
        yield (
            _("No paper was selected this week.")
            if bulletin.digests
            else _("No page was made this week.")
        )
    elif not entries:
        yield from (wording.no_papers_text(digest) for digest in bulletin.digests)
