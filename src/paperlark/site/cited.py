"""Papers into the files that reference managers take: one of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from paperlark.domain.paper import Paper
from paperlark.renderers.citations.bibtex import bibtex
from paperlark.renderers.citations.csl import csl
from paperlark.renderers.citations.ris import ris

NAMES = ("papers.bib", "papers.ris", "papers.json")
"""BibTeX, RIS and CSL-JSON."""

_WRITERS = dict(zip(NAMES, (bibtex, ris, csl), strict=True))


def cited(papers: Callable[[], Sequence[Paper]]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Give each file's name and what makes it."""
    for name in NAMES:
        yield name, _maker(name, papers)


def _maker(name: str, papers: Callable[[], Sequence[Paper]]) -> Callable[[], bytes]:
    return lambda: _WRITERS[name](papers()).encode()
