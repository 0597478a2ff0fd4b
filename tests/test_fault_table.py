"""The fault table names every edge case, and only tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "design" / "004-faults.md").read_text("utf-8")
EDGE_CASES = 66


def _rows() -> list[list[str]]:
    """Give the cells of every row of every table, without heads and rules."""
    lines = [line for line in TABLE.splitlines() if line.startswith("| ")]
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
    numbers = [int(row[0]) for row in _rows() if row[0].isdecimal()]
    assert numbers == list(range(1, EDGE_CASES + 1))


def test_every_row_says_what_is_done_and_names_a_test() -> None:
    for row in _rows():
        assert all(row), row
        assert re.search(r"`tests/\S+\.py::test_\w+`", row[-1]), row


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/\S+?\.py)::(test_\w+)`", TABLE)
    assert len(named) > EDGE_CASES
    assert [f"{path}::{name}" for path, name in named if name not in _tests_in(path)] == []
