"""Recognize the kind of a file by its content, and parse it."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO

from paperlark.domain.errors import Unimportable
from paperlark.importing import bibtex, digest_pages, item, judged, references, tagged
from paperlark.importing.item import ImportedEntry

LARGEST = 64 * 2**20
"""Bytes, also after decompression."""
MOST_ENTRIES = 50_000

_GZIP = b"\x1f\x8b"
_BEGIN = 2**16
_MARKUP = "XML and HTML are not supported: export BibTeX, RIS or CSL JSON, or take the JSON page"
# The longer marks first: UTF-32's begins with UTF-16's.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileKind(StrEnum):
    """Kinds of file that can be imported."""

    BIBTEX = "bibtex"
    RIS = "ris"
    REFER = "refer"
    """What EndNote writes: `%T` and a title, `%A` and a name."""
    CSL_JSON = "csl-json"
    """Zotero's own JSON too."""
    IDS = "ids"
    """A plain list of arXiv papers."""
    DIGEST = "digest"
    """A digest's page, as JSON, Markdown or text, or a recording of several."""
    VOTES = "votes"
    """The copy of votes that paperlark keeps beside its database."""


_ANY = (
    "export BibTeX, RIS or CSL JSON from your reference manager, or name its kind with --as:"
    f" {', '.join(FileKind)}"
)

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
    """Decompress and decode a text; raises Unimportable where it is none or too large.

    UTF-8, or what a byte order mark says; other bytes are read as Windows-1252, line by line.
    """
    content = _unpacked(content, name)
    mark = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    try:
        text = content.decode(mark or _unmarked(content))
    except UnicodeDecodeError as error:
        if mark and mark != "utf-8-sig":
            raise Unimportable(
                f"{name} cannot be read as {mark.upper()}", hint="save it as UTF-8"
            ) from error
        text = "".join(map(_line, content.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)))
    # Packed and printed documents have zeros; a text may have other controls, copied from a PDF.
    if (zero := text.find("\0", 0, _BEGIN)) >= 0:
        line = text.count("\n", 0, zero) + 1
        raise Unimportable(f"{name}:{line}: is not text", hint=_ANY)
    return text


def is_windows_1252(content: bytes) -> bool:
    """Return whether a file is neither UTF-8 nor marked, so that its letters are a guess."""
    try:
        content.decode(_unmarked(content))
    except UnicodeDecodeError:
        marked = any(content.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS[1:])
        return not (marked or content.startswith(_GZIP))
    return False


def _unpacked(content: bytes, name: str) -> bytes:
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
    return content


def _unmarked(content: bytes) -> str:
    """Return UTF-16 where nearly every second byte of the beginning is zero, else UTF-8."""
    begin = content[:256]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = begin[offset::2], begin[1 - offset :: 2]
        if 0 < 3 * len(zeros) < 4 * zeros.count(0) and 0 not in others:
            return encoding
    return "utf-8"


def _line(content: bytes) -> str:
    """Decode one line: files that several programs wrote to are in several encodings."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


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
    if tagged.RECORD.search(begin):
        return FileKind.RIS
    if tagged.REFER.match(begin):
        return FileKind.REFER
    if digest_pages.is_page(text):
        return FileKind.DIGEST
    return FileKind.IDS if references.names_papers(begin) else None


def _digest(text: str, name: str) -> tuple[ImportedEntry, ...]:
    is_json = text.lstrip()[:1] in {"{", "["}
    return (judged.read_judged if is_json else digest_pages.read_page)(text, name)


_READERS: Mapping[FileKind, Reader] = {
    FileKind.BIBTEX: bibtex.read_bibtex,
    FileKind.RIS: tagged.read_ris,
    FileKind.REFER: tagged.read_refer,
    FileKind.CSL_JSON: references.read_csl,
    FileKind.IDS: references.read_ids,
    FileKind.DIGEST: _digest,
}
