from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.judgement import Strength
from paperlark.rankers.embedded import strengths

_ORDER = (Strength.WEAK, Strength.FAIR, Strength.GOOD, Strength.STRONG)
_SHARE = st.floats(0, 1)


def _word(
    chance: float, cosine: float, *, liked: bool = False, calibrated: bool = False
) -> Strength:
    # Another paper that is like the criteria, so that they say something.
    found = strengths(
        np.array([chance, 0.9]),
        np.array([cosine, 0.6]),
        np.array([liked, False]),
        calibrated=calibrated,
    )
    return found[0]


def test_the_best_paper_of_a_day_without_anything_for_the_reader_is_weak() -> None:
    assert _word(0.97, 0.12) is Strength.WEAK


def test_before_a_calibration_a_word_needs_probability_and_similarity() -> None:
    assert _word(0.8, 0.55) is Strength.STRONG
    assert _word(0.8, 0.35) is Strength.GOOD
    assert _word(0.5, 0.55) is Strength.GOOD
    assert _word(0.8, 0.25) is Strength.FAIR
    assert _word(0.1, 0.55) is Strength.FAIR


def test_a_calibrated_probability_needs_nothing_else() -> None:
    assert _word(0.97, 0.0, calibrated=True) is Strength.STRONG
    assert _word(0.02, 0.9, calibrated=True) is Strength.WEAK


def test_a_paper_like_a_liked_one_is_a_match_though_no_criteria_name_it() -> None:
    assert _word(0.8, 0.0, liked=True) is Strength.STRONG


def test_without_criteria_none_is_ruled_out_by_them() -> None:
    nothing = np.zeros(1)
    found = strengths(np.array([0.3]), nothing, nothing.astype(bool), calibrated=False)
    assert found == [Strength.FAIR]


@given(chance=_SHARE, other=_SHARE, cosine=_SHARE, calibrated=st.booleans())
def test_a_likelier_paper_never_has_a_weaker_word(
    *, chance: float, other: float, cosine: float, calibrated: bool
) -> None:
    words = [_word(one, cosine, calibrated=calibrated) for one in sorted((chance, other))]
    assert _ORDER.index(words[0]) <= _ORDER.index(words[1])
