"""One sentence from elsewhere, such as a note or a problem, for a letter."""

from __future__ import annotations

from paperlark.domain.delivery import Failure
from paperlark.renderers.letters.cutting import cut
from paperlark.renderers.outside import one_line

_LONGEST = 600


def sentence(text: str, longest: int = _LONGEST) -> str:
    """Give it cleaned, on one line and of bounded length."""
    return cut(one_line(text), longest)


def problem(failure: Failure) -> str:
    """Say why a day has no page, or what broke down; room for the mend is in it."""
    said = sentence(failure.problem, 2 * _LONGEST)
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."
