"""The map of the package is the package's: generated parts are current, and every path exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "paperlark"
DOCUMENT = ROOT / "docs" / "architecture.md"


def test_the_walk_in_the_map_is_the_one_that_a_page_takes() -> None:
    walk = [sys.executable, str(ROOT / "benchmarks" / "walk.py"), "--check"]
    done = subprocess.run(  # noqa: S603  # a script of this project
        walk, check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_and_room_that_the_map_names_exists() -> None:
    named = re.findall(r"`([a-z_]+/(?:[\w/.]+)?)`", DOCUMENT.read_text("utf-8"))
    missing = [name for name in named if not ((PACKAGE / name).exists() or (ROOT / name).exists())]
    assert named
    assert missing == []


def test_no_two_public_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(PACKAGE)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    without = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert without == []
