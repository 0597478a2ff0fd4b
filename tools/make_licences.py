"""Write docs/licences.md: the licence of each package that an installation brings.

Packages are those of the locked requirements, licences what the packages themselves say.
"""

from __future__ import annotations

import re
from email.message import Message
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
_LOCKED = ("run.txt", "server.txt")
_PACKAGE = re.compile(r"^(?P<name>[a-z0-9._-]+)==\S+(?P<marker> ; .*)?", re.MULTILINE)
_ELSEWHERE = {
    "httpx2-jsfetch": (
        "not stated here",
        "only in browsers (Emscripten), where paperlark is not run",
    ),
    "pywin32-ctypes": ("BSD-3-Clause", "only on Windows"),
}
"""What is not installed on every system: its licence and where it is."""
_NAMES = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_COPYLEFT = re.compile(r"GPL|MPL|EPL|CDDL")
_HEAD = """\
# Licences of all that is shipped

Written by `make licences`; a test holds it against what is installed.

**The package itself** is under the MIT licence (`LICENSE`). Its wheel has no code of others. It has

- `sample/feeds/`: arXiv's feeds of three days, descriptive metadata, CC0 1.0 as arXiv publishes it;
- `rankers/model/`: learnt by `make model` from titles and abstracts of arXiv's metadata (CC0 1.0),
  as its `provenance.json` says; MIT like the package.

Pages and sites that it makes have its own styles and scripts, and no fonts or pictures of others.

**Packages that an installation brings**, with the extras `read`, `read-group` and `postgres`:

| package | licence | remark |
| --- | --- | --- |
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(licences(), "utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


def licences() -> str:
    """Return the page's text. Raises LookupError for a package that states no licence."""
    rows = "".join(
        f"| {name} | {licence} | {remark} |\n" for name, licence, remark in map(_row, locked())
    )
    return _HEAD + rows


def locked() -> list[str]:
    """Return the names of all locked packages, sorted."""
    texts = [(ROOT / "requirements" / name).read_text("utf-8") for name in _LOCKED]
    return sorted({found["name"] for text in texts for found in _PACKAGE.finditer(text)})


def _row(name: str) -> tuple[str, str, str]:
    if name in _ELSEWHERE:
        return name, *_ELSEWHERE[name]
    licence = _licence(name)
    remark = "installed beside paperlark, unchanged" if _COPYLEFT.search(licence) else ""
    return name, licence, remark


def _licence(name: str) -> str:
    # Typed as Message, whose get() may return None; the type of metadata() leaves that out.
    about: Message = metadata(name)  # type: ignore[assignment]
    stated = about.get("License-Expression") or about.get("License") or ""
    if not stated or "\n" in stated:
        classifiers = about.get_all("Classifier") or []
        named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: ")]
        stated = " OR ".join(named)
    if not stated:
        raise LookupError(f"{name} states no licence: look it up and name it in make_licences.py")
    return _NAMES.get(stated, stated)


if __name__ == "__main__":
    main()
