"""Fetch a Zotero library over its web API, version 3: CSL-JSON, a hundred items per request.

https://www.zotero.org/support/dev/web_api/v3/basics
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperlark.domain.errors import Unimportable
from paperlark.importing.fetch import Web
from paperlark.importing.item import ImportedEntry, Value, read_values
from paperlark.importing.kinds import LARGEST, MOST_ENTRIES, decode
from paperlark.importing.references import references
from paperlark.settings.environment import Environment
from paperlark.settings.values import ArxivSettings

API = "https://api.zotero.org"
PAGE = 100
_LIBRARY = re.compile(r"(?:(?P<kind>users|groups)/)?(?P<number>[0-9]{1,12})")

_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class ZoteroLibrary:
    """A library by its owner (`users/12345`); `key_variable` names the secret with its key."""

    owner: str
    key_variable: str
    url: str


def items_of(
    arxiv: ArxivSettings, environment: Environment, zotero: ZoteroLibrary
) -> Sequence[ImportedEntry]:
    """Fetch every item of a Zotero library; raises Unimportable."""
    key = environment.secret(zotero.key_variable)
    with Web(arxiv.user_agent, largest=LARGEST) as web:
        return read_zotero(web, zotero.owner, key=key, api=zotero.url)


def read_zotero(
    web: Web, library: str, *, key: str | None, api: str = API
) -> tuple[ImportedEntry, ...]:
    """Fetch all top-level items of the library: `12345` or `users/12345`, `groups/678`.

    Raises Unimportable where there is no such library, the key is wrong, or no answer comes.
    """
    if key and not _KEY.fullmatch(key):
        raise Unimportable(
            "the Zotero key is not valid", hint="copy it again from Zotero's settings"
        )
    found = _LIBRARY.fullmatch(library)
    if found is None:
        raise Unimportable(
            f"{library[:60]!r} is not a Zotero library",
            hint="give its number, as users/12345 or groups/678",
        )
    address = f"{api.rstrip('/')}/{found['kind'] or 'users'}/{found['number']}/items/top"
    return references(_values(web, address, key))


def _values(web: Web, address: str, key: str | None) -> Iterator[tuple[str, Value]]:
    headers = {"Zotero-API-Version": "3"} | ({"Zotero-API-Key": key} if key else {})
    start = 0
    while start < MOST_ENTRIES:
        asked: Mapping[str, str | int] = {"format": "csljson", "limit": PAGE, "start": start}
        answer = web.get(address, params=asked, headers=headers)
        values = read_values(decode(answer.content, address), address)
        items = values[0][1].get("items") if values and isinstance(values[0][1], dict) else None
        if not isinstance(items, list):
            raise Unimportable(f"{address} answers without items", hint="check the address")
        yield from ((f"item {start + n}", one) for n, one in enumerate(items, start=1))
        start += PAGE
        # Attachments are counted but not returned, so a short page need not be the last.
        if start >= _total(answer.headers.get("Total-Results", "")):
            return


def _total(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
