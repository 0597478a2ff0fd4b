"""Votes that came too late for a day's page: the page says what became of them. Pure."""

from __future__ import annotations

from paperlark.domain.feedback import LaterVotes


def vote_notes(later: LaterVotes) -> tuple[str, ...]:
    """Return the note for the page on later votes; none where there are none."""
    if not later.papers:
        return ()
    votes, them = ("1 later vote", "it") if later.papers == 1 else _several(later.papers)
    verb = "is" if later.papers == 1 else "are"
    if later.taken_in:
        return (
            f"{votes} {verb} taken in (--with-all-votes), so this page shows more than what was"
            " known on that day",
        )
    return (
        f"{votes} {verb} left out, so that this page shows what was known on that day; take {them}"
        " in with --with-all-votes",
    )


def _several(papers: int) -> tuple[str, str]:
    return f"{papers} later votes", "them"
