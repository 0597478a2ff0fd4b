"""The embedded ranker: criteria, lessons and neighbours put together, with reasons.

read -> see the field -> compare with the criteria -> learn -> look around -> calibrate -> explain
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NOTHING_KNOWN, Evidence
from paperlark.domain.judgement import Match, Nearest
from paperlark.domain.paper import Paper
from paperlark.rankers.field import Field, Reader
from paperlark.rankers.interests import Interests, compare
from paperlark.rankers.latent import Space
from paperlark.rankers.learned import probability
from paperlark.rankers.mind import Mind, Opinion
from paperlark.rankers.reasons import explain
from paperlark.rankers.table import Table


class EmbeddedRanker:
    """Implements Ranker; needs no key and no network, and reads each paper once in its life."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or Reader(Space.shipped())

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NOTHING_KNOWN
    ) -> tuple[Match, ...]:
        """Rank by the probability of being wanted; equal papers go by id."""
        if not papers:
            return ()
        # In one order, whatever the feed's: sums of floating point numbers depend on it.
        in_order = sorted(papers, key=lambda paper: (paper.id, paper.version))
        if evidence.lessons:
            # It brings a linear algebra of its own: only one that is here can be held.
            import scipy.optimize  # noqa: F401, PLC0415  # 0.3 s that a first day does not need
        # Threads of the linear algebra wait for each other when the machine has other work: one
        # is faster then, never much slower, and adds in the same order each time.
        with threadpool_limits(1):
            table = Table.of(in_order, evidence)
            bags, places = self._reader.read(table.papers)
            field = Field.of(bags, places)
            likeness = compare(field, Interests.of(criteria), self._reader.space)
            mind = Mind(field, likeness, table)
            matches = _matches(mind, criteria, mind.opinion())
        place = {(one.id, one.version): match for one, match in zip(in_order, matches, strict=True)}
        return tuple(place[paper.id, paper.version] for paper in papers)


def _matches(mind: Mind, criteria: Criteria, opinion: Opinion) -> tuple[Match, ...]:
    table, likeness = mind.table, mind.likeness
    today = table.papers[: table.today]
    chance = probability(opinion.odds)
    # Who taught nothing and wrote nothing that the paper has anything to do with has no match,
    # and who wrote nothing that any paper has to do with is not known at all.
    related = likeness.shared[: table.today] | bool(table.lessons)
    known = bool(likeness.shared.any() or table.lessons)
    # Eight digits are beyond any meaning and below any rounding of another machine.
    score = np.where(related, chance, 0).round(8)
    order = sorted(range(len(today)), key=lambda at: (-score[at], today[at].id))
    rank = {at: place for place, at in enumerate(order, start=1)}
    spoken = opinion.words + likeness.spoken
    words = explain(today, mind.field.words, mind.field.ids, spoken)
    return tuple(
        Match(
            score=float(score[at]),
            rank=rank[at],
            of=len(today),
            topic=_topic(criteria, int(likeness.nearest[at])),
            words_for=words[at].speak_for,
            words_against=words[at].speak_against,
            probability=float(chance[at].round(4)) if known else None,
            nearest=_nearest(table, int(opinion.around.nearest[at])),
        )
        for at in range(len(today))
    )


def _topic(criteria: Criteria, nearest: int) -> str | None:
    return criteria.topics[nearest].name if nearest >= 0 else None


def _nearest(table: Table, nearest: int) -> Nearest | None:
    # Papers of the stream stand behind the lessons and were wanted by nobody.
    if not 0 <= nearest < len(table.lessons):
        return None
    lesson = table.lessons[nearest]
    return Nearest(lesson.paper.id, lesson.paper.title, lesson.day)
