"""Recognize the kind of a file by its content, and parse it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO

from paperlark.domain.errors import Unimportable
from paperlark.importing import bibtex, digest_pages, item, judged, references
from paperlark.importing.item import ImportedEntry

LARGEST = 64 * 2**20
"""Bytes, also after decompression."""
MOST_ENTRIES = 50_000

_GZIP = b"\x1f\x8b"
_BEGIN = 2**16
_MARKUP = "XML and HTML are not supported: export BibTeX, RIS or CSL JSON, or take the JSON page"


class FileKind(StrEnum):
    """Kinds of file that can be imported."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    """Zotero's own JSON too."""
    IDS = "ids"
    """A plain list of arXiv papers."""
    DIGEST = "digest"
    """A digest's page, as JSON, Markdown or text, or a recording of several."""
    VOTES = "votes"
    """The copy of votes that paperlark keeps beside its database."""


_ANY = f"name its kind with --as: {', '.join(FileKind)}"

Reader = Callable[[str, str], tuple[ImportedEntry, ...]]


def recognise(content: bytes, name: str) -> tuple[FileKind, str]:
    """Return the kind and the text of a file; raises Unimportable where it is not supported."""
    text = decode(content, name)
    kind = _json(text, name) if text.lstrip()[:1] in {"{", "["} else _plain(text)
    if kind is None:
        raise Unimportable(
            f"{name}: unsupported file type",
            hint=_MARKUP if text.lstrip().startswith("<") else _ANY,
        )
    return kind, text


def read_items(kind: FileKind, text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every entry of the file; raises Unimportable where it is not of that kind."""
    items = _READERS[kind](text, name)
    if len(items) > MOST_ENTRIES:
        raise Unimportable(
            f"{name} has {len(items)} entries, more than {MOST_ENTRIES}", hint="import it in parts"
        )
    return items


def decode(content: bytes, name: str) -> str:
    """Decompress and decode UTF-8; raises Unimportable where that fails or it is too large."""
    try:
        if content.startswith(_GZIP):
            with gzip.open(BytesIO(content)) as packed:
                content = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unimportable(
            f"{name} cannot be unpacked ({error})", hint="download it again"
        ) from error
    if len(content) > LARGEST:
        raise Unimportable(f"{name} has more than {LARGEST >> 20} MB", hint="import it in parts")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unimportable(f"{name}:{line}: is not UTF-8 text", hint="save it as UTF-8") from error


def _json(text: str, name: str) -> FileKind | None:
    found = item.read_values(text, name)
    for _, value in found[:1]:
        if isinstance(value, dict) and {"vote", "at", "id"} <= value.keys():
            return FileKind.VOTES
        if judged.is_judged(value):
            return FileKind.DIGEST
        if references.is_reference(value):
            return FileKind.CSL_JSON
    return None


def _plain(text: str) -> FileKind | None:
    begin = text[:_BEGIN]
    if begin.lstrip().startswith("<"):
        return None
    if bibtex.ENTRY.search(begin):
        return FileKind.BIBTEX
    if references.RECORD.search(begin):
        return FileKind.RIS
    if digest_pages.is_page(text):
        return FileKind.DIGEST
    return FileKind.IDS if references.names_papers(begin) else None


def _digest(text: str, name: str) -> tuple[ImportedEntry, ...]:
    is_json = text.lstrip()[:1] in {"{", "["}
    return (judged.read_judged if is_json else digest_pages.read_page)(text, name)


_READERS: Mapping[FileKind, Reader] = {
    FileKind.BIBTEX: bibtex.read_bibtex,
    FileKind.RIS: references.read_ris,
    FileKind.CSL_JSON: references.read_csl,
    FileKind.IDS: references.read_ids,
    FileKind.DIGEST: _digest,
}
