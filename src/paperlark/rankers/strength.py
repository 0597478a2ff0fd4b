"""How strong a match is, in one of four words, by a rule that is fixed and the same for everyone.

Probabilities compare papers of one day: on a day without anything for the reader the best paper
still stands out. So before they are calibrated on the reader's own labels, a word also needs a
similarity that does not depend on the other papers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.judgement import Strength
from paperlark.rankers.logistic import Numbers

_STRONG, _GOOD, _FAIR = 0.6, 0.3, 0.05
"""The least calibrated probability of each word."""

_LIKELY, _NEAR = (0.7, 0.4, 0.0), (0.5, 0.3, 0.2)
"""The least probability and the least cosine of each word, before anything is calibrated.

Chosen on two readers' earlier days with nothing known: there 7 of 10 strong matches were wanted, 4
of 10 good ones, 2 of 10 fair ones and 1 of 20 weak ones. A cosine of 0.2 keeps 98.6 % of the wanted
papers that the first 20 hold, and leaves 2 of 20 where the criteria are of another field.
"""

_ORDER = (Strength.STRONG, Strength.GOOD, Strength.FAIR)


def strengths(
    chance: Numbers, cosine: Numbers, liked: NDArray[np.bool_], *, calibrated: bool
) -> list[Strength]:
    """Return a word for each paper.

    chance: (papers,) probability of being wanted, in [0, 1]
    cosine: (papers,) similarity to the criteria; where they say nothing, it rules nothing out
    liked: (papers,) whether it resembles a paper that the reader wanted
    calibrated: whether `chance` was calibrated on the reader's own labels
    """
    if calibrated:
        reached = [chance >= least for least in (_STRONG, _GOOD, _FAIR)]
    else:
        least_cosine = 0.0 if np.any(cosine) else min(_NEAR)
        near = np.maximum(cosine, np.where(liked, max(_NEAR), least_cosine))
        reached = [
            (chance >= likely) & (near >= least)
            for likely, least in zip(_LIKELY, _NEAR, strict=True)
        ]
    return [
        next((word for word, of in zip(_ORDER, reached, strict=True) if of[at]), Strength.WEAK)
        for at in range(len(chance))
    ]
