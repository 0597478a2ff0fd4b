"""One day, from what arXiv announced to one reader's digest; `publish` then writes its pages.

Announce, filter, rank, look up authors, match followed, filter by h-index, then select: by match,
or by a judge who reads the shortlist and a random sample of the rest. Assemble.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from time import monotonic

from paperlark.day.announce import NewPapers, announce, filter_new, surplus_notes
from paperlark.day.assemble import RankedPapers, Selection, assemble, with_matched_terms
from paperlark.day.authors import (
    filter_by_h_index,
    look_up_authors,
    match_followed,
    name_notes,
)
from paperlark.day.judge import judge_papers
from paperlark.day.select import (
    READ_ALL,
    fill_page,
    followed_by_match,
    select,
    select_by_match,
    shortlist,
    unjudged_by_match,
)
from paperlark.day.unread import (
    POOLED_DAYS,
    BelowThreshold,
    as_explored,
    random_sample,
    report_unread,
    sample_size,
)
from paperlark.domain.announcement import Announcement
from paperlark.domain.digest import Candidate, Digest
from paperlark.domain.feedback import (
    NO_EVIDENCE,
    NO_LATER_VOTES,
    Evidence,
    LaterVotes,
    vote_notes,
)
from paperlark.domain.judgement import (
    NO_PRECEDENTS,
    JudgementKey,
    Match,
    MatchedTerms,
    OnFailure,
    Precedents,
)
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.spending import PriceSource, UnderWay, total
from paperlark.domain.translation import RankingCriteria
from paperlark.ports import (
    Advance,
    AnnouncementBatches,
    Archive,
    AuthorService,
    ExampleSource,
    Judge,
    JudgementMemory,
    LearningRanker,
    PrecedentFinder,
    Progress,
    Source,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DayParts:
    """What a day is made with.

    `judge` is None for a page by the ranker alone, `memory` for a judge that costs nothing to ask
    again, `author_service` where authors are matched by name only, `example_source` where nothing
    is learned from earlier days, `precedent_finder` where earlier papers are not compared.
    `on_failure` is what becomes of papers that the judge did not judge.
    `prices` returns where the judge's price is from, `printed_names` the names of authors in the
    month before a day, with their counts of papers, `under_way` the questions for that page that
    were cut off.
    """

    sources: Sequence[Source]
    batches: AnnouncementBatches
    archive: Archive
    ranker: LearningRanker
    judge: Judge | None = None
    memory: JudgementMemory | None = None
    author_service: AuthorService | None = None
    example_source: ExampleSource | None = None
    precedent_finder: PrecedentFinder | None = None
    prices: Callable[[], PriceSource | None] = lambda: None
    printed_names: Callable[[date], Mapping[str, int]] = lambda _: {}
    on_failure: OnFailure = OnFailure.RANK
    under_way: Callable[[date], UnderWay | None] = lambda _: None


def make_digest(
    day: date,
    profile: Profile,
    parts: DayParts,
    progress: Progress,
    notes: tuple[str, ...] = (),
    *,
    ranking: RankingCriteria | None = None,
    announcement: Announcement | None = None,
) -> Digest:
    """Make one reader's digest of one day; `ranking` is what it is ranked by, if not as written.

    `announcement` is that day's, where it was fetched before.

    Raises SourceError when no feed could be got, JudgeUnavailable when no paper could be judged
    and that is to fail.
    """
    progress = _TimedSteps(progress)
    ranking = ranking or RankingCriteria(profile.criteria)
    announcement = announcement or announce(
        day, profile.categories, sources=parts.sources, batches=parts.batches, progress=progress
    )
    seen = parts.archive.seen(profile.id, day, [one.paper.id for one in announcement.papers])
    new = filter_new(announcement, profile, seen)
    source = parts.example_source
    evidence = source.evidence(profile, day) if source else NO_EVIDENCE
    papers = [announced.paper for announced in new.papers]
    with progress.step("ranking", len(papers)) as advance:
        matches = parts.ranker.rank(papers, ranking.criteria, evidence)
        finder = parts.precedent_finder
        precedents = finder.precedents(papers, day) if finder else NO_PRECEDENTS
        advance(len(papers))
    ranked = RankedAnnouncement(
        announcement,
        new,
        matches,
        precedents,
        later=source.later_votes(profile, day) if source else NO_LATER_VOTES,
        evidence=lambda: evidence,
        explain=partial(parts.ranker.explain, papers, ranking.criteria, evidence),
    )
    return select_and_assemble(ranked, profile, parts, progress, notes, ranking=ranking)


@dataclass(frozen=True, slots=True)
class RankedAnnouncement:
    """One reader's day once its papers are ranked, for this reader alone or among many.

    matches: of each of the new papers, in their order
    later: votes that came too late for that day
    evidence: what was known of the reader before that day, for who asks
    explain: names the terms that moved the chosen ones of the papers
    """

    announcement: Announcement
    new: NewPapers
    matches: Sequence[Match]
    precedents: Precedents
    later: LaterVotes
    evidence: Callable[[], Evidence]
    explain: Callable[[Container[PaperId]], Mapping[PaperId, MatchedTerms]]


def select_and_assemble(
    ranked: RankedAnnouncement,
    profile: Profile,
    parts: DayParts,
    progress: Progress,
    notes: tuple[str, ...] = (),
    *,
    ranking: RankingCriteria,
) -> Digest:
    """Make the digest of a day that is ranked: authors, selection by match or judge, explanation.

    Raises JudgeUnavailable when no paper could be judged and that is to fail.
    """
    day, new = ranked.announcement.day, ranked.new
    authors = look_up_authors(new.papers, profile, parts.author_service, progress)
    candidates = match_followed(
        new.papers, ranked.matches, profile.followed, authors.authorships, ranked.precedents
    )
    eligible = filter_by_h_index(candidates, authors.authorships, profile.min_h_index)
    if parts.judge is None:
        selection = _select_by_match(eligible, profile, day)
    else:
        selection = _select_by_judge(
            eligible, profile, day, parts.judge, parts, ranked.evidence(), progress
        )
        selection = _with_translation(selection, ranking, profile, day, parts)
    papers = [announced.paper for announced in new.papers]
    digest = assemble(
        ranked.announcement,
        profile,
        RankedPapers(new, candidates, eligible),
        selection,
        judge=parts.judge,
        prices=parts.prices() if parts.judge else None,
        translation=ranking.translation,
        notes=(
            *(
                *notes,
                *surplus_notes(ranked.announcement),
                *ranking.notes,
                *vote_notes(ranked.later),
                *authors.notes,
            ),
            *name_notes(profile.followed, papers, lambda: parts.printed_names(day)),
        ),
    )
    shown = {entry.paper.id for entry in digest.entries}
    digest = with_matched_terms(digest, ranked.explain(shown) if shown else {})
    if parts.judge is None:
        return digest
    if parts.memory is not None:  # what a recording holds was written before
        digest = replace(digest, summaries=profile.summaries, language=profile.language)
    return replace(digest, under_way=parts.under_way(day))


def _select_by_match(eligible: Sequence[Candidate], profile: Profile, day: date) -> Selection:
    """Fill the page with the best matches, and end it with a random sample of the others."""
    split = fill_page(eligible, profile.page_size)
    sample = random_sample(split.below, profile.exploration.shown, profile.id, day)
    return Selection(
        split,
        sample,
        select_by_match(eligible, split.above, sample),
        BelowThreshold(as_explored(sample)),
    )


def _select_by_judge(  # noqa: PLR0917  # all that a judge's selection takes
    eligible: Sequence[Candidate],
    profile: Profile,
    day: date,
    judge: Judge,
    parts: DayParts,
    evidence: Evidence,
    progress: Progress,
) -> Selection:
    """Judge the shortlist, a random sample of the rest and, if so set, followed authors."""
    earlier = parts.archive.explored(profile.id, day, POOLED_DAYS)
    # A judge that costs nothing reads every paper, and reads it once: it would repeat itself.
    recall, readings = (profile.recall, profile.readings) if parts.memory else (READ_ALL, 1)
    outcomes = parts.archive.outcomes(profile.id, day, POOLED_DAYS, profile.cutoffs)
    split = shortlist(eligible, recall, evidence, outcomes)
    count = sample_size(len(split.below), profile.exploration.share)
    sample = random_sample(split.below, count, profile.id, day)
    followed = followed_by_match(eligible) if profile.judge_followed else ()
    asked = (*split.above, *(one.candidate for one in sample), *followed)
    _log.info(
        "to be judged: %d above the threshold, %d of %d below as a random sample, %d followed",
        *(len(split.above), len(sample), len(split.below), len(followed)),
    )
    verdict = judge_papers(
        judge,
        [one.paper for one in asked],
        judgement_key=JudgementKey(day, profile.id, profile.criteria.fingerprint, judge.signature),
        cutoffs=profile.cutoffs,
        memory=parts.memory,
        progress=progress,
        precedents={one.paper.id: one.precedents for one in asked if one.precedents},
        readings=readings,
        on_failure=parts.on_failure,
    )
    ranks = parts.on_failure is OnFailure.RANK
    by_match = unjudged_by_match(eligible, verdict.unjudged, profile.page_size) if ranks else ()
    wanted = {
        paper: profile.cutoffs.meets(one.relevance, one.novelty)
        for paper, one in verdict.judgements.items()
    }
    return Selection(
        split,
        sample,
        select(eligible, verdict.combined, profile.cutoffs, sample, by_match),
        report_unread(split.below, sample, wanted, earlier, outcomes),
        verdict,
    )


def _with_translation(
    selection: Selection,
    ranking: RankingCriteria,
    profile: Profile,
    day: date,
    parts: DayParts,
) -> Selection:
    """Add what a translation of the criteria cost on this page, if it was paid for on this one."""
    if selection.verdict is None or parts.memory is None or ranking.translator is None:
        return selection
    key = JudgementKey(day, profile.id, profile.criteria.fingerprint, ranking.translator)
    paid = total([selection.verdict.spend, parts.memory.spend(key)])
    return replace(selection, verdict=replace(selection.verdict, spend=paid))


class _TimedSteps:
    """Progress that also logs how long each step took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Open a step."""
        started = monotonic()
        with self._progress.step(name, total) as advance:
            yield advance
        _log.info("%s: %d in %.1f s", name, total, monotonic() - started)
