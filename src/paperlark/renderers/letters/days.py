"""The days of a week, a line each: those with a page and those without."""

from __future__ import annotations

from paperlark.domain.delivery import Bulletin
from paperlark.domain.digest import Digest, Status
from paperlark.renderers import wording
from paperlark.renderers.letters.address import page_of
from paperlark.renderers.letters.letter import DayRow
from paperlark.renderers.letters.sentence import problem
from paperlark.renderers.letters.standing import is_in_order, status


def days(bulletin: Bulletin) -> tuple[DayRow, ...]:
    """Give them in order."""
    made = [
        DayRow(
            digest.day,
            " · ".join((_selected(digest), status(digest))),
            page_of(bulletin, digest.day),
            is_in_order(digest),
        )
        for digest in bulletin.digests
    ]
    failed = [
        DayRow(failure.day, f"no page: {problem(failure)}", None, in_order=False)
        for failure in bulletin.failures
    ]
    return tuple(sorted((*made, *failed), key=lambda row: row.day))


def _selected(digest: Digest) -> str:
    if digest.status is Status.QUIET:
        return "arXiv announced nothing"
    return wording.of_scanned(digest.funnel.selected, digest.funnel.scanned)
