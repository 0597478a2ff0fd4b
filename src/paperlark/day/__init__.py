"""One day: `announce -> scan -> rank -> follow -> shortlist -> judge -> select -> assemble`.

A day and a profile in, a digest out; `publish` then puts its pages where they belong.
"""

from __future__ import annotations

from datetime import date

from paperlark.day.announce import announce
from paperlark.day.assemble import assemble
from paperlark.day.follow import follow
from paperlark.day.judge import judge_papers
from paperlark.day.scan import scan
from paperlark.day.select import select, select_by_match
from paperlark.day.shortlist import shortlist
from paperlark.domain.digest import Digest
from paperlark.domain.profile import Profile
from paperlark.ports import Judge, Memory, Progress, Ranker, Source


def make_digest(
    day: date,
    profile: Profile,
    *,
    source: Source,
    ranker: Ranker,
    judge: Judge | None,
    memory: Memory | None,
    progress: Progress,
    notes: tuple[str, ...] = (),
) -> Digest:
    """Make one reader's digest of one day.

    `judge` is None for a page by the ranker alone; `memory` is None for a judge that costs
    nothing to ask again.

    Raises SourceError when no feed can be had, JudgeUnavailable when not one paper can be judged.
    """
    announcement = announce(day, profile.categories, source, progress)
    scanned = scan(announcement, profile)
    with progress.step("ranking", len(scanned)) as advance:
        matches = ranker.rank([announced.paper for announced in scanned], profile.criteria)
        advance(len(scanned))
    candidates = follow(scanned, matches, profile.followed)
    if judge is None:
        entries = select_by_match(candidates, profile.page_size)
        return assemble(announcement, profile, candidates, entries, notes=notes)
    wanted = shortlist(candidates)
    verdict = judge_papers(
        judge, wanted, day=day, criteria=profile.criteria, memory=memory, progress=progress
    )
    entries = select(candidates, verdict.judgements, profile.cutoffs)
    return assemble(
        announcement, profile, candidates, entries, judge=judge, verdict=verdict, notes=notes
    )
