"""What is measured: a ranker under a name."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.ports import Ranker

OWN = "paperlark"
"""The name of paperlark's own default ranker."""

RANDOM = "random"
BM25 = "bm25"
ARXIV_SANITY = "arxiv-sanity-lite"
ZOTERO = "zotero-arxiv-daily"

NAMES = (OWN, RANDOM, BM25, ARXIV_SANITY, ZOTERO)
"""Every method, in the order of the tables."""

FIRST_MORNING = "paperlark, first morning"
"""The same, for somebody who has just written their criteria: not even a stream is known."""


@dataclass(frozen=True, slots=True)
class Method:
    """A ranker under the name that its rows bear.

    One that does not learn is asked once a day, whatever the history. `note` says what a reader
    of the table has to know of it.
    """

    name: str
    ranker: Ranker
    learns: bool = True
    note: str = ""
