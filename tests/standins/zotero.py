"""A stand-in for Zotero's web API, version 3: real HTTP on loopback, versions as the service's.

Written after Zotero's documentation of read and write requests, and after what the tests of its own
server expect: a library has one version, which each request that changes something raises by one;
an object has the version of its last change; writing a list of objects changes the given fields
only, and each object by itself; a key that is new needs version 0 or none, one that is there needs
its present version. Items of the trash have `deleted`, and are listed only where asked for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"
USER = 475425
OWN = f"users/{USER}"

Data = dict[str, Any]
Behaviour = Callable[["Zotero", Request], Response | None]
"""What happens to one request: an answer, or None to go on as usual."""

_KEY_FORM = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
_PREPRINT = {
    *("title", "abstractNote", "genre", "repository", "archiveID", "place", "date", "series"),
    *("seriesNumber", "DOI", "citationKey", "url", "accessDate", "archive", "archiveLocation"),
    *("shortTitle", "language", "libraryCatalog", "callNumber", "rights", "extra"),
}
_ATTACHMENT = {"linkMode", "title", "accessDate", "url", "note", "contentType", "charset", "path"}
_FIELDS = {
    "preprint": _PREPRINT,
    "journalArticle": (_PREPRINT - {"repository", "archiveID", "genre"})
    | {"publicationTitle", "volume", "issue", "pages", "journalAbbreviation", "ISSN"},
    "book": (_PREPRINT - {"repository", "archiveID", "genre"}) | {"publisher", "ISBN"},
    "attachment": _ATTACHMENT,
    "note": {"note"},
}
_OF_ALL = {
    *("key", "version", "itemType", "creators", "tags", "collections", "relations", "parentItem"),
    *("dateAdded", "dateModified", "deleted"),
}
_LONGEST = 65_535


class _Refused(Exception):
    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass
class Library:
    """One library, and what its reader does with it in their own Zotero."""

    version: int = 1
    items: dict[str, Data] = field(default_factory=dict)
    collections: dict[str, Data] = field(default_factory=dict)
    deleted: list[tuple[int, str, str]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    """The keys of all items that were ever created, in order."""

    def add_collection(self, name: str, parent: str | None = None) -> str:
        """Make a collection; return its key."""
        self.version += 1
        key = _key(len(self.collections) + 1)
        self.collections[key] = {
            "key": key,
            "version": self.version,
            "name": name,
            "parentCollection": parent or False,
        }
        return key

    def rename(self, key: str, name: str) -> None:
        """Rename a collection; its items keep their versions."""
        self.version += 1
        self.collections[key] |= {"name": name, "version": self.version}

    def drop_collection(self, key: str) -> None:
        """Delete a collection for good; its items stay in the library."""
        self.version += 1
        del self.collections[key]
        self.deleted.append((self.version, "collections", key))
        for item in self.items.values():
            if key in item.get("collections", []):
                item["collections"].remove(key)
                item["version"] = self.version

    def add(self, collections: Sequence[str] = (), **data: Any) -> str:
        """Add an item by hand; return its key."""
        self.version += 1
        key = str(data.get("key") or _key(1_000_000 + len(self.made)))
        base: Data = {"itemType": "journalArticle", "creators": [], "tags": [], "relations": {}}
        self.items[key] = {
            **base,
            **data,
            "collections": list(collections),
            "key": key,
            "version": self.version,
        }
        self.made.append(key)
        return key

    def edit(self, key: str, **data: Any) -> None:
        """Change fields of an item by hand; `deleted=1` puts it into the trash."""
        self.version += 1
        self.items[key] |= {**data, "version": self.version}

    def delete(self, key: str) -> None:
        """Delete an item for good, with all below it."""
        self.version += 1
        below = [name for name, one in self.items.items() if one.get("parentItem") == key]
        for one in (key, *below):
            del self.items[one]
            self.deleted.append((self.version, "items", one))

    def top(self) -> Mapping[str, Data]:
        """Return the items that are below no other and not in the trash."""
        return {
            key: one
            for key, one in self.items.items()
            if not one.get("parentItem") and not one.get("deleted")
        }

    def write(self, objects: Sequence[Any]) -> Data:
        """Write objects as a request does; return what became of each."""
        version = self.version + 1
        answer: Data = {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}
        for place, one in enumerate(objects):
            try:
                key, changed = self._write_one(one, version)
            except _Refused as error:
                key = one.get("key", "") if isinstance(one, dict) else ""
                said = {"key": key, "code": error.code, "message": error.message}
                answer["failed"][str(place)] = said
                continue
            if not changed:
                answer["unchanged"][str(place)] = key
                continue
            answer["success"][str(place)] = key
            answer["successful"][str(place)] = {"key": key, "version": version}
        if answer["success"]:
            self.version = version
        return answer

    def _write_one(self, given: Any, version: int) -> tuple[str, bool]:
        if not isinstance(given, dict):
            raise _Refused(400, "expected JSON item object")
        key = given.get("key") or _key(2_000_000 + len(self.made))
        if not _KEY_FORM.fullmatch(key):
            raise _Refused(400, f"'{key}' is not a valid item key")
        there, known = self.items.get(key), given.get("version")
        if there is None and known:
            raise _Refused(404, f"item doesn't exist (expected version {known}; use 0 instead)")
        if there is not None and known is None:
            raise _Refused(428, "Item version not specified")
        if there is not None and known != there["version"]:
            found = there["version"]
            raise _Refused(
                412, f"Item has been modified since specified version (expected {known}, {found=})"
            )
        data = {**(there or {}), **_normal(given)}
        _check(data)
        self._check_places(data)
        if there is not None and {**data, "version": 0} == {**there, "version": 0}:
            return key, False
        if there is None:
            self.made.append(key)
        self.items[key] = {**data, "key": key, "version": version}
        return key, True

    def _check_places(self, data: Data) -> None:
        for key in data.get("collections", []):
            if key not in self.collections:
                raise _Refused(409, f"Collection {key} not found")
        if data.get("parentItem") and data["parentItem"] not in self.items:
            raise _Refused(409, f"Parent item {data['parentItem']} not found")


def _check(data: Data) -> None:
    kind = data.get("itemType")
    if kind not in _FIELDS:
        raise _Refused(400, f"'{kind}' is not a valid itemType")
    for name, value in data.items():
        if name not in _OF_ALL and name not in _FIELDS[kind]:
            raise _Refused(400, f"'{name}' is not a valid field for type '{kind}'")
        if isinstance(value, str) and len(value) > _LONGEST:
            raise _Refused(413, f"{name} value '{value[:20]}…' too long")
    for one in data.get("creators", []):
        names = {"name"} if "name" in one else {"firstName", "lastName"}
        if set(one) != {"creatorType", *names} or not any(one[part] for part in names):
            raise _Refused(400, "creator object must contain 'firstName'/'lastName' or 'name'")
    if any(not one.get("tag") for one in data.get("tags", [])):
        raise _Refused(400, "Tag cannot be empty")


class Zotero:
    """The service: libraries, keys, and what is to go wrong with the next requests."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/zotero")
        self.libraries: dict[str, Library] = {OWN: Library()}
        self.access: dict[str, Data] = {
            KEY: {
                "user": {"library": True, "files": True, "notes": True, "write": True},
                "groups": {"all": {"library": True, "write": True}},
            }
        }
        self.asked: list[str] = []
        self.written: list[Sequence[Any]] = []
        self.tokens: set[str] = set()
        self._next: deque[Behaviour] = deque()
        server.clear()
        server.expect_request(re.compile(r"/zotero/.*")).respond_with_handler(self._respond)

    @property
    def own(self) -> Library:
        """The key owner's library."""
        return self.libraries[OWN]

    def then(self, *behaviours: Behaviour) -> None:
        """Let these happen to the next requests, one each."""
        self._next.extend(behaviours)

    def forget_failures(self) -> None:
        """Let nothing more go wrong."""
        self._next.clear()

    def _respond(self, request: Request) -> Response:
        path = request.path.removeprefix("/zotero/")
        query = request.query_string.decode()
        self.asked.append(f"{request.method} {path}" + (f"?{query}" if query else ""))
        if self._next and (answer := self._next.popleft()(self, request)) is not None:
            return answer
        return self.well(request)

    def well(self, request: Request) -> Response:
        """Answer as the service does."""
        path = request.path.removeprefix("/zotero/")
        access = self.access.get(request.headers.get("Zotero-API-Key", ""))
        if request.headers.get("Zotero-API-Version") != "3" or access is None:
            return Response("Invalid key", 403)
        if path == "keys/current":
            return _says({"key": "…", "userID": USER, "username": "ada", "access": access})
        kind, number, rest = path.split("/", 2)
        library = self.libraries.get(f"{kind}/{number}")
        rights = _rights(access, f"{kind}/{number}")
        needed = "write" if request.method == "POST" else "library"
        if library is None or not rights.get(needed):
            return Response("Forbidden", 403)
        if request.method == "POST":
            return self._write(library, rest, request)
        return _read(library, rest, request)

    def _write(self, library: Library, path: str, request: Request) -> Response:
        token = request.headers.get("Zotero-Write-Token")
        if token in self.tokens:
            return Response("Write token already used", 412)
        known = request.headers.get("If-Unmodified-Since-Version")
        if known is not None and int(known) != library.version:
            return _says("", 412, {"Last-Modified-Version": str(library.version)})
        objects = json.loads(request.data)
        if path != "items" or not isinstance(objects, list):
            return Response("Uploaded data must be a JSON array", 400)
        if len(objects) > 50:
            return Response("Cannot add more than 50 items at a time", 413)
        self.written.append(objects)
        answer = library.write(objects)
        if token:
            self.tokens.add(token)
        return _says(answer, 200, {"Last-Modified-Version": str(library.version)})


