"""The tables of what goes wrong name every edge case, and only tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FAULTS, SERVERS = "004-faults.md", "010-model-servers.md"
EDGE_CASES = 66
OF_MODELS = range(55, 67)
"""Those of them that are a model's or its server's."""


def _page(name: str) -> str:
    return (ROOT / "docs" / "design" / name).read_text("utf-8")


def _rows(name: str) -> list[list[str]]:
    """Return the cells of every row of every table of a page, without heads and rules."""
    tables = re.findall(r"^\| .* \| shown by \|\n(?:\|.*\n)+", _page(name), re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines()]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines]
    rows = [[cell.strip() for cell in row] for row in cells]
    return [row for row in rows if row[-1] not in {"shown by", "---"}]


@cache
def _tests_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_edge_case_has_its_row() -> None:
    numbers = [int(row[0]) for row in _rows(FAULTS) if row[0].isdecimal()]
    assert numbers == list(range(1, EDGE_CASES + 1))


def test_every_edge_case_of_models_is_among_those_of_servers() -> None:
    begun = [re.match(r"[\d, ]+(?=\.)", row[0]) for row in _rows(SERVERS)]
    numbers = [int(number) for found in begun if found for number in found[0].split(",")]
    assert sorted(numbers) == list(OF_MODELS)


@pytest.mark.parametrize("page", [FAULTS, SERVERS])
def test_every_row_says_what_is_done_and_names_a_test(page: str) -> None:
    assert len(_rows(page)) > 40
    for row in _rows(page):
        assert all(row), row
        assert re.search(r"`tests/\S+\.py::test_\w+`", row[-1]), row


@pytest.mark.parametrize("page", [FAULTS, SERVERS])
def test_every_test_that_is_named_exists(page: str) -> None:
    named = re.findall(r"`(tests/\S+?\.py)::(test_\w+)`", _page(page))
    assert len(named) > 60
    assert [f"{path}::{name}" for path, name in named if name not in _tests_in(path)] == []
