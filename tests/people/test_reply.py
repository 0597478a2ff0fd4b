"""Replies as values: recorded ones, and any JSON at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.authorship import KnownAuthors, NotIndexed, Person
from paperlark.domain.errors import PeopleError
from paperlark.domain.paper import PaperId
from paperlark.people.semantic_scholar import read_reply

ASKED = tuple(PaperId(f"2503.0000{number}") for number in range(3))

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
IDS = ANY | st.sampled_from(ASKED)
ROWS = ANY | st.fixed_dictionaries(
    {},
    optional={
        "externalIds": ANY | st.fixed_dictionaries({}, optional={"ArXiv": IDS}),
        "authors": ANY
        | st.lists(
            st.fixed_dictionaries(
                {}, optional={"authorId": ANY, "name": ANY | st.text(), "hIndex": ANY}
            )
            | ANY,
            max_size=4,
        ),
    },
)


@given(ANY | st.lists(ROWS, min_size=2, max_size=4))
def test_any_reply_gives_one_value_a_paper_or_our_error(payload: object) -> None:
    try:
        found = read_reply(payload, ASKED)
    except PeopleError:
        return
    assert tuple(found) == ASKED
    for one in found.values():
        if isinstance(one, KnownAuthors):
            assert one.persons
            for person in one.persons:
                assert isinstance(person.name, str)
                assert person.id is None or person.id
                assert person.h_index is None or person.h_index >= 0


@given(st.permutations(range(3)))
def test_rows_with_an_id_are_never_used_for_another_paper(order: list[int]) -> None:
    rows = [{"externalIds": {"ArXiv": ASKED[n]}, "authors": [{"authorId": str(n)}]} for n in order]
    try:
        found = read_reply(rows, ASKED)
    except PeopleError:
        assert order != [0, 1, 2]
    else:
        assert list(found.values()) == [KnownAuthors((Person("", str(n), None),)) for n in range(3)]


def _recorded(file: Path) -> Iterator[Any]:
    """Find the JSON in a recording: text in YAML, in one quoting or the other."""
    text = file.read_text("utf-8")
    for quoted in re.findall(r"(?:string|content): '(.*?)(?<!')'(?!')\n", text, re.DOTALL):
        yield json.loads(re.sub(r"\s*\n\s*", " ", quoted.replace("''", "'")))


def test_recorded_papers_are_read(shared: Path) -> None:
    [rows] = _recorded(shared / "recorded/s2/vcr_test_get_papers.yaml")
    found = read_reply(rows, ASKED)
    assert found[ASKED[0]] == KnownAuthors(
        (
            Person("Marianne Bertrand", "81141608", None),
            Person("E. Duflo", "2259683", None),
            Person("S. Mullainathan", "2062143", None),
        )
    )
    assert all(isinstance(one, KnownAuthors) for one in found.values())


def test_a_recorded_null_is_an_unknown_paper(shared: Path) -> None:
    [rows] = _recorded(shared / "recorded/s2/vcr_test_get_papers_not_found_warning.yaml")
    found = read_reply(rows, [*ASKED, PaperId("2503.00009")])
    first, *others = found.values()
    assert first == NotIndexed()
    assert all(isinstance(one, KnownAuthors) for one in others)


def test_recorded_null_authors_are_not_indexed(shared: Path) -> None:
    row = json.loads((shared / "recorded/s2/PaperWithNullValues.json").read_text("utf-8"))
    assert read_reply([row], ASKED[:1]) == {ASKED[0]: NotIndexed()}


@pytest.mark.parametrize("name", ["bad_query_parameters", "not_found"])
def test_recorded_errors_are_not_rows(shared: Path, name: str) -> None:
    for error in _recorded(shared / f"recorded/s2/vcr_test_{name}.yaml"):
        assert error["error"]
        with pytest.raises(PeopleError, match="not a list"):
            read_reply(error, ASKED)
