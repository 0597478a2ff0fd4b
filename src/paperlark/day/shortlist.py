"""Shortlist: the threshold above which candidates are judged, so that enough wanted ones are.

Papers of followed authors are on neither side of it: they are on the page anyway.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from itertools import accumulate

from paperlark.day.select import Shortlist, others_by_match
from paperlark.day.unread import SampleOutcomes
from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored
from paperlark.domain.feedback import Evidence, LabelSource

_log = logging.getLogger(__name__)

_ENOUGH_JUDGED, _ENOUGH_WANTED = 300, 20
"""Judged examples needed before a probability decides what is not read at all.

300 papers are five days of a small field; with fewer than 20 wanted ones among them, what the
reader wants is known from so few that a topic of theirs may not have come up yet.
"""

_PRIOR_WEIGHT = 4.0
"""Expected papers that the prior of the calibration factor counts as.

Its standard deviation is then 0.5, and a ranker calibrated on judged papers is hardly wrong by
more. A weaker prior would follow every single find: few are expected below the threshold.
"""

READ_ALL = 1.0
"""The recall of a judge that reads every paper."""


def shortlist(
    candidates: Sequence[Candidate],
    recall: float,
    evidence: Evidence,
    explored: Iterable[Explored] = (),
) -> Shortlist:
    """Shortlist the fewest best matches that are expected to keep `recall` of the wanted papers.

    The wanted papers expected below the threshold are at most `1 - recall` of all, in [0, 1].
    Probabilities there are corrected by what was found among papers no more likely that were
    `explored` on earlier days. Everything is shortlisted while few examples are known, and where
    probabilities are unknown or all 0.
    """
    ranked = others_by_match(candidates)
    known = [one.match.probability for one in ranked if one.match.probability is not None]
    reason = _why_all(evidence, recall, calibrated=len(known) == len(ranked) and any(known))
    if reason:
        _log.info("no threshold: %s", reason)
        return Shortlist(ranked, ())
    outcomes = SampleOutcomes(explored)
    needed = _fewest(known, recall, outcomes)
    _log.info(
        "threshold: a probability of %.4f keeps a recall of %g; calibration factor %.2f",
        *(known[needed - 1], recall, outcomes.factor(_PRIOR_WEIGHT, known[needed - 1]).mean),
    )
    return Shortlist(ranked[:needed], ranked[needed:])


def _why_all(evidence: Evidence, recall: float, *, calibrated: bool) -> str | None:
    """Return why every paper must be read; None where a probability may decide."""
    if recall >= READ_ALL:
        return "every paper is to be read"
    if not calibrated:
        return "the ranker gives no probabilities"
    judged = [one.wanted for one in evidence.examples if one.label_source is LabelSource.JUDGE]
    if len(judged) < _ENOUGH_JUDGED or sum(judged) < _ENOUGH_WANTED:
        return f"{len(judged)} judged examples, {sum(judged)} of them wanted, are too few"
    return None


def _fewest(probabilities: Sequence[float], recall: float, outcomes: SampleOutcomes) -> int:
    """Return how many of the best are enough; `probabilities` come best first."""
    sums = tuple(accumulate(probabilities))
    # Nothing was sampled among papers likelier than these: their probabilities are believed.
    untested = math.fsum(one for one in probabilities if one > outcomes.highest)
    pairs = zip(sums, probabilities[1:], strict=False)
    for count, (found, best_unread) in enumerate(pairs, start=1):
        believed = max(0.0, untested - found)
        rest = sums[-1] - found - believed
        unread = believed + rest * outcomes.factor(_PRIOR_WEIGHT, best_unread).mean
        if found >= recall * (found + unread):
            return count
    return len(probabilities)
