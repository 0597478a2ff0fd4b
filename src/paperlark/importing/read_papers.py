"""Papers to draft criteria from, before there is a profile: of a file, a library or an author."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paperlark.domain import plain_text
from paperlark.domain.errors import SourceError, Unimportable
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.importing.examples import paper_of, without_text
from paperlark.importing.fetch import OpenArxiv, content_of, look_up
from paperlark.importing.item import ImportedEntry
from paperlark.importing.kinds import FileKind, read_items, recognise
from paperlark.importing.zotero import ZoteroLibrary, items_of
from paperlark.ports import Progress
from paperlark.settings.environment import Environment
from paperlark.settings.values import ArxivSettings

MOST_OF_AUTHOR = 300
"""Papers of one author that are asked for, the latest first."""
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = {"prof", "professor", "dr", "phd", "jr", "sr", "ii", "iii", "mr", "mrs", "ms"}


@dataclass(frozen=True, slots=True)
class ReadPapers:
    """The papers of a library, and what was left out and why."""

    papers: tuple[Paper, ...]
    left_out: tuple[str, ...] = ()


def read_papers(
    arxiv: ArxivSettings,
    open_arxiv: OpenArxiv,
    source: str,
    progress: Progress,
    *,
    ask_arxiv: bool = True,
) -> ReadPapers:
    """Read a file, an address or one identifier; store nothing. Raises Unimportable."""
    kind, text = recognise(content_of(arxiv, source), source)
    if kind is FileKind.VOTES:
        raise Unimportable(f"{source} has votes, and no papers", hint="name a library")
    items = [one for one in read_items(kind, text, source) if not _is_unwanted(one)]
    return _papers(arxiv, open_arxiv, items, progress, ask_arxiv=ask_arxiv)


def read_zotero_papers(
    arxiv: ArxivSettings,
    environment: Environment,
    open_arxiv: OpenArxiv,
    zotero: ZoteroLibrary,
    progress: Progress,
) -> ReadPapers:
    """Read a Zotero library; store nothing. Raises Unimportable."""
    return _papers(arxiv, open_arxiv, items_of(arxiv, environment, zotero), progress)


def papers_of_author(
    arxiv: ArxivSettings, open_arxiv: OpenArxiv, name: str, progress: Progress
) -> tuple[Paper, ...]:
    """Return the latest papers at arXiv by an author of that name; several persons may have it.

    Raises Unimportable where the name is too short or arXiv cannot be asked.
    """
    from paperlark.sources.search_api import ArxivLookup  # noqa: PLC0415  # brings an XML parser

    words = author_words(name)
    if len(words) < 2:  # noqa: PLR2004  # a given and a family name
        raise Unimportable(
            f"{name[:80]!r} is not a full name", hint="write it as on papers: Jane Doe"
        )
    with open_arxiv() as client, progress.step("asking arXiv", 1) as on:
        try:
            found = ArxivLookup(client, arxiv.search).by_author(words, MOST_OF_AUTHOR)
        except SourceError as error:
            raise Unimportable(
                f"arXiv could not be asked about {name[:80]}: {error.problem}", hint=error.hint
            ) from error
        on()
    return tuple(paper for paper in found if _wrote(paper, words))


def author_words(name: str) -> tuple[str, ...]:
    """Return the words of a name without accents or titles, given name first."""
    last, comma, first = name[:200].partition(",")
    folded = plain_text.fold(f"{first} {last}" if comma else last)
    return tuple(word for word in _WORD.findall(folded) if word not in _TITLES)


def _wrote(paper: Paper, words: Sequence[str]) -> bool:
    """Return whether an author has all these words in the name; an initial fits a word."""
    return any(
        all(any(_fits(word, one) for one in author_words(author.name)) for word in words)
        for author in paper.authors
    )


def _fits(word: str, printed: str) -> bool:
    return word == printed or (len(word) == 1 and printed.startswith(word))


def _is_unwanted(item: ImportedEntry) -> bool:
    """Return whether a digest's judge found the paper not worth reading."""
    scored = item.scored
    return scored is not None and not Cutoffs().meets(scored.relevance, scored.novelty)


def _papers(
    arxiv: ArxivSettings,
    open_arxiv: OpenArxiv,
    items: Sequence[ImportedEntry],
    progress: Progress,
    *,
    ask_arxiv: bool = True,
) -> ReadPapers:
    """Look up what has no text, and keep each paper once."""
    lacking = without_text(items, {})
    texts: Mapping[PaperId, Paper] = {}
    unasked = None
    if lacking and ask_arxiv:
        texts, unasked = look_up(arxiv.search, open_arxiv, lacking, progress)
    found: dict[str, Paper] = {}
    left_out = [unasked] if unasked else []
    for item in items:
        paper = None if item.fault else paper_of(item, texts)
        if paper:
            found.setdefault(paper.id, paper)
        else:
            left_out.append(f"{item.name}, {item.place}: {item.fault or 'not found'}")
    return ReadPapers(tuple(found.values()), tuple(left_out))
