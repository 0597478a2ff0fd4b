"""Which files of tests come near a module: how many imports lie between, read from the sources."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

PACKAGE = "paperlark"


class Imports:
    """Who imports whom in a checkout, the imports inside functions too.

    A test also leans on each `conftest.py` above it, and what names the package in a string leans
    on its program. What imports by a name that it makes itself leans on all files beside it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        folders = (root / "src", root / "tests", root / "tools", root / "benchmarks")
        self._paths = {
            _module(file.relative_to(folder)): file
            for folder in folders
            for file in sorted(folder.rglob("*.py"))
            if folder.name != "tests" or not file.name.startswith("test_")
        }
        self._importers: dict[Path, set[Path]] = defaultdict(set)
        for file in {*self._paths.values(), *self.tests()}:
            for imported in self._leans_on(file):
                self._importers[imported].add(file)

    def tests(self) -> tuple[Path, ...]:
        """Return every file of tests."""
        return tuple(sorted((self._root / "tests").rglob("test_*.py")))

    def distances(self, module: Path) -> Mapping[Path, int]:
        """Return how many imports lie between a module and each file that needs it."""
        found, waiting = {module: 0}, deque([module])
        while waiting:
            near = waiting.popleft()
            for file in sorted(self._importers[near] - found.keys()):
                found[file] = found[near] + 1
                waiting.append(file)
        return found

    def _leans_on(self, file: Path) -> Iterator[Path]:
        text = file.read_text("utf-8")
        names = set(_imported(ast.parse(text)))
        parents = {name.rpartition(".")[0] for name in names}
        if "import_module(f" in text:
            yield from file.parent.glob("*.py")
        yield from (self._paths[name] for name in names | parents if name in self._paths)
        if file.is_relative_to(self._root / "tests"):
            for folder in file.relative_to(self._root).parents:
                if (above := self._root / folder / "conftest.py").is_file() and above != file:
                    yield above


def nearest_first(tests: Iterable[Path], distances: Mapping[Path, int]) -> Sequence[Path]:
    """Order files of tests by their distance; those that do not come near at all are last."""
    return sorted(tests, key=lambda test: (distances.get(test, len(distances)), test))


def _module(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Constant(value=str(value)) if value == PACKAGE:
                yield f"{PACKAGE}.__main__"
            case ast.Constant(value=str(value)) if f"import {PACKAGE}" in value:
                yield f"{PACKAGE}.__main__"
            case ast.Constant(value=str(value)) if f"from {PACKAGE}" in value:
                yield f"{PACKAGE}.__main__"