def _read(library: Library, path: str, request: Request) -> Response:
    args = request.args
    versions = {"Last-Modified-Version": str(library.version)}
    known = request.headers.get("If-Modified-Since-Version")
    if known is not None and int(known) >= library.version:
        return Response("", 304, versions)
    if path == "deleted":
        return _read_deleted(library, args.get("since"), versions)
    found = _listed(library, path, args)
    if found is None or args.get("itemKey", "").count(",") >= 50:
        return Response("Not found, or more than 50 keys", 404 if found is None else 413)
    versions["Total-Results"] = str(len(found))
    if args.get("format") == "versions":
        return _says({one["key"]: one["version"] for one in found}, 200, versions)
    start, limit = int(args.get("start", 0)), min(100, int(args.get("limit", 25)))
    page = found[start : start + limit]
    if start + limit < len(found):
        after = f"{request.base_url}?start={start + limit}&limit={limit}"
        versions["Link"] = f'<{after}>; rel="next"'
    answer = [{"key": one["key"], "version": one["version"], "data": one} for one in page]
    return _says(answer, 200, versions)


def _read_deleted(library: Library, since: str | None, versions: Mapping[str, str]) -> Response:
    if since is None:
        return Response("'since' parameter must be provided", 400)
    gone: Data = {"collections": [], "items": [], "searches": [], "tags": [], "settings": []}
    for version, kind, key in library.deleted:
        if version > int(since) and key not in getattr(library, kind):
            gone[kind].append(key)
    return _says(gone, 200, versions)


