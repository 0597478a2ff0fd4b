"""The line that stands in a list of letters."""

from __future__ import annotations

from paperlark.renderers.letters.letter import Letter


def subject(letter: Letter) -> str:
    """`Wednesday, 26 February 2025: 37 papers · Foundations`; what matters most comes first."""
    gist = f": {letter.gist}" if letter.gist else ""
    return f"{letter.title}{gist} · {letter.profile}"
