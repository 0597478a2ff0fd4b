"""A reader's own days, from what their database says became of the papers.

On a day with a judge, what was judged or voted on is labelled, and a vote is the last word. On a
day without one but with votes, what was not voted for counts as not wanted. Of any other day
nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from paperlark.domain.feedback import Vote
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.store.labelled import Announced


def own_days(profile: Profile, papers: Iterable[Announced]) -> LabelledReader:
    """Label a reader's papers, which come day by day, by the cut-offs and criteria of today."""
    days: list[LabelledDay] = []
    by_votes = 0
    for day, group in groupby(papers, key=lambda one: one.day):
        met = tuple(group)
        judged = any(one.relevance is not None for one in met)
        if judged or any(one.vote for one in met):
            days.append(_day(profile, day, tuple(_labelled(met)) if judged else met))
            by_votes += not judged
    note = f"{by_votes} days had no judge: what was not voted for counts there as not wanted"
    return LabelledReader(profile.name, tuple(days), (note,) if by_votes else ())


def _labelled(met: Iterable[Announced]) -> Iterator[Announced]:
    return (one for one in met if one.relevance is not None or one.vote)


def _day(profile: Profile, day: date, papers: Sequence[Announced]) -> LabelledDay:
    return LabelledDay(
        day=day,
        criteria=profile.criteria,
        papers=tuple(one.paper for one in papers),
        labels=tuple(_label(one, profile.cutoffs) for one in papers),
        # What was judged once is remembered: the judge cannot be held against itself here.
        rule=day.isoformat(),
    )


def _label(one: Announced, cutoffs: Cutoffs) -> Label:
    if one.vote is not None:
        return Label(one.vote is Vote.UP, one.relevance, one.novelty)
    relevance, novelty = one.relevance or 0, one.novelty or 0
    wanted = relevance >= cutoffs.relevance and novelty >= cutoffs.novelty
    return Label(wanted, one.relevance, one.novelty)
