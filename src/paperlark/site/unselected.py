"""The papers of a day that were looked at and not selected, so that a missed one can be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paperlark.domain.digest import Digest, Placement, Ranked
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper, PaperId, anchor
from paperlark.renderers import wording


@dataclass(frozen=True, slots=True)
class UnselectedPaper:
    """One of them. `paper` is None where its text is not known, `match` where nobody kept it."""

    paper_id: PaperId
    title: str | None
    paper: Paper | None
    match: str | None
    topic: str | None
    judgement: Judgement | None
    gated: bool

    @property
    def anchor(self) -> str:
        """Its name inside the page."""
        return anchor(self.paper_id)


def unselected_papers(digest: Digest) -> tuple[PaperId, ...]:
    """Give them, best match first where that is known."""
    shown = {entry.paper.id for entry in digest.entries}
    known = (one.paper_id for one in digest.ranked)
    every = dict.fromkeys((*known, *(one.paper_id for one in digest.unread), *digest.scanned))
    return tuple(paper for paper in every if paper not in shown)


def described(digest: Digest, texts: Mapping[PaperId, Paper]) -> Iterator[UnselectedPaper]:
    """Say what is known of each."""
    ranked = {one.paper_id: one for one in digest.ranked}
    unread = {one.paper_id: one for one in digest.unread}
    judged = {one.paper_id: one for one in digest.judgements}
    for paper_id in unselected_papers(digest):
        paper, one, left = texts.get(paper_id), ranked.get(paper_id), unread.get(paper_id)
        yield UnselectedPaper(
            paper_id=paper_id,
            title=paper.title if paper else left.title if left else None,
            paper=paper,
            match=_match(one) or (wording.unread_match(left) if left else None),
            topic=one.match.topic if one else None,
            judgement=judged.get(paper_id),
            gated=one is not None and one.placement is Placement.GATED,
        )


def _match(one: Ranked | None) -> str | None:
    return None if one is None else wording.match_best(one.match)