def _listed(library: Library, path: str, args: Mapping[str, str]) -> list[Data] | None:
    """Return the objects of a list, what changed last first; None where there is no such list."""
    found: list[Data]
    if path == "collections":
        found = list(library.collections.values())
    elif path in {"items", "items/top"}:
        found = [
            one
            for one in library.items.values()
            if (args.get("includeTrashed") == "1" or not one.get("deleted"))
            and (path == "items" or not one.get("parentItem"))
        ]
    else:
        return None
    if keys := args.get("itemKey"):
        found = [one for one in found if one["key"] in keys.split(",")]
    if "since" in args:
        found = [one for one in found if one["version"] > int(args["since"])]
    return sorted(found, key=lambda one: (-one["version"], one["key"]))


def _rights(access: Data, library: str) -> Data:
    if library == OWN:
        return dict(access.get("user", {}))
    groups = access.get("groups", {})
    return dict(groups.get(library.removeprefix("groups/"), groups.get("all", {})))


def _says(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(value), status, headers, content_type="application/json")


def _normal(value: Any) -> Any:
    """Return a value as the service stores it: trimmed, in one form of Unicode."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if isinstance(value, dict):
        return {name: _normal(one) for name, one in value.items()}
    return [_normal(one) for one in value] if isinstance(value, list) else value


def _key(number: int) -> str:
    letters = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
    found = ""
    for _ in range(8):
        number, place = divmod(number, len(letters))
        found += letters[place]
    return found


@contextmanager
def zotero_on(server: HTTPServer) -> Iterator[Zotero]:
    """Return a fresh stand-in on this server."""
    yield Zotero(server)


def busy(status: int = 429, **headers: str) -> Behaviour:
    """Refuse the request, nothing written; headers with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _zotero, _request: Response("slow down", status, named)


def with_header(name: str, value: str) -> Behaviour:
    """Answer as usual, with one header more."""

    def behaviour(zotero: Zotero, request: Request) -> Response:
        answer = zotero.well(request)
        answer.headers[name] = value
        return answer

    return behaviour


def lost_answer(zotero: Zotero, request: Request) -> Response:
    """Do what is asked, and lose the answer on the way."""
    zotero.well(request)
    return Response("gateway", 502)


def says(content: str, status: int = 200) -> Behaviour:
    """Answer with this text."""
    return lambda _zotero, _request: Response(content, status)


def and_then(act: Callable[[Zotero], object]) -> Behaviour:
    """Answer as usual, and let the reader do something right after."""

    def behaviour(zotero: Zotero, request: Request) -> Response:
        answer = zotero.well(request)
        act(zotero)
        return answer

    return behaviour


def as_usual(zotero: Zotero, request: Request) -> Response:
    """Answer as usual."""
    return zotero.well(request)
