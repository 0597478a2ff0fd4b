"""Candidates in, the line between those worth a judge's time, or a place, and the others out.

Papers of followed authors are on neither side: they are on the page anyway.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from paperlark.day.random_sample import Promises
from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored
from paperlark.domain.feedback import Evidence, LabelSource

ENOUGH_JUDGED, ENOUGH_WANTED = 300, 20
"""Lessons by a judge before a probability decides what is not read at all.

300 papers are five days of a small field; with fewer than 20 wanted ones among them, what the
reader wants is known from so few that a topic of theirs may not have come up yet.
"""

BELIEF = 4.0
"""How many promised papers the belief weighs that promises below the line hold.

One deviation is then a factor that is wrong by a half, as that of a ranker that was calibrated on
what was read hardly is. A weaker belief would follow every single find: few are to be found there.
"""

EVERYTHING = 1.0
"""The recall of a judge who reads all."""


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A day's candidates, those of followed authors left out; each side with the best first."""

    above: tuple[Candidate, ...]
    below: tuple[Candidate, ...]


def knows_enough(evidence: Evidence) -> bool:
    """Tell whether the reader is known well enough for a probability to leave papers unread."""
    judged = [one.wanted for one in evidence.examples if one.label_source is LabelSource.JUDGE]
    return len(judged) >= ENOUGH_JUDGED and sum(judged) >= ENOUGH_WANTED


def shortlist(
    candidates: Sequence[Candidate],
    recall: float,
    evidence: Evidence,
    explored: Iterable[Explored] = (),
) -> Shortlist:
    """Put the fewest best matches above the line that keep that share of the wanted papers.

    In expectation: what is below adds up to no more than `1 - recall` of all. It counts as much of
    its promise as held for papers no more likely that were `explored` on the days before.
    Everything is above while the reader is hardly known, and where probabilities are not, or all
    are 0.
    """
    ranked = _ranked(candidates)
    known = [one.match.probability for one in ranked if one.match.probability is not None]
    calibrated = len(known) == len(ranked) and any(known)
    if recall >= EVERYTHING or not calibrated or not knows_enough(evidence):
        return Shortlist(ranked, ())
    needed = _fewest(known, recall, Promises(explored))
    return Shortlist(ranked[:needed], ranked[needed:])


def _fewest(likely: Sequence[float], recall: float, promises: Promises) -> int:
    """Say how many of the best are enough; `likely` are their probabilities, best first."""
    sums = tuple(accumulate(likely))
    # Of papers likelier than any that was explored nothing is known: their promise is believed.
    unknown = math.fsum(one for one in likely if one > promises.likeliest)
    for place, (found, best_unread) in enumerate(zip(sums, likely[1:], strict=False), start=1):
        believed = max(0.0, unknown - found)
        rest = sums[-1] - found - believed
        unread = believed + rest * promises.factor(BELIEF, best_unread).mean
        if found >= recall * (found + unread):
            return place
    return len(likely)


def fill_page(candidates: Sequence[Candidate], page_size: int) -> Shortlist:
    """Put the best matches above the line until, after the followed authors, the page is full.

    A paper that shares nothing with the criteria is no match, however empty the page.
    """
    ranked = _ranked(candidates)
    room = max(0, page_size - (len(candidates) - len(ranked)))
    matching = sum(one.match.score > 0 for one in ranked[:room])
    return Shortlist(ranked[:matching], ranked[matching:])


def _ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    asked = (candidate for candidate in candidates if not candidate.followed)
    return tuple(sorted(asked, key=lambda candidate: candidate.match.rank))
