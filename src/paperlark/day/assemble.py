"""Assemble the digest, with counts that add up and an honest status. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from paperlark.day.filter_new import NewPapers
from paperlark.day.judge import Verdict
from paperlark.day.private import keep_private
from paperlark.day.unread import Unexplored
from paperlark.domain.announcement import Announcement, Feed
from paperlark.domain.digest import Batch, Candidate, Digest, Entry, Funnel, Ranked, Status
from paperlark.domain.judgement import UnjudgedReason
from paperlark.domain.profile import Profile
from paperlark.domain.spending import PriceSource
from paperlark.ports import Judge


def assemble(  # noqa: PLR0913  # what every step of the day brought
    announcement: Announcement,
    profile: Profile,
    *,
    scanned: NewPapers,
    candidates: Sequence[Candidate],
    passing: Sequence[Candidate],
    entries: tuple[Entry, ...],
    below: Unexplored,
    ranked: tuple[Ranked, ...] = (),
    judge: Judge | None = None,
    verdict: Verdict | None = None,
    prices: PriceSource | None = None,
    notes: tuple[str, ...] = (),
) -> Digest:
    """Put the digest together; raises DigestInconsistent when its counts do not add up."""
    unjudged = verdict.unjudged if verdict else ()
    judgements = tuple(verdict.judgements.values()) if verdict else ()
    lacking = announcement_gaps(announcement)
    lacked = Counter(outcome.cause for outcome in unjudged)
    wanting = (
        lacked[UnjudgedReason.FAILED]
        + lacked[UnjudgedReason.BUDGET]
        + lacked[UnjudgedReason.WAITING]
    )
    again = _waiting_again(verdict) if verdict else ()
    followed = sum(bool(candidate.followed) for candidate in candidates)
    explored = len(below.explored) if verdict else 0
    followed_asked = _followed_asked(candidates, verdict) if verdict else 0
    digest = Digest(
        day=announcement.day,
        profile=profile.name,
        categories=profile.categories,
        status=_status(announcement, lacking=bool(lacking or wanting or again)),
        model=judge.model(announcement.day) if judge else None,
        spend=verdict.spend if verdict else None,
        cutoffs=profile.cutoffs,
        funnel=Funnel(
            feeds=len(announcement.feeds),
            announced=len(announcement.papers),
            announced_listings=announcement.listings,
            scanned=len(candidates),
            scanned_listings=_listings(candidates, profile),
            followed=followed,
            shortlisted=len(judgements) + len(unjudged) - explored - followed_asked,
            judged=len(judgements),
            unjudged=lacked[UnjudgedReason.FAILED],
            not_recorded=lacked[UnjudgedReason.NOT_RECORDED],
            selected=len(entries),
            gated=len(candidates) - len(passing),
            seen=scanned.seen,
            explored=explored,
            unread=len(below.unread),
            followed_asked=followed_asked,
            over_budget=lacked[UnjudgedReason.BUDGET],
            waiting=lacked[UnjudgedReason.WAITING],
        ),
        entries=entries,
        unjudged=unjudged,
        prompt=judge.prompt if judge else profile.criteria.text,
        notes=(*notes, *lacking, *again),
        batches=_batches(announcement, profile),
        updated=scanned.updated,
        criteria=profile.criteria.fingerprint,
        judge=judge.signature if judge else None,
        judgements=judgements,
        scanned=tuple(candidate.paper.id for candidate in candidates),
        explored=below.explored,
        unread=below.unread,
        missed=below.missed,
        readings=verdict.readings if verdict else (),
        agreement=verdict.agreement if verdict else None,
        prices=prices,
        ranked=ranked,
    )
    return digest if profile.show_criteria else keep_private(digest, profile.criteria)


def _waiting_again(verdict: Verdict) -> tuple[str, ...]:
    """Say that papers were judged in one reading, and wait in another."""
    papers = verdict.waiting_again
    if not papers:
        return ()
    few = "1 paper waits" if papers == 1 else f"{papers} papers wait"
    return (f"{few} for another reading in a batch",)


def _followed_asked(candidates: Sequence[Candidate], verdict: Verdict) -> int:
    """Count the papers of followed authors that the judge was asked about, shown in any case."""
    asked = {*verdict.opinions, *(one.paper.id for one in verdict.unjudged)}
    return sum(one.paper.id in asked for one in candidates if one.followed)


def _batches(announcement: Announcement, profile: Profile) -> tuple[Batch, ...]:
    """Say of each category, in the reader's order, where its announcement came from."""
    had = {feed.category: _had(feed) for feed in announcement.feeds}
    missing = {
        one.category: Batch(one.category, None, None, 0, None, (one.reason,))
        for one in announcement.missing
    }
    known = had | missing
    return tuple(known[category] for category in profile.categories)


def _had(feed: Feed) -> Batch:
    return Batch(
        category=feed.category,
        via=feed.via,
        confirmed=feed.confirmed,
        entries=len(feed.listings),
        expected=feed.expected,
        trail=feed.trail,
        sha256=feed.sha256,
    )


def announcement_gaps(announcement: Announcement) -> tuple[str, ...]:
    """Name what is not whole about the announcement."""
    return (
        *(f"{missing.category} is missing: {missing.reason}" for missing in announcement.missing),
        *(
            note if note.startswith(feed.category) else f"{feed.category} {note}"
            for feed in announcement.feeds
            for note in feed.notes
        ),
    )


def _status(announcement: Announcement, *, lacking: bool) -> Status:
    if lacking:
        return Status.PARTIAL
    return Status.COMPLETE if announcement.papers else Status.QUIET


def _listings(candidates: Sequence[Candidate], profile: Profile) -> int:
    """Count the feeds' entries behind the scanned papers that are of the reader's types."""
    return sum(
        kind in profile.announce_types or candidate.announced.type not in profile.announce_types
        for candidate in candidates
        for kind in candidate.announced.types
    )


def is_worse(new: Digest, old: Digest) -> bool:
    """Tell whether the new digest says less than the old one, under the same question.

    Other criteria, another judge or other categories are another question, and the new answer
    counts.
    """
    same = (new.criteria, new.judge, new.categories) == (old.criteria, old.judge, old.categories)
    return same and _says(new) < _says(old)


def _says(digest: Digest) -> tuple[bool, int, int]:
    """Compare by what is missing, and by how sure is what is there; more is not always better."""
    funnel = digest.funnel
    return (
        digest.status is not Status.PARTIAL,
        sum(batch.confirmed is not None for batch in digest.batches),
        -sum(filter(None, (funnel.unjudged, funnel.over_budget, funnel.waiting))),
    )
