"""All papers that matter on a day as rows of one table, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Evidence, Lesson
from paperlark.domain.paper import Paper


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Papers, a row each: today's first, then lessons, then the stream.

    `taught` are the rows of the lessons, `unread` those of the stream alone.
    """

    papers: tuple[Paper, ...]
    today: int
    lessons: tuple[Lesson, ...]
    taught: NDArray[np.int64]
    unread: NDArray[np.int64]

    @classmethod
    def of(cls, papers: Sequence[Paper], evidence: Evidence) -> Table:
        """Lay out today's papers and the evidence; a version of a paper has one row."""
        row = {(paper.id, paper.version): at for at, paper in enumerate(papers)}
        every = list(papers)
        row_of: list[int] = []
        # From a paper without text, as libraries may hold one, nothing can be learnt.
        lessons = tuple(one for one in evidence.lessons if one.paper.title or one.paper.abstract)
        for paper in (*(lesson.paper for lesson in lessons), *evidence.stream):
            at = row.setdefault((paper.id, paper.version), len(every))
            if at == len(every):
                every.append(paper)
            row_of.append(at)
        taught = np.array(row_of[: len(lessons)], dtype=np.int64)
        unread = np.setdiff1d(np.arange(len(papers), len(every)), taught)
        return cls(tuple(every), len(papers), lessons, taught, unread)
