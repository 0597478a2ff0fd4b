"""An example paper and an example feed."""

from __future__ import annotations

from paperlark.domain.announcement import AnnounceType, Feed, Listing
from paperlark.domain.paper import Author, Paper, PaperId


def a_paper(identifier: str = "2502.00001", **changes: object) -> Paper:
    """Return a small paper; any field can be set by its name."""
    fields: dict[str, object] = {
        "id": PaperId(identifier),
        "version": 1,
        "title": f"A paper called {identifier}",
        "authors": (Author("Ada Lovelace"),),
        "abstract": "We compute Bernoulli numbers.",
        "categories": ("cs.LG",),
    }
    return Paper(**(fields | changes))  # type: ignore[arg-type]  # the caller names the fields


def a_feed(
    *papers: Paper,
    category: str = "cs.LG",
    type: AnnounceType = AnnounceType.NEW,  # noqa: A002
) -> Feed:
    """Return a feed that lists these papers under one announce type."""
    listings = tuple(Listing(paper, type) for paper in papers)
    return Feed(category, None, listings, "a fake")
