"""Starting is light: what a command does not need it does not import."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "defusedxml", "genai_prices", "httpx", "jinja2", "latex2mathml", "pydantic", "pylatexenc",
    "rich", "sklearn", "sqlite3", "stamina", "toktok",
}  # fmt: skip
PROBE = """
import sys
from paperlark.cli import main
sys.argv = ["paperlark", "--version"]
try:
    main()
except SystemExit:
    print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_the_version_is_told_without_importing_anything_heavy() -> None:
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    )
    version, modules = found.stdout.splitlines()
    assert version.startswith("paperlark ")
    assert HEAVY & set(modules.split()) == set()
