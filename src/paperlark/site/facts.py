"""The facts of a day that other pages show: a digest reduced to counts, cost and paper lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.digest import AuthorMatch, Digest, Entry, Status
from paperlark.domain.judgement import Strength
from paperlark.domain.paper import PaperId, anchor
from paperlark.domain.spending import Spend
from paperlark.renderers import reasons, typeset, wording
from paperlark.site.unselected import unselected_papers


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """One paper of a day's page; `title` keeps its TeX, `reason` is plain text.

    Scores are from 1 to 10, `probability` of being selected is in [0, 1]; each is None if unknown.
    `mark` is the chip among papers of other days, where a percentage would tell none apart.
    `aside` is what is about this paper among those of its day. `reason` is empty where the match
    alone selected it; `summary` is what is new, empty where no model said it.
    """

    id: PaperId
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    place: int
    chip: str
    mark: str
    aside: str
    relevance: int | None
    novelty: int | None
    probability: float | None
    strength: Strength | None
    topic: str | None
    followed: tuple[AuthorMatch, ...]
    reason: str
    outside: bool
    summary: str = ""

    @property
    def anchor(self) -> str:
        """The anchor inside a page."""
        return anchor(self.id)

    @property
    def score_key(self) -> tuple[int, int, int, float]:
        """Sort key across days; higher is better.

        Sum of both scores, relevance, the strength of the match, its probability.
        """
        relevance, novelty = self.relevance or 0, self.novelty or 0
        strength = _STRENGTHS.index(self.strength) if self.strength else 0
        return relevance + novelty, relevance, strength, self.probability or 0.0


_STRENGTHS = (Strength.WEAK, Strength.FAIR, Strength.GOOD, Strength.STRONG)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day of one profile. `spend` is None without a judge.

    Counts are None where an imported page does not state them. `unselected` counts the unselected
    papers that are known individually.
    """

    profile: str
    day: date
    status: Status
    summary: tuple[str, ...]
    model: str | None
    spend: Spend | None
    announced: int | None
    scanned: int | None
    judged: int | None
    selected: int
    papers: tuple[PaperFacts, ...]
    unselected: int = 0

    @property
    def scanned_count(self) -> int:
        """The number of scanned papers, or the selected ones as a lower bound."""
        return self.selected if self.scanned is None else self.scanned


def facts(digest: Digest) -> DayFacts:
    """Reduce a digest to its facts."""
    return DayFacts(
        profile=digest.profile,
        day=digest.day,
        status=digest.status,
        summary=wording.summary(digest),
        model=digest.model,
        spend=digest.spend,
        announced=digest.funnel.announced,
        scanned=digest.funnel.scanned,
        judged=digest.funnel.judged,
        selected=digest.funnel.selected,
        papers=tuple(map(_paper, digest.entries, reasons.asides(digest.entries))),
        unselected=len(unselected_papers(digest)),
    )


def _paper(entry: Entry, aside: str) -> PaperFacts:
    paper, judgement = entry.paper, entry.judgement
    return PaperFacts(
        id=paper.id,
        title=paper.title,
        authors=tuple(author.name for author in paper.authors),
        categories=paper.categories,
        place=entry.place,
        chip=reasons.chip(entry),
        mark=reasons.mark(entry),
        aside=aside,
        relevance=judgement.relevance if judgement else None,
        novelty=judgement.novelty if judgement else None,
        probability=entry.match.probability if entry.match else None,
        strength=entry.match.strength if entry.match else None,
        topic=entry.match.topic if entry.match else None,
        followed=entry.followed,
        reason=typeset.plain(reasons.reason(entry) or ""),
        outside=entry.outside,
        summary=typeset.plain(judgement.summary) if judgement else "",
    )
