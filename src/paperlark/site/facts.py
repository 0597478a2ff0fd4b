"""What other pages say of a day: a digest cut down to its counts, its cost and a line a paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.digest import AuthorMatch, Digest, Entry, Status
from paperlark.domain.paper import PaperId, anchor
from paperlark.domain.spending import Spend
from paperlark.renderers import typeset, wording
from paperlark.site.unselected import unselected_papers


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """One paper of a day's page; its title has its TeX, `reason` is plain with formulas as written.

    Scores are from 1 to 10, `probability` of being wanted from 0 to 1; each is None where nobody
    gave it. `reason` is why it was selected, empty where only the match says so.
    """

    id: PaperId
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    place: int
    chip: str
    relevance: int | None
    novelty: int | None
    probability: float | None
    topic: str | None
    followed: tuple[AuthorMatch, ...]
    reason: str
    outside: bool

    @property
    def anchor(self) -> str:
        """Its name inside a page."""
        return anchor(self.id)

    @property
    def merit(self) -> tuple[int, int, float]:
        """Orders papers of different days: both scores, relevance, probability; more is better."""
        relevance, novelty = self.relevance or 0, self.novelty or 0
        return relevance + novelty, relevance, self.probability or 0.0


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day of one profile. `spend` is None without a judge.

    Counts are None where a page that was made elsewhere does not say them. `others` are the papers
    not selected that are known one by one.
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
    others: int = 0

    @property
    def looked_at(self) -> int:
        """So many papers were looked at for the page, or more where nobody knows."""
        return self.selected if self.scanned is None else self.scanned


def facts(digest: Digest) -> DayFacts:
    """Cut a digest down."""
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
        papers=tuple(map(_paper, digest.entries)),
        others=len(unselected_papers(digest)),
    )


def _paper(entry: Entry) -> PaperFacts:
    paper, judgement = entry.paper, entry.judgement
    return PaperFacts(
        id=paper.id,
        title=paper.title,
        authors=tuple(author.name for author in paper.authors),
        categories=paper.categories,
        place=entry.place,
        chip=wording.chip(entry),
        relevance=judgement.relevance if judgement else None,
        novelty=judgement.novelty if judgement else None,
        probability=entry.match.probability if entry.match else None,
        topic=entry.match.topic if entry.match else None,
        followed=entry.followed,
        reason=typeset.plain(wording.reason(entry) or ""),
        outside=entry.outside,
    )
