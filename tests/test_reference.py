from __future__ import annotations

from pathlib import Path

import pytest
from make_reference import REFERENCE, reference

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("name", "text"), reference().items())
def test_the_reference_is_what_the_code_says(name: str, text: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == text, "run: make reference"


def test_every_dependency_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    dependencies = [line for line in lines if line.startswith('    "') and ">=" in line]
    assert len(dependencies) > 15
    assert [line for line in dependencies if "  # " not in line] == []


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_versions_are_locked_with_hashes_and_name_no_host(name: str) -> None:
    locked = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in locked
    assert locked.count("==") > 15
    for package in locked.split("\n\n"):
        assert "--hash=sha256:" in package
