"""A bulletin in, what a reader is told out."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.domain.delivery import Bulletin, Occasion
from paperlark.domain.digest import Entry, Status
from paperlark.renderers import english, typeset, wording
from paperlark.renderers.letters import bill
from paperlark.renderers.letters.address import page_of
from paperlark.renderers.letters.cautions import cautions
from paperlark.renderers.letters.days import days
from paperlark.renderers.letters.item import tell
from paperlark.renderers.letters.letter import Letter, Missing
from paperlark.renderers.letters.sentence import problem, sentence
from paperlark.renderers.letters.standing import doubt, is_in_order, status, trouble, without_page
from paperlark.renderers.letters.week import merged

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
        facts=tuple(bill.facts(bulletin.digests)),
        items=tuple(map(tell, wanted)),
        on_page=len(entries),
        missing=tuple(
            Missing(sentence(typeset.plain(one.paper.title)), one.paper.url, sentence(one.reason))
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
        for part in (*map(sentence, wording.summary(digest)[:-1]), *best, status(digest))
    )


def _sentences(bulletin: Bulletin, entries: tuple[Entry, ...]) -> Iterator[str]:
    if bulletin.occasion.passing:
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
