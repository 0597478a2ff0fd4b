"""Two digests of one day in, which of them a reader is better off with out. Pure."""

from __future__ import annotations

from paperlark.domain.digest import Digest, Status


def is_worse(new: Digest, old: Digest) -> bool:
    """Tell whether the new digest says less than the old one, under the same question.

    Other criteria, another judge or other categories are another question, and the new answer
    counts.
    """
    same = (new.criteria, new.judge, new.categories) == (old.criteria, old.judge, old.categories)
    return same and _says(new) < _says(old)


def _says(digest: Digest) -> tuple[bool, int, int]:
    """Compare by what is missing, and by how sure is what is there; more is not always better."""
    funnel = digest.funnel
    return (
        digest.status is not Status.PARTIAL,
        sum(batch.confirmed is not None for batch in digest.batches),
        -sum(filter(None, (funnel.unjudged, funnel.over_budget, funnel.waiting))),
    )
