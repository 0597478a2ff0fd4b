"""Write the file of the criteria, unless somebody else has changed it meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from paperlark.domain.errors import Problem, ProfileError
from paperlark.settings.load import LONGEST_CRITERIA, read_criteria


def write_criteria(path: Path, text: str, *, instead_of: str) -> None:
    """Replace the file of the criteria, which holds `instead_of`.

    Raises ProfileError where it holds something else by now, where the text is too long or empty,
    or the file cannot be written; then it is unchanged.
    """
    if not text.strip():
        raise ProfileError((Problem(path, None, "would be empty; expected interests"),))
    if len(text) > LONGEST_CRITERIA:
        found = f"would have {len(text):,} characters; expected at most {LONGEST_CRITERIA:,}"
        raise ProfileError((Problem(path, None, found),))
    if read_criteria(path).strip() != instead_of.strip():
        changed = "was changed meanwhile by somebody else"
        raise ProfileError((Problem(path, None, changed),), hint="reload the page, and try again")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text if text.endswith("\n") else f"{text}\n", "utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        found = f"cannot be written ({error.strerror})"
        raise ProfileError((Problem(path, None, found),)) from error
