"""How a day ended, and how a week did, in the words of a letter."""

from __future__ import annotations

from datetime import date

from paperlark.domain.delivery import Bulletin, Occasion
from paperlark.domain.digest import Digest, Status
from paperlark.renderers import english, wording


def status(digest: Digest) -> str:
    """Say how the run ended; a letter has no place below where papers that are missing stand."""
    what = wording.shortfall(digest)
    partial = digest.status is Status.PARTIAL
    said = f"partial: {what}" if partial and what else wording.status(digest)
    rebuilt = partial and digest.reconstructed
    return f"{said}; reconstructed" if rebuilt else said


def is_in_order(digest: Digest) -> bool:
    """Tell whether the page is all that it should be."""
    return digest.status is not Status.PARTIAL and not digest.reconstructed


def without_page(bulletin: Bulletin) -> frozenset[date]:
    """Give the days that it is about and that have no page; of a day's only others have none."""
    days = frozenset(failure.day for failure in bulletin.failures)
    return frozenset() if bulletin.occasion is Occasion.DAY else days


def doubt(bulletin: Bulletin) -> str:
    """Say in a word what is wrong with the pages, where something is."""
    if without_page(bulletin) or any(one.status is Status.PARTIAL for one in bulletin.digests):
        return ", not complete"
    return ", reconstructed" if any(one.reconstructed for one in bulletin.digests) else ""


def trouble(bulletin: Bulletin) -> str:
    """Say how many days of a week are not as they should be; nothing if none is."""
    partial = sum(one.status is Status.PARTIAL for one in bulletin.digests)
    rebuilt = sum(one.reconstructed for one in bulletin.digests)
    kinds = (
        (len(without_page(bulletin)), "without a page"),
        (partial, "not complete"),
        (rebuilt, "reconstructed"),
    )
    return english.listed(f"{english.counted(days, 'day')} {how}" for days, how in kinds if days)
