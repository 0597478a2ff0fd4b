"""A few hundred spoiled inputs for everything that reads; `benchmarks/fuzz.py` tries far more."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.fuzz import Target, spoiled, targets, try_case

pytestmark = pytest.mark.slow

CASES = 200
NAMES = (
    "RSS",
    "Atom",
    "RDF",
    "listing page",
    "catch-up page",
    "OAI-PMH",
    "search API",
    "Semantic Scholar",
    "recording",
    "model reply",
    "configuration",
    "criteria",
    "server's error",
    "completion",
    "BibTeX",
    "RIS",
    "refer",
    "CSL JSON",
    "identifiers",
    "digest's page",
    "any file",
    "restored page",
    "votes",
    "cached answer",
    "batch file",
    "name",
    "paper's texts",
)


@pytest.fixture(scope="module")
def by_name(shared: Path) -> dict[str, Target]:
    found = {target.name: target for target in targets(shared)}
    assert tuple(found) == NAMES
    return found


@pytest.mark.parametrize("name", NAMES)
def test_whatever_comes_is_read_or_refused(
    by_name: dict[str, Target], tmp_path: Path, name: str
) -> None:
    outcomes = [try_case(by_name[name], number, tmp_path) for number in range(CASES)]
    failures = {number: one.failure for number, one in enumerate(outcomes) if one.failure}
    # How long each took is shown by the benchmark, on a machine that does nothing else.
    assert {n: said for n, said in failures.items() if not said.startswith("took ")} == {}
    assert any(not one.refused for one in outcomes), "nothing of it was even read"


def test_a_case_is_the_same_every_time(by_name: dict[str, Target]) -> None:
    target = by_name["RSS"]
    assert spoiled(target, 7) == spoiled(target, 7) != spoiled(target, 8)


def test_any_other_exception_and_any_wrong_result_is_a_failure(tmp_path: Path) -> None:
    def breaks(_content: bytes, _folder: Path) -> None:
        raise LookupError("oops")

    def is_wrong(_content: bytes, _folder: Path) -> None:
        raise AssertionError("two papers of one")

    assert try_case(Target("x", (b"y",), breaks), 1, tmp_path).failure == "LookupError: oops"
    wrong = try_case(Target("x", (b"y",), is_wrong), 1, tmp_path)
    assert wrong.failure == "AssertionError: two papers of one"
