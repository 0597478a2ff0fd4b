"""Checks of Zotero: the key, what it may do, and the collections. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.compose.zotero import open_zotero_api
from paperlark.doctor.findings import CheckContext, Finding, error, note, ok, warning
from paperlark.domain.collection_patterns import are_meant, parse_pattern
from paperlark.domain.errors import SecretMissing, ZoteroError
from paperlark.renderers import english
from paperlark.savers.zotero_api import KeyAccess, ZoteroApi
from paperlark.savers.zotero_library import collections_of, library_of
from paperlark.settings.values import ZoteroSettings

_NAME = "Zotero"


def check_zotero(context: CheckContext) -> Iterator[Finding]:
    """Ask what the key may do, and whether the collections that the profile names are there."""
    zotero = context.settings.zotero
    if zotero is None:
        yield ok(_NAME, "not used: saved papers stay here")
        return
    if context.offline:
        yield note(_NAME, "it was not asked: --offline")
        return
    try:
        with open_zotero_api(context.settings, zotero, context.environment) as api:
            access = api.access()
            yield ok(_NAME, f"the key of user {access.user} is valid")
            if zotero.save_to:
                yield _target(api, access, zotero, zotero.save_to)
            yield from _read(api, access, zotero)
    except SecretMissing:
        yield error(_NAME, "its secret is missing", "see the secrets above")
    except ZoteroError as failed:
        yield error(_NAME, failed.problem, failed.hint)


def _target(api: ZoteroApi, access: KeyAccess, zotero: ZoteroSettings, path: str) -> Finding:
    library = library_of(access, zotero.library, writes=True)
    collections_of(api, library).find(path)
    where = "no collection" if path == "/" else f"the collection {path!r}"
    return ok(_NAME, f"saved papers go to {where} of {library}")


def _read(api: ZoteroApi, access: KeyAccess, zotero: ZoteroSettings) -> Iterator[Finding]:
    """Yield how many collections are read of each library, and patterns that mean none."""
    patterns = [parse_pattern(one) for one in zotero.read]
    own = zotero.library or f"users/{access.user}"
    for library in dict.fromkeys(one.library or own for one in patterns if not one.leaves_out):
        library_of(access, library, writes=False)
        paths = [one.path for one in collections_of(api, library).all]
        here = [one for one in patterns if (one.library or own) == library]
        meant = [path for path in paths if are_meant(here, path)]
        if meant:
            yield ok(_NAME, f"{english.counted(len(meant), 'collection')} of {library} read daily")
        else:
            yield warning(
                _NAME,
                f"[zotero] read means none of the {len(paths)} collections of {library}",
                "write their names as Zotero shows them",
            )
