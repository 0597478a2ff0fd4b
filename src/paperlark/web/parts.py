"""Long lists in parts, for browsers without scripts, where each press of a button loads a page.

With scripts a list comes whole. Without them a press is answered with the part around its paper, so
that it is quick on a day of a thousand papers as well. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from paperlark.web.lists import Row

PART = 50
"""Papers of a part."""
_PART, _NEAR, _DID = "part", "near", "did"
"""Fields of an address: the number of a part, the paper that it is around, what was done."""
_DIGITS = 6
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list: its number from 1 of `count`, its rows and the places of first and last.

    `address` is the list's own, with what else it asks for.
    """

    number: int
    count: int
    rows: tuple[Row, ...]
    first: int
    of: int
    address: str

    @property
    def last(self) -> int:
        """The place of the last row, from 1."""
        return self.first + len(self.rows) - 1

    def at(self, number: int) -> str:
        """Return the address of another part."""
        return with_fields(self.address, part=str(number))


def part_of(rows: Sequence[Row], address: str) -> ListPart | None:
    """Return the part that an address asks for; None where it asks for all, or all is short.

    A paper that is no longer in the list leaves the part as it was.
    """
    fields = dict(_fields(address))
    if not {_PART, _NEAR} & set(fields) or len(rows) <= PART:
        return None
    papers = [str(row.entry.paper.id) for row in rows]
    count = -(-len(rows) // PART)
    near = fields.get(_NEAR)
    if near in papers:
        number = papers.index(near) // PART + 1
    else:
        number = min(max(_number(fields.get(_PART, "")), 1), count)
    start = (number - 1) * PART
    shown = tuple(rows[start : start + PART])
    return ListPart(number, count, shown, start + 1, len(rows), whole(address))


def whole(address: str) -> str:
    """Return the address of the whole list."""
    return with_fields(address, part="", near="", did="")


def around(address: str, paper: str, event: str) -> str:
    """Return the address of the part around a paper, after an event."""
    return with_fields(address, near=paper, did=event)


def with_fields(address: str, **changes: str) -> str:
    """Return an address of this server with these fields changed; an empty one is left out."""
    found = {**dict(_fields(address)), **changes}
    said = [
        urlencode({name: value}).rstrip("=")  # one without a value, such as `all`, stays without
        for name, value in found.items()
        if value or name not in changes
    ]
    return urlsplit(address).path + (f"?{'&'.join(said)}" if said else "")


def _fields(address: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            urlsplit(address).query, keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return []


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 1
