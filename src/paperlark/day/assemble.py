"""Assemble the digest, with counts that add up and the right status. Pure."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from paperlark.day.announce import NewPapers
from paperlark.day.judge import Verdict
from paperlark.day.private import keep_private
from paperlark.day.select import Shortlist, place_candidates
from paperlark.day.unread import BelowThreshold, SampledCandidate
from paperlark.domain.announcement import Announcement, Feed
from paperlark.domain.digest import Batch, Candidate, Digest, Entry, Funnel, Status
from paperlark.domain.judgement import Match, MatchedTerms, UnjudgedReason
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.spending import PriceSource
from paperlark.ports import Judge

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RankedPapers:
    """The day's papers before selection: filtered, ranked, and those that pass the h-index."""

    new: NewPapers
    candidates: Sequence[Candidate]
    eligible: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was selected and how; `verdict` is None without a judge."""

    split: Shortlist
    sample: Sequence[SampledCandidate]
    entries: tuple[Entry, ...]
    below: BelowThreshold
    verdict: Verdict | None = None


def assemble(
    announcement: Announcement,
    profile: Profile,
    ranked: RankedPapers,
    selection: Selection,
    *,
    judge: Judge | None = None,
    prices: PriceSource | None = None,
    translation: str | None = None,
    notes: tuple[str, ...] = (),
) -> Digest:
    """Assemble the digest; raises DigestInconsistent when its counts do not add up."""
    verdict, below = selection.verdict, selection.below
    gaps = announcement_gaps(announcement)
    waiting = _waiting_again(verdict) if verdict else ()
    funnel = _funnel(announcement, profile, ranked, selection)
    digest = Digest(
        day=announcement.day,
        profile=profile.title,
        reader=profile.id,
        categories=profile.categories,
        status=_status(announcement, funnel, incomplete=bool(gaps or waiting)),
        model=judge.model(announcement.day) if judge else None,
        spend=verdict.spend if verdict else None,
        cutoffs=profile.cutoffs,
        funnel=funnel,
        entries=selection.entries,
        unjudged=verdict.unjudged if verdict else (),
        prompt=judge.prompt if judge else profile.criteria.text,
        understood=profile.criteria.summary,
        notes=(*notes, *gaps, *waiting),
        batches=_batches(announcement, profile),
        updated=ranked.new.updated,
        criteria=profile.criteria.fingerprint,
        judge=judge.signature if judge else None,
        judgements=tuple(verdict.judgements.values()) if verdict else (),
        excluded=ranked.new.excluded,
        scanned=tuple(candidate.paper.id for candidate in ranked.candidates),
        explored=below.explored,
        unread=below.unread,
        missed=below.missed,
        achieved=below.achieved,
        readings=verdict.readings if verdict else (),
        agreement=verdict.agreement if verdict else None,
        prices=prices,
        translation=translation,
        ranked=place_candidates(ranked.candidates, selection.split, selection.sample),
    )
    _log.info(
        "digest of %s: %s, %d entries of %d scanned papers",
        *(digest.day, digest.status, funnel.selected, funnel.scanned),
    )
    return digest if profile.show_criteria else keep_private(digest, profile.criteria)


def with_matched_terms(digest: Digest, terms: Mapping[PaperId, MatchedTerms]) -> Digest:
    """Add to the matches of these papers the terms that moved them most."""

    def named(match: Match, found: MatchedTerms) -> Match:
        return replace(match, words_for=found.for_match, words_against=found.against_match)

    def shown(match: Match, found: MatchedTerms) -> Match:
        return replace(named(match, found), sentence=found.sentence)

    return replace(
        digest,
        entries=tuple(
            replace(one, match=shown(one.match, terms[one.paper.id]))
            if one.match and one.paper.id in terms
            else one
            for one in digest.entries
        ),
        ranked=tuple(
            replace(one, match=named(one.match, terms[one.paper_id]))
            if one.paper_id in terms
            else one
            for one in digest.ranked
        ),
    )


def _funnel(
    announcement: Announcement, profile: Profile, ranked: RankedPapers, selection: Selection
) -> Funnel:
    """Count the papers of every step."""
    verdict, candidates = selection.verdict, ranked.candidates
    judged = len(verdict.combined) if verdict else 0
    unjudged = verdict.unjudged if verdict else ()
    reasons = Counter(one.cause for one in unjudged)
    explored = len(selection.below.explored) if verdict else 0
    followed_asked = _followed_asked(candidates, verdict) if verdict else 0
    return Funnel(
        feeds=len(announcement.feeds),
        announced=len(announcement.papers),
        announced_listings=announcement.listings,
        scanned=len(candidates),
        scanned_listings=_listings(candidates, profile),
        followed=sum(bool(candidate.followed) for candidate in candidates),
        shortlisted=judged + len(unjudged) - explored - followed_asked,
        judged=judged,
        unjudged=reasons[UnjudgedReason.FAILED],
        not_recorded=reasons[UnjudgedReason.NOT_RECORDED],
        selected=len(selection.entries),
        gated=len(candidates) - len(ranked.eligible),
        seen=ranked.new.seen,
        explored=explored,
        unread=len(selection.below.unread),
        followed_asked=followed_asked,
        over_budget=reasons[UnjudgedReason.BUDGET],
        waiting=reasons[UnjudgedReason.WAITING],
        excluded=len(ranked.new.excluded),
    )


def _waiting_again(verdict: Verdict) -> tuple[str, ...]:
    """Note papers that were judged in one reading and wait for another."""
    papers = verdict.waiting_again
    if not papers:
        return ()
    few = "1 paper waits" if papers == 1 else f"{papers} papers wait"
    return (f"{few} for another reading in a batch",)


def _followed_asked(candidates: Sequence[Candidate], verdict: Verdict) -> int:
    """Count the papers of followed authors that the judge was asked about."""
    asked = {*verdict.combined, *(one.paper.id for one in verdict.unjudged)}
    return sum(one.paper.id in asked for one in candidates if one.followed)


def _batches(announcement: Announcement, profile: Profile) -> tuple[Batch, ...]:
    """Return where each category's announcement came from, in the reader's order."""
    fetched = {feed.category: _batch(feed) for feed in announcement.feeds}
    missing = {
        one.category: Batch(one.category, None, None, 0, None, (one.reason,))
        for one in announcement.missing
    }
    known = fetched | missing
    return tuple(known[category] for category in profile.categories)


def _batch(feed: Feed) -> Batch:
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
    """Return notes on missing categories and incomplete feeds."""
    return (
        *(f"{missing.category} is missing: {missing.reason}" for missing in announcement.missing),
        *(
            note if note.startswith(feed.category) else f"{feed.category} {note}"
            for feed in announcement.feeds
            for note in feed.notes
        ),
    )


def _status(announcement: Announcement, funnel: Funnel, *, incomplete: bool) -> Status:
    """Return the status; a budget that was used up by judging papers was meant to be."""
    as_planned = not funnel.over_budget or funnel.judged
    if incomplete or funnel.unjudged or funnel.waiting or not as_planned:
        return Status.PARTIAL
    if funnel.over_budget:
        return Status.WITHIN_BUDGET
    return Status.COMPLETE if announcement.papers else Status.QUIET


def _listings(candidates: Sequence[Candidate], profile: Profile) -> int:
    """Count the feeds' entries of the scanned papers that are of the reader's announce types."""
    return sum(
        kind in profile.announce_types or candidate.announced.type not in profile.announce_types
        for candidate in candidates
        for kind in candidate.announced.types
    )


def is_worse(new: Digest, old: Digest) -> bool:
    """Return whether the new digest is less complete than the old one.

    Digests of other criteria, another judge or other categories do not compare: the new one
    counts, unless the judge judged nothing for it and something for the old one.
    """
    if new.categories != old.categories:
        return False
    if (new.criteria, new.judge) == (old.criteria, old.judge):
        return _completeness(new) < _completeness(old)
    lacking = new.funnel.unjudged or new.funnel.over_budget
    return bool(lacking and not new.funnel.judged and old.funnel.judged)


def _completeness(digest: Digest) -> tuple[bool, int, int]:
    """Return a sort key: nothing missing, confirmed batches, papers left unjudged."""
    funnel = digest.funnel
    return (
        digest.status is not Status.PARTIAL,
        sum(batch.confirmed is not None for batch in digest.batches),
        -sum(filter(None, (funnel.unjudged, funnel.over_budget, funnel.waiting))),
    )
