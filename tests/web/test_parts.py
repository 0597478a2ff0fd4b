"""Long lists in parts: which part an address asks for, and how addresses are changed."""

from __future__ import annotations

import pytest

from paperlark.domain.digest import Entry
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.triage import UNTOUCHED
from paperlark.web.lists import Row
from paperlark.web.parts import PART, around, part_of, whole, with_fields


def _rows(many: int) -> list[Row]:
    papers = (Paper(PaperId(f"2505.{n:05}"), 1, f"No. {n}", (), "", ()) for n in range(many))
    return [Row(Entry(n, one, None, None), UNTOUCHED, None, n) for n, one in enumerate(papers, 1)]


@pytest.mark.parametrize(
    ("address", "first", "last"),
    [
        ("/list/seen?part=1", 1, PART),
        ("/list/seen?part=3", 2 * PART + 1, 2 * PART + 5),
        ("/list/seen?part=99", 2 * PART + 1, 2 * PART + 5),
        ("/list/seen?part=-7", 1, PART),
        ("/list/seen?part=\u0663", 1, PART),
        (f"/list/seen?near=2505.{PART:05}", PART + 1, 2 * PART),
        ("/list/seen?part=2&near=2505.00000", 1, PART),
        ("/list/seen?part=2&near=gone", PART + 1, 2 * PART),
    ],
)
def test_an_address_asks_for_a_part(address: str, first: int, last: int) -> None:
    part = part_of(_rows(2 * PART + 5), address)
    assert part is not None
    assert (part.first, part.last, part.of, part.count) == (first, last, 2 * PART + 5, 3)
    assert [row.place for row in part.rows] == list(range(first, last + 1))
    assert part.at(2) == "/list/seen?part=2"


@pytest.mark.parametrize("address", ["/day/2025-02-26?all", "/?", "/?part=1", "/?near=2505.00001"])
def test_what_is_short_or_asked_for_whole_has_no_parts(address: str) -> None:
    assert part_of(_rows(PART), address) is None


def test_addresses_keep_what_else_they_ask_for() -> None:
    day = "/day/2025-02-26?all&part=2"
    assert around(day, "2505.00001", "e 1") == f"{day}&near=2505.00001&did=e+1"
    assert whole(around(day, "2505.00001", "e")) == "/day/2025-02-26?all"
    assert with_fields("/search?q=a%26b", part="3") == "/search?q=a%26b&part=3"
    assert whole("/list/seen?" + "&".join(f"n{n}=1" for n in range(100))) == "/list/seen"
