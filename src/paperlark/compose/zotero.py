"""Zotero's collections, read again for a profile."""

from __future__ import annotations

from functools import partial

from paperlark.compose.savers import open_zotero_api
from paperlark.compose.sources import open_arxiv_client
from paperlark.domain.errors import SecretUnusable, ZoteroError
from paperlark.importing.import_source import ImportOptions
from paperlark.importing.zotero_collections import CollectionsRead, read_collections
from paperlark.ports import Progress
from paperlark.settings import Settings
from paperlark.settings.environment import Environment


def read_liked_collections(
    settings: Settings, environment: Environment, progress: Progress, *, ask_arxiv: bool = True
) -> CollectionsRead:
    """Read the collections of Zotero that the profile names; what cannot be read is a problem.

    Papers whose text Zotero does not have are looked up where arXiv may be asked. Raises
    StoreError.
    """
    zotero = settings.zotero
    if zotero is None:
        return CollectionsRead()
    how = ImportOptions(
        progress=progress,
        open_arxiv=partial(open_arxiv_client, settings.arxiv, environment),
        ask_arxiv=ask_arxiv,
    )
    opened = partial(open_zotero_api, settings, zotero, environment)
    try:
        return read_collections(settings, environment, zotero, opened, how)
    except (ZoteroError, SecretUnusable) as error:
        return CollectionsRead(problems=(f"zotero: {error}",))
