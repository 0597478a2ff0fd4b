"""Parse BibTeX; each entry is a paper, identified by its arXiv identifier or its title."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import PaperId, identify, mentioned
from paperlark.domain.tex_accents import decode_accents
from paperlark.importing.bibtex_names import read_names
from paperlark.importing.bibtex_values import plain_tex, read_value
from paperlark.importing.entry_types import not_a_paper
from paperlark.importing.item import ImportedEntry, make_entry
from paperlark.importing.text_markup import strip_markup

if TYPE_CHECKING:
    from bibtexparser import Library  # type: ignore[attr-defined]  # it is public all the same
    from bibtexparser.model import Entry, ParsingFailedBlock

ENTRY = re.compile(r"^[ \t]*@\w+[ \t]*[{(]", re.MULTILINE)
"""Found in BibTeX files and no other kind."""

# Fields that may mention an identifier, the most trusted first.
_MENTIONS = ("eprint", "doi", "url", "journal", "note", "howpublished", "volume", "number", "eid")
_MORE_MENTIONS = (
    "journaltitle",
    "archiveid",
    "arxivid",
    "biburl",
    "bdsk-url-1",
    "adsurl",
    "annote",
)
_LINKED_CODE = re.compile(r"\b(?:github|gitlab|bitbucket)\.(?:com|org|io)/", re.IGNORECASE)
_CORR = re.compile(r"abs/(.*)", re.IGNORECASE)

MOST_MARKS = 200_000
"""Braces, quotes and lines of one entry: each takes time, and 5,000 authors have 20,000."""
_MARKS = re.compile(r"[{}\"\n]")
_BEGIN = re.compile(r"@\w+[ \t]*[{(]")


def read_bibtex(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every entry, a broken one as a fault; raises Unimportable."""
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415  # only this kind needs it

    # Its warnings become faults of entries, not lines in the terminal.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    text, items = _without_endless(text)
    try:
        # Values are read here: the library's own steps lose `"One " # "two"`.
        library = parse_string(text, parse_stack=[])
    except (ValueError, IndexError, RecursionError) as error:
        raise Unimportable(
            f"{name} cannot be read as BibTeX ({type(error).__name__})", hint="export it again"
        ) from error
    items += [*filter(None, map(_broken, library.failed_blocks))]
    strings = _strings(library)
    items += [
        (entry.start_line or 0, _item(entry, strings))
        for entry in _entries(library)
        if entry.entry_type.lower() not in {"xdata", "set"}
    ]
    return tuple(item for _, item in sorted(items, key=lambda one: one[0]))


def _without_endless(text: str) -> tuple[str, list[tuple[int, ImportedEntry]]]:
    """Blank entries that would take minutes to parse; each is a fault with its line."""
    starts = [found.start() for found in _BEGIN.finditer(text)]
    faults: list[tuple[int, ImportedEntry]] = []
    kept = [text[: starts[0]]] if starts else [text]
    line = text.count("\n", 0, starts[0]) if starts else 0
    for start, end in pairwise([*starts, len(text)]):
        entry = text[start:end]
        lines = entry.count("\n")
        marks = len(_MARKS.findall(entry)) if len(entry) > MOST_MARKS else 0
        if marks > MOST_MARKS:
            fault = f"it has {marks} braces, quotes and lines"
            faults.append((line, ImportedEntry(_place(line), fault=fault)))
            entry = "\n" * lines
        kept.append(entry)
        line += lines
    return "".join(kept), faults


def _broken(block: ParsingFailedBlock) -> tuple[int, ImportedEntry] | None:
    """Return the fault of a broken entry; one with a duplicated key or field is read elsewhere."""
    line, inside = block.start_line or 0, block.ignore_error_block
    if inside is None:
        return line, ImportedEntry(_place(line), fault="it is broken BibTeX")
    return None


def _entries(library: Library) -> Iterator[Entry]:
    """Yield all entries, also those whose key or field is duplicated."""
    yield from library.entries
    for block in library.failed_blocks:
        if hasattr(block.ignore_error_block, "fields"):
            yield cast("Entry", block.ignore_error_block)


def _strings(library: Library) -> Mapping[str, str]:
    """Return what each `@string` stands for; one may use those before it."""
    strings: dict[str, str] = {}
    for one in library.strings:
        strings[one.key.lower()] = read_value(str(one.value), strings)
    return strings


def _item(entry: Entry, strings: Mapping[str, str]) -> ImportedEntry:
    fields = {field.key.lower(): read_value(str(field.value), strings) for field in entry.fields}
    paper = _identifier(fields)
    people = fields.get("author") or fields.get("editor", "")
    return make_entry(
        _place(entry.start_line or 0),
        paper_id=paper,
        title=_title(fields),
        abstract=strip_markup(plain_tex(fields.get("abstract", ""))),
        authors=map(decode_accents, read_names(people)),
        categories=[fields.get("primaryclass") or fields.get("eprintclass", "")],
        fault=None if paper else _fault(entry.entry_type, fields),
    )


def _title(fields: Mapping[str, str]) -> str:
    """Join title and subtitle, which biblatex keeps apart."""
    title, subtitle = fields.get("title", ""), fields.get("subtitle", "")
    joined = f"{title}: {subtitle}" if title and subtitle else title
    return strip_markup(plain_tex(joined))


def _fault(entry_type: str, fields: Mapping[str, str]) -> str | None:
    """Return why an entry without an arXiv identifier is no paper."""
    fault = not_a_paper(entry_type)
    links = f"{fields.get('url', '')} {fields.get('howpublished', '')}"
    if fault is None and entry_type.lower() == "misc" and _LINKED_CODE.search(links):
        return not_a_paper("software")
    return fault


def _place(line: int) -> str:
    return f"line {line + 1}"


def _identifier(fields: Mapping[str, str]) -> PaperId | None:
    """Prefer `eprint`, unless it belongs to another archive, then any mention."""
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv"))
    eprint = identify(fields.get("eprint", "")) if archive.lower() == "arxiv" else None
    if eprint:
        return eprint.id
    # DBLP writes `journal = {CoRR}, volume = {abs/1706.03762}`.
    listed = _CORR.fullmatch(fields.get("volume", "").strip())
    corr = identify(listed[1]) if listed else None
    if corr:
        return corr.id
    named = identify(fields.get("arxivid", "") or fields.get("arxiv", ""))
    if named:
        return named.id
    values = (fields.get(field, "") for field in (*_MENTIONS, *_MORE_MENTIONS))
    return next(filter(None, map(mentioned, values)), None)
