"""The scanned papers of a day that were not selected, so that a missed one can be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paperlark.domain.digest import Digest, Placement, Ranked
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper, PaperId, anchor
from paperlark.renderers import matches


@dataclass(frozen=True, slots=True)
class UnselectedPaper:
    """An unselected paper; `paper` is None if its text is unknown, `match` if it was not stored."""

    paper_id: PaperId
    title: str | None
    paper: Paper | None
    match: str | None
    topic: str | None
    judgement: Judgement | None
    gated: bool

    @property
    def anchor(self) -> str:
        """The anchor inside the page."""
        return anchor(self.paper_id)


def unselected_papers(digest: Digest) -> tuple[PaperId, ...]:
    """Return their ids, best match first where known."""
    shown = {entry.paper.id for entry in digest.entries}
    known = (one.paper_id for one in digest.ranked)
    papers = dict.fromkeys((*known, *(one.paper_id for one in digest.unread), *digest.scanned))
    return tuple(paper for paper in papers if paper not in shown)


def described(digest: Digest, texts: Mapping[PaperId, Paper]) -> Iterator[UnselectedPaper]:
    """Return what is known of each unselected paper."""
    ranked = {one.paper_id: one for one in digest.ranked}
    unread = {one.paper_id: one for one in digest.unread}
    judged = {one.paper_id: one for one in digest.judgements}
    for paper_id in unselected_papers(digest):
        paper, one, left = texts.get(paper_id), ranked.get(paper_id), unread.get(paper_id)
        yield UnselectedPaper(
            paper_id=paper_id,
            title=paper.title if paper else left.title if left else None,
            paper=paper,
            match=_match(one) or (matches.unread_match(digest, left) if left else None),
            topic=one.match.topic if one else None,
            judgement=judged.get(paper_id),
            gated=one is not None and one.placement is Placement.GATED,
        )


def _match(one: Ranked | None) -> str | None:
    return None if one is None else matches.match_chip(one.match)
