"""Zotero for a profile: opened with its key, and its collections read again."""

from __future__ import annotations

from functools import partial

from paperlark.compose.sources import open_arxiv_client
from paperlark.domain.errors import SecretMissing, SecretUnusable, ZoteroError
from paperlark.importing.import_source import ImportOptions
from paperlark.importing.zotero_collections import CollectionsRead, read_collections
from paperlark.ports import Progress
from paperlark.savers.zotero_api import ZoteroApi
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.secrets import how_to_keep
from paperlark.settings.values import ZoteroSettings


def open_zotero_api(
    settings: Settings, zotero: ZoteroSettings, environment: Environment
) -> ZoteroApi:
    """Return what asks Zotero with the profile's key; raises SecretUnusable or ZoteroError."""
    key = environment.secret(zotero.key_variable)
    if key is None:
        raise SecretMissing(
            f"there is no secret {zotero.key_variable}, which Zotero asks for",
            hint=f"keep it: {how_to_keep(zotero.key_variable)}",
        )
    return ZoteroApi(
        key=key,
        user_agent=settings.arxiv.user_agent,
        url=zotero.url,
        sleep=environment.sleep,
    )


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
