from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from make_reference import REFERENCE, reference
from man_pages import MAN, man_pages

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("name", "text"), reference().items())
def test_the_reference_is_what_the_code_says(name: str, text: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == text, "run: make reference"


def test_the_man_pages_are_what_the_code_says() -> None:
    written = {path.name: path.read_text("utf-8") for path in MAN.iterdir()}
    assert written == man_pages(), "run: make reference"


def _variables_of(tree: ast.AST) -> Iterator[str]:
    """Yield the texts that a module looks up in the environment, where they stand in the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(_LOOKED_UP_IN):
            yield from _texts(node.slice)
        if isinstance(node, ast.Call) and (
            (isinstance(node.func, ast.Attribute)
             and ast.unparse(node.func.value).endswith(_LOOKED_UP_IN))
            or any(ast.unparse(one).endswith("variables") for one in node.args[:2])
        ):  # fmt: skip
            yield from (text for argument in node.args for text in _texts(argument))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


_LOOKED_UP_IN = ("environ", "variables", "environment", "_environment")


def test_every_variable_that_the_source_looks_up_is_in_the_reference() -> None:
    page = (REFERENCE / "environment.md").read_text("utf-8")
    looked_up = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in _variables_of(ast.parse(path.read_text("utf-8")))
        if name.isupper()
    }
    assert {"XDG_CACHE_HOME", "HOME", "PGPASSWORD_FILE", "LOCALAPPDATA"} <= looked_up
    assert [one for one in sorted(looked_up) if f"`{one}`" not in page] == []


def test_every_dependency_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    dependencies = [line for line in lines if line.startswith('    "') and ">=" in line]
    assert len(dependencies) > 15
    assert [line for line in dependencies if "  # " not in line] == []


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "release.txt"])
def test_versions_are_locked_with_hashes_and_name_no_host(name: str) -> None:
    locked = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in locked
    assert locked.count("==") > 15
    for package in locked.split("\n\n"):
        assert "--hash=sha256:" in package
