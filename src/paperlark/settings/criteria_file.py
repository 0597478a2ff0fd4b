"""Write the file of the criteria, unless somebody else has changed it meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from paperlark.domain.errors import Problem, ProfileError
from paperlark.settings.load import LONGEST_CRITERIA, read_criteria
from paperlark.settings.profile_edit import changed_meanwhile


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
    check_new_criteria(path, text)
    if read_criteria(path).strip() != instead_of.strip():
        raise changed_meanwhile(path)


def check_new_criteria(name: Path | str, text: str) -> None:
    """Raise ProfileError, naming the criteria, where a text cannot be they."""
    if not text.strip():
        raise ProfileError((Problem(name, None, "would be empty; expected interests"),))
    if len(text) > LONGEST_CRITERIA:
        found = f"would have {len(text):,} characters; expected at most {LONGEST_CRITERIA:,}"
        raise ProfileError((Problem(name, None, found),))
