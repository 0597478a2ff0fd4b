"""A Zotero library over Zotero's web API, version 3: its items as CSL-JSON, a hundred at a time.

https://www.zotero.org/support/dev/web_api/v3/basics
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from paperlark.domain.errors import Unimportable
from paperlark.importing.item import ImportedEntry, Value, read_values
from paperlark.importing.kinds import MOST_ENTRIES, decode
from paperlark.importing.references import references
from paperlark.importing.web import Web

API = "https://api.zotero.org"
PAGE = 100
_LIBRARY = re.compile(r"(?:(?P<kind>users|groups)/)?(?P<number>[0-9]{1,12})")

_KEY = re.compile(r"[!-~]+")


def read_zotero(
    web: Web, library: str, *, key: str | None, api: str = API
) -> tuple[ImportedEntry, ...]:
    """Give every item at the top of the library: `12345` or `users/12345`, `groups/678`.

    Raises Unimportable where there is no such library, the key does not open it, or the web
    does not answer.
    """
    if key and not _KEY.fullmatch(key):
        raise Unimportable("the Zotero key is none", hint="copy it again from Zotero's settings")
    found = _LIBRARY.fullmatch(library)
    if found is None:
        raise Unimportable(
            f"{library[:60]!r} is no Zotero library",
            hint="name it by its number, as users/12345 or groups/678",
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
            raise Unimportable(f"{address} answers with no items", hint="check the address")
        yield from ((f"item {start + n}", one) for n, one in enumerate(items, start=1))
        start += PAGE
        # Attachments are counted and not given, so a page may be short and not be the last.
        if start >= _total(answer.headers.get("Total-Results", "")):
            return


def _total(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
