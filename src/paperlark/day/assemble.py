"""Everything a day brought in, the digest out: with counts that add up and an honest status."""

from __future__ import annotations

from collections.abc import Sequence

from paperlark.day.judge import Verdict
from paperlark.domain.announcement import Announcement
from paperlark.domain.digest import Candidate, Digest, Entry, Funnel, Status
from paperlark.domain.judgement import Lack
from paperlark.domain.profile import Profile
from paperlark.ports import Judge


def assemble(
    announcement: Announcement,
    profile: Profile,
    candidates: Sequence[Candidate],
    entries: tuple[Entry, ...],
    *,
    judge: Judge | None = None,
    verdict: Verdict | None = None,
    gated: int = 0,
    notes: tuple[str, ...] = (),
) -> Digest:
    """Put the digest together; raises DigestInconsistent when its counts do not add up."""
    unjudged = verdict.unjudged if verdict else ()
    lacks = _lacks(announcement)
    failed = sum(outcome.lack is Lack.FAILED for outcome in unjudged)
    return Digest(
        day=announcement.day,
        profile=profile.name,
        categories=profile.categories,
        status=_status(announcement, lacking=bool(lacks or failed)),
        model=judge.model(announcement.day) if judge else None,
        spend=verdict.spend if verdict else None,
        cutoffs=profile.cutoffs,
        funnel=Funnel(
            feeds=len(announcement.feeds),
            announced=len(announcement.papers),
            announced_listings=announcement.listings,
            scanned=len(candidates),
            scanned_listings=_listings(candidates, profile),
            followed=sum(bool(candidate.followed) for candidate in candidates),
            shortlisted=len(verdict.judgements) + len(unjudged) if verdict else 0,
            judged=len(verdict.judgements) if verdict else 0,
            unjudged=failed,
            not_recorded=len(unjudged) - failed,
            selected=len(entries),
            gated=gated,
        ),
        entries=entries,
        unjudged=unjudged,
        prompt=judge.prompt if judge else profile.criteria.text,
        notes=(*notes, *lacks),
    )


def _lacks(announcement: Announcement) -> tuple[str, ...]:
    """Name what is not whole about the announcement."""
    return (
        *(f"{missing.category} is missing: {missing.reason}" for missing in announcement.missing),
        *(note for feed in announcement.feeds for note in feed.notes),
    )


def _status(announcement: Announcement, *, lacking: bool) -> Status:
    if lacking:
        return Status.PARTIAL
    return Status.COMPLETE if announcement.papers else Status.QUIET


def _listings(candidates: Sequence[Candidate], profile: Profile) -> int:
    """Count the feeds' entries of the reader's types behind the scanned papers."""
    return sum(
        kind in profile.announce_types
        for candidate in candidates
        for kind in candidate.announced.types
    )
