"""A reader's own days, from what their database says became of the papers.

What was judged or voted on is labelled, and a vote is the last word. Where nobody said what is
not wanted (a day without a judge, or one of a recording that has only what was selected), all
else is guessed to be that. Days on which nobody said anything are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from paperlark.domain.feedback import Vote
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.store.examples import LabelledPaper


def own_days(profile: Profile, papers: Iterable[LabelledPaper]) -> LabelledReader:
    """Label a reader's papers, which come day by day, by the cut-offs and criteria of now."""
    days: list[LabelledDay] = []
    guessed = 0
    for day, group in groupby(papers, key=lambda one: one.day):
        met = tuple(group)
        told = tuple(one for one in met if one.relevance is not None or one.vote)
        if any(_found_wanting(one, profile.cutoffs) for one in told):
            days.append(_day(profile, day, told))
        elif told:
            days.append(_day(profile, day, _without_followed(met)))
            guessed += 1
    note = f"on {guessed} of the days nobody said what is not wanted: there all else counts as that"
    return LabelledReader(profile.name, tuple(days), (note,) if guessed else ())


def _found_wanting(one: LabelledPaper, cutoffs: Cutoffs) -> bool:
    """Whether a judge read it in vain; a vote against it says nothing of what was not selected."""
    return one.relevance is not None and not _reaches(one, cutoffs)


def _without_followed(met: Sequence[LabelledPaper]) -> tuple[LabelledPaper, ...]:
    """Leave out what a judged page has without scores: it is there for its author."""
    judged = any(one.relevance is not None for one in met)
    return tuple(
        one for one in met if not (judged and one.on_page and one.relevance is None) or one.vote
    )


def _day(profile: Profile, day: date, papers: Sequence[LabelledPaper]) -> LabelledDay:
    return LabelledDay(
        day=day,
        criteria=profile.criteria,
        papers=tuple(one.paper for one in papers),
        labels=tuple(_label(one, profile.cutoffs) for one in papers),
        # What was judged once is remembered: the judge cannot be held against itself here.
        rule=day.isoformat(),
        cutoffs=profile.cutoffs,
    )


def _label(one: LabelledPaper, cutoffs: Cutoffs) -> Label:
    if one.vote is not None:
        return Label(one.vote is Vote.UP, one.relevance, one.novelty)
    guessed = one.relevance is None
    return Label(_reaches(one, cutoffs), one.relevance, one.novelty, guessed=guessed)


def _reaches(one: LabelledPaper, cutoffs: Cutoffs) -> bool:
    relevance, novelty = one.relevance or 0, one.novelty or 0
    return cutoffs.meets(relevance, novelty)
