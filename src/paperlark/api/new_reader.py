"""What helps a new reader to begin: papers they like, and criteria drafted from them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.api.interests import ZOTERO
from paperlark.runs.progress import NO_PROGRESS, TimedProgress
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.domain.paper import Paper
    from paperlark.importing.draft_criteria import DraftedCriteria
    from paperlark.importing.fetch import OpenArxiv
    from paperlark.importing.read_papers import ReadPapers
    from paperlark.ports import Progress
    from paperlark.settings.values import ArxivSettings


def draft_criteria(papers: Sequence[Paper]) -> DraftedCriteria:
    """Draft criteria from papers that somebody likes: a topic for each cluster of them, to edit.

    Arguments:
        papers: such as those of `read_papers` or `find_papers_of_author`, in any order.

    Returns the text, in Markdown, and its clusters with the papers in each; the same papers
    always give the same text. Without papers it is empty.

    >>> papers = [entry.paper for entry in profile.digest().entries]
    >>> draft = paperlark.draft_criteria(papers[:1])
    >>> len(draft.clusters), draft.text.startswith(f"## {draft.clusters[0].name}")
    (1, True)
    """
    from paperlark.importing.draft_criteria import draft_criteria as draft

    return draft(papers)


def language_note(criteria: str) -> str | None:
    """Return one sentence on criteria in a language that the papers are not in; else None.

    Arguments:
        criteria: the text, as a reader writes it.

    >>> paperlark.language_note("Sonar of bats, and models of their calls.") is None
    True
    """
    from paperlark.domain.criteria import parse_criteria
    from paperlark.rankers.language import unreadable

    return unreadable(parse_criteria(criteria))


def read_papers(
    source: str | Path,
    *,
    ask_arxiv: bool = True,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = NO_PROGRESS,
) -> ReadPapers:
    """Read the papers of a library without a profile, and store nothing.

    Arguments:
        source: a file, an address, or one paper's identifier, as for `import_source`.
        ask_arxiv: look up papers that have no abstract.
        environment: see `open_profile`.
        arxiv: addresses to ask instead of arXiv's own.
        progress: see `open_profile`.

    Returns the papers, and what was left out and why.

    Raises Unimportable.

    >>> paperlark.read_papers("nothing.bib")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors.Unimportable: there is no file nothing.bib...
    """
    from paperlark.importing.read_papers import read_papers as read

    asked, opened = _arxiv_of(arxiv, environment or Environment())
    return read(asked, opened, str(source), TimedProgress(progress), ask_arxiv=ask_arxiv)


def read_zotero_papers(
    library: str,
    *,
    key_variable: str = "ZOTERO_API_KEY",
    url: str = ZOTERO,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = NO_PROGRESS,
) -> ReadPapers:
    """Read the papers of a Zotero library without a profile, and store nothing.

    Arguments:
        library, key_variable, url: as for `OpenedProfile.import_zotero`.
        environment, arxiv, progress: as for `read_papers`.

    Returns the papers, and what was left out and why.

    Raises Unimportable.

    >>> paperlark.read_zotero_papers("my library")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors.Unimportable: 'my library' ...
    """
    from paperlark.importing.read_papers import read_zotero_papers as read
    from paperlark.importing.zotero import ZoteroLibrary

    where = environment or Environment()
    asked, opened = _arxiv_of(arxiv, where)
    zotero = ZoteroLibrary(library, key_variable, url)
    return read(asked, where, opened, zotero, TimedProgress(progress))


def find_papers_of_author(
    name: str,
    *,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = NO_PROGRESS,
) -> tuple[Paper, ...]:
    """Find the latest papers at arXiv by authors of a name, such as the reader's own.

    Arguments:
        name: a full name, such as Jane Doe or "Doe, Jane"; several persons may have it.
        environment, arxiv, progress: as for `read_papers`.

    Returns the papers, the latest first; none where arXiv knows nobody of that name.

    Raises Unimportable where it is not a full name, or arXiv cannot be asked.

    >>> paperlark.find_papers_of_author("Doe")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors.Unimportable: 'Doe' is not a full name...
    """
    from paperlark.importing.read_papers import papers_of_author

    asked, opened = _arxiv_of(arxiv, environment or Environment())
    return papers_of_author(asked, opened, name, TimedProgress(progress))


def _arxiv_of(
    arxiv: ArxivSettings | None, environment: Environment
) -> tuple[ArxivSettings, OpenArxiv]:
    from paperlark.compose.sources import open_arxiv_client
    from paperlark.settings.load import usual_arxiv

    asked = arxiv or usual_arxiv()
    return asked, partial(open_arxiv_client, asked, environment)
