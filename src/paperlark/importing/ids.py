"""Parse a plain list of arXiv papers: identifiers and addresses, with any words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import PaperId, identify
from paperlark.importing.item import ImportedEntry, make_entry

_COMMENT = re.compile(r"(?:^|\s)[#%].*")
_LABEL = re.compile(r"\barxiv:\s+", re.IGNORECASE)
_AROUND = "()<>\"'.*"


def read_ids(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every paper of the list; raises Unimportable for a line without one."""
    return tuple(
        make_entry(f"line {number}", paper_id=paper)
        for number, line in enumerate(text.splitlines(), start=1)
        for paper in _papers(line, f"{name}:{number}")
    )


def names_papers(text: str) -> bool:
    """Return whether the first line that is not a comment names a paper."""
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    first = next((line for line in lines if line), "")
    return any(True for _ in _named(first))


def _papers(line: str, place: str) -> Iterator[PaperId]:
    bare = _COMMENT.sub("", line).strip()
    papers = tuple(_named(bare))
    if bare and not papers:
        raise Unimportable(
            f"{place}: {bare[:60]!r} names no arXiv paper",
            hint="write it like 2502.12206 or https://arxiv.org/abs/2502.12206, or put # before it",
        )
    yield from papers


def _named(line: str) -> Iterator[PaperId]:
    """Find the identifiers in a line; other words are ignored."""
    for word in re.split(r"[\s,;|]+", _LABEL.sub("arXiv:", line)):
        identifier = identify(word.strip(_AROUND))
        if identifier:
            yield identifier.id
