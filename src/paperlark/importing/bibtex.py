"""Parse BibTeX; each entry is a paper, identified by its arXiv identifier or its title."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import PaperId, identify, mentioned
from paperlark.domain.tex_accents import decode_accents, decode_letters
from paperlark.importing.item import ImportedEntry, make_entry

if TYPE_CHECKING:
    from bibtexparser.model import Entry, ParsingFailedBlock

ENTRY = re.compile(r"^[ \t]*@\w+[ \t]*[{(]", re.MULTILINE)
"""FoundDay in BibTeX files and no other kind."""

# Fields that may mention an identifier, the most trusted first.
_MENTIONS = ("eprint", "doi", "url", "journal", "note", "howpublished", "volume", "number", "eid")
_BRACES = re.compile(r"((?<!\\)[{}])")
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_FORMULA = re.compile(r"(\$[^$]*\$)")


def read_bibtex(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every entry, a broken one as a fault; raises Unimportable."""
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415  # only this kind needs it

    # Its warnings become faults of entries, not lines in the terminal.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    try:
        library = parse_string(text)
    except (ValueError, IndexError, RecursionError) as error:
        raise Unimportable(
            f"{name} cannot be read as BibTeX ({type(error).__name__})", hint="export it again"
        ) from error
    items = [_broken(block) for block in library.failed_blocks]
    items += [(entry.start_line or 0, _item(entry)) for entry in library.entries]
    return tuple(item for _, item in sorted(filter(None, items), key=lambda one: one[0]))


def _broken(block: ParsingFailedBlock) -> tuple[int, ImportedEntry] | None:
    """Read an entry whose key or field is duplicated; anything else is a fault."""
    line, inside = block.start_line or 0, block.ignore_error_block
    if inside is None:
        return line, ImportedEntry(_place(line), fault="it is broken BibTeX")
    return (line, _item(cast("Entry", inside))) if hasattr(inside, "fields") else None


def _item(entry: Entry) -> ImportedEntry:
    fields = {field.key.lower(): _bare(str(field.value)) for field in entry.fields}
    return make_entry(
        _place(entry.start_line or 0),
        paper_id=_identifier(fields),
        title=_unbraced(fields.get("title", "")),
        abstract=_unbraced(fields.get("abstract", "")),
        authors=map(_name, " ".join(fields.get("author", "").split()).split(" and ")),
        categories=[fields.get("primaryclass", "")],
    )


def _place(line: int) -> str:
    return f"line {line + 1}"


def _identifier(fields: Mapping[str, str]) -> PaperId | None:
    """Prefer `eprint`, unless it belongs to another archive, then any mention."""
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv"))
    eprint = identify(fields.get("eprint", "")) if archive.lower() == "arxiv" else None
    if eprint:
        return eprint.id
    return next(filter(None, (mentioned(fields.get(field, "")) for field in _MENTIONS)), None)


def _bare(value: str) -> str:
    """Remove the quotes that the parser leaves around fields of a duplicated entry."""
    return value[1:-1] if value[:1] == value[-1:] == '"' else value


def _unbraced(text: str) -> str:
    """Decode letters and drop BibTeX's braces; formulas and commands keep theirs, as on arXiv."""
    parts = _FORMULA.split(text)
    return "".join(
        part if part.startswith("$") and len(part) > 1 else _without_grouping(decode_letters(part))
        for part in parts
    )


def _without_grouping(text: str) -> str:
    r"""Drop each pair of braces that does not follow a command, as those of `\emph{…}` do."""
    parts: list[str] = []
    keeps: list[bool] = []
    for part in _BRACES.split(text):
        if part == "{":
            keeps.append(_COMMAND.search(parts[-1]) is not None)
        kept = part not in {"{", "}"} or (keeps[-1] if keeps else False)
        if part == "}" and keeps:
            keeps.pop()
        parts.append(part if kept else "")
    return "".join(parts)


def _name(text: str) -> str:
    r"""Write `Erd{\H o}s, Paul` as Paul Erdős."""
    last, comma, first = decode_accents(text).partition(",")
    return f"{first} {last}" if comma else last
