"""One day: announce, scan, rank, look up, follow, gate, shortlist, judge, select, assemble.

A day and a profile in, a digest out; `publish` then puts its pages where they belong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from paperlark.day.announce import announce
from paperlark.day.assemble import assemble
from paperlark.day.follow import follow
from paperlark.day.gate import gate
from paperlark.day.judge import judge_papers
from paperlark.day.people import look_up
from paperlark.day.scan import scan
from paperlark.day.select import select, select_by_match
from paperlark.day.shortlist import shortlist
from paperlark.domain.digest import Digest
from paperlark.domain.profile import Profile
from paperlark.ports import Batches, Judge, Memory, People, Progress, Ranker, Source


def make_digest(  # noqa: PLR0913  # the parts of a day
    day: date,
    profile: Profile,
    *,
    sources: Sequence[Source],
    batches: Batches,
    ranker: Ranker,
    judge: Judge | None,
    memory: Memory | None,
    progress: Progress,
    people: People | None = None,
    notes: tuple[str, ...] = (),
) -> Digest:
    """Make one reader's digest of one day.

    `judge` is None for a page by the ranker alone; `memory` is None for a judge that costs
    nothing to ask again; `people` is None where names must do.

    Raises SourceError when no feed can be had, JudgeUnavailable when not one paper can be judged.
    """
    announcement = announce(
        day, profile.categories, sources=sources, batches=batches, progress=progress
    )
    scanned = scan(announcement, profile)
    with progress.step("ranking", len(scanned)) as advance:
        matches = ranker.rank([announced.paper for announced in scanned], profile.criteria)
        advance(len(scanned))
    known = look_up(scanned, profile, people, progress)
    notes = (*notes, *known.notes)
    candidates = follow(scanned, matches, profile.followed, known.authorships)
    passing = gate(candidates, known.authorships, profile.least_h_index)
    gated = len(candidates) - len(passing)
    if judge is None:
        entries = select_by_match(passing, profile.page_size)
        return assemble(announcement, profile, candidates, entries, gated=gated, notes=notes)
    wanted = shortlist(passing)
    verdict = judge_papers(
        judge, wanted, day=day, criteria=profile.criteria, memory=memory, progress=progress
    )
    entries = select(passing, verdict.judgements, profile.cutoffs)
    return assemble(
        announcement,
        profile,
        candidates,
        entries,
        judge=judge,
        verdict=verdict,
        gated=gated,
        notes=notes,
    )
