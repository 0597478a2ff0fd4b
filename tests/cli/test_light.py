"""Starting is light: what a command does not need it does not import."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

HEAVY = {
    "defusedxml", "genai_prices", "httpx", "jinja2", "latex2mathml", "pydantic", "pylatexenc",
    "rich", "sklearn", "sqlite3", "stamina", "starlette", "toktok", "uvicorn",
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


MAKING = """
import sys
from paperlark.cli import main
sys.argv = ["paperlark", "run", "--date", "2025-02-26", "--feeds", "feeds"]
try:
    main()
except SystemExit:
    print(*sys.modules)
"""


def test_a_page_is_made_without_what_reads_in_a_browser(tmp_path: Path) -> None:
    shutil.copytree(str(files("paperlark") / "sample"), tmp_path, dirs_exist_ok=True)
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MAKING], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    modules = found.stdout.split()
    assert "paperlark.renderers.html" in modules
    assert not [one for one in modules if one.startswith(("starlette", "uvicorn", "paperlark.web"))]
    # The tests have it; an installation does not.
    assert "scipy" not in modules
    # Masked arrays are slow to import, which `np.unique` does when it is first used.
    assert "numpy.ma" not in modules
    assert "paperlark.cli._estimate" not in modules
    # Nothing is looked for where the profile names no plug-in.
    assert not [one for one in modules if one.startswith("paperlark.plugins")]
