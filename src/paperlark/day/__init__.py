"""One day, from what arXiv announced to one reader's digest; `publish` then writes its pages.

Announce, scan, rank, look back, look up, follow, gate, shortlist, explore, judge, select, assemble.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.day.announce import announce
from paperlark.day.assemble import assemble
from paperlark.day.authors import filter_by_h_index, look_up_authors, match_followed
from paperlark.day.filter_new import filter_new
from paperlark.day.judge import judge_papers
from paperlark.day.random_sample import POOLED_DAYS, random_sample, sample_size
from paperlark.day.select import followed_by_match, place_candidates, select, select_by_match
from paperlark.day.shortlist import EVERYTHING, fill_page, shortlist
from paperlark.day.unread import report_unread, shown_from_below
from paperlark.domain.digest import Digest
from paperlark.domain.feedback import NO_EVIDENCE
from paperlark.domain.judgement import NO_PRECEDENTS, JudgementKey
from paperlark.domain.profile import Profile
from paperlark.domain.spending import PriceSource
from paperlark.ports import (
    AnnouncementBatches,
    Archive,
    AuthorService,
    ExampleSource,
    Judge,
    JudgementMemory,
    PrecedentFinder,
    Progress,
    Ranker,
    Source,
)


@dataclass(frozen=True, slots=True)
class DayParts:
    """What a day is made with.

    `judge` is None for a page by the ranker alone; `memory` is None for a judge that costs
    nothing to ask again; `people` is None where names must do, `experience` where each day is
    the first, `librarian` where nobody knows the papers of before.
    `prices` says where the judge's price is from.
    """

    sources: Sequence[Source]
    batches: AnnouncementBatches
    archive: Archive
    ranker: Ranker
    judge: Judge | None = None
    memory: JudgementMemory | None = None
    author_service: AuthorService | None = None
    example_source: ExampleSource | None = None
    precedent_finder: PrecedentFinder | None = None
    prices: Callable[[], PriceSource | None] = lambda: None


def make_digest(
    day: date, profile: Profile, parts: DayParts, progress: Progress, notes: tuple[str, ...] = ()
) -> Digest:
    """Make one reader's digest of one day.

    Raises SourceError when no feed can be had, JudgeUnavailable when not one paper can be judged.
    """
    announcement = announce(
        day, profile.categories, sources=parts.sources, batches=parts.batches, progress=progress
    )
    seen = parts.archive.seen(profile.name, day, [one.paper.id for one in announcement.papers])
    scanned = filter_new(announcement, profile, seen)
    evidence = parts.example_source.evidence(profile, day) if parts.example_source else NO_EVIDENCE
    with progress.step("ranking", len(scanned.papers)) as advance:
        papers = [announced.paper for announced in scanned.papers]
        matches = parts.ranker.rank(papers, profile.criteria, evidence)
        precedents = (
            parts.precedent_finder.precedents(papers, day)
            if parts.precedent_finder
            else NO_PRECEDENTS
        )
        advance(len(papers))
    known = look_up_authors(scanned.papers, profile, parts.author_service, progress)
    candidates = match_followed(
        scanned.papers, matches, profile.followed, known.authorships, precedents
    )
    passing = filter_by_h_index(candidates, known.authorships, profile.least_h_index)
    if parts.judge is None:
        line = fill_page(passing, profile.page_size)
        drawn = random_sample(line.below, profile.exploration.shown, profile.name, day)
        verdict, below = None, shown_from_below(drawn)
        entries = select_by_match(passing, line.above, drawn)
    else:
        earlier = parts.archive.explored(profile.name, day, POOLED_DAYS)
        # What costs nothing is read whole.
        recall = profile.recall if parts.memory else EVERYTHING
        line = shortlist(passing, recall, evidence, earlier)
        count = sample_size(len(line.below), profile.exploration.share)
        drawn = random_sample(line.below, count, profile.name, day)
        followed = followed_by_match(passing) if profile.judge_followed else ()
        asked = (*line.above, *(lot.candidate for lot in drawn), *followed)
        verdict = judge_papers(
            parts.judge,
            [one.paper for one in asked],
            judgement_key=JudgementKey(
                day, profile.name, profile.criteria.fingerprint, parts.judge.signature
            ),
            cutoffs=profile.cutoffs,
            memory=parts.memory,
            progress=progress,
            precedents=precedents,
            # It says the same each time, too.
            readings=profile.readings if parts.memory else 1,
        )
        entries = select(passing, verdict.opinions, profile.cutoffs, drawn)
        below = report_unread(line.below, drawn, verdict.judgements, profile.cutoffs, earlier)
    return assemble(
        announcement,
        profile,
        scanned=scanned,
        candidates=candidates,
        passing=passing,
        entries=entries,
        below=below,
        ranked=place_candidates(candidates, line, drawn),
        judge=parts.judge,
        verdict=verdict,
        prices=parts.prices() if verdict else None,
        notes=(*notes, *known.notes),
    )
