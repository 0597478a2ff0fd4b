"""One day: announce, scan, rank, look up, follow, gate, shortlist, judge, select, assemble.

A day and a profile in, a digest out; `publish` then puts its pages where they belong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from paperlark.domain.feedback import NOTHING_KNOWN
from paperlark.domain.judgement import Asking
from paperlark.domain.profile import Profile
from paperlark.ports import (
    Archive,
    Batches,
    Experience,
    Judge,
    Memory,
    People,
    Progress,
    Ranker,
    Source,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a day is made with.

    `judge` is None for a page by the ranker alone; `memory` is None for a judge that costs
    nothing to ask again; `people` is None where names must do, `experience` where each day is
    the first.
    """

    sources: Sequence[Source]
    batches: Batches
    archive: Archive
    ranker: Ranker
    judge: Judge | None = None
    memory: Memory | None = None
    people: People | None = None
    experience: Experience | None = None


def make_digest(
    day: date, profile: Profile, parts: Parts, progress: Progress, notes: tuple[str, ...] = ()
) -> Digest:
    """Make one reader's digest of one day.

    Raises SourceError when no feed can be had, JudgeUnavailable when not one paper can be judged.
    """
    announcement = announce(
        day, profile.categories, sources=parts.sources, batches=parts.batches, progress=progress
    )
    seen = parts.archive.seen(profile.name, day, [one.paper.id for one in announcement.papers])
    scanned = scan(announcement, profile, seen)
    evidence = parts.experience.evidence(profile, day) if parts.experience else NOTHING_KNOWN
    with progress.step("ranking", len(scanned.papers)) as advance:
        papers = [announced.paper for announced in scanned.papers]
        matches = parts.ranker.rank(papers, profile.criteria, evidence)
        advance(len(papers))
    known = look_up(scanned.papers, profile, parts.people, progress)
    candidates = follow(scanned.papers, matches, profile.followed, known.authorships)
    passing = gate(candidates, known.authorships, profile.least_h_index)
    if parts.judge is None:
        verdict, entries = None, select_by_match(passing, profile.page_size)
    else:
        asking = Asking(day, profile.name, profile.criteria.fingerprint, parts.judge.signature)
        wanted = shortlist(passing)
        verdict = judge_papers(
            parts.judge, wanted, asking=asking, memory=parts.memory, progress=progress
        )
        entries = select(passing, verdict.judgements, profile.cutoffs)
    return assemble(
        announcement,
        profile,
        scanned=scanned,
        candidates=candidates,
        passing=passing,
        entries=entries,
        judge=parts.judge,
        verdict=verdict,
        notes=(*notes, *known.notes),
    )
