"""Why a letter came, and how to get no more: said at the end of each."""

from __future__ import annotations

from paperlark.domain.delivery import Occasion
from paperlark.renderers.letters.letter import Letter


def footing(letter: Letter) -> tuple[str, str]:
    """Say why the reader gets this, and how to stop it."""
    often = "every week" if letter.occasion is Occasion.WEEK else "of every announcement"
    return (
        f"You get this because this address stands under [[deliver]] in the paperlark profile"
        f" \N{LEFT DOUBLE QUOTATION MARK}{letter.profile}\N{RIGHT DOUBLE QUOTATION MARK},"
        f" which writes {often}.",
        "To stop it take the entry out of the profile, or ask whoever runs paperlark for you.",
    )
