"""Write the file of the criteria, unless somebody else has changed it meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from paperlark.domain.errors import Problem, ProfileError
from paperlark.settings.load import LONGEST_CRITERIA, read_criteria


def write_criteria(path: Path, text: str, *, instead_of: str) -> None:
    """Replace the file of the criteria, which holds `instead_of`.

    Raises ProfileError as `check_criteria` does, or where the file cannot be written; then it is
    unchanged.
    """
    check_criteria(path, text, instead_of=instead_of)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text if text.endswith("\n") else f"{text}\n", "utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        found = f"cannot be written ({error.strerror})"
        raise ProfileError((Problem(path, None, found),)) from error


def check_criteria(path: Path, text: str, *, instead_of: str) -> None:
    """Raise ProfileError where the file holds something else by now, or the text cannot be it."""
    if not text.strip():
        raise ProfileError((Problem(path, None, "would be empty; expected interests"),))
    if len(text) > LONGEST_CRITERIA:
        found = f"would have {len(text):,} characters; expected at most {LONGEST_CRITERIA:,}"
        raise ProfileError((Problem(path, None, found),))
    if read_criteria(path).strip() != instead_of.strip():
        changed = "was changed meanwhile by somebody else"
        raise ProfileError((Problem(path, None, changed),), hint="reload the page, and try again")
