"""The commands of the reading app, and the key of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "next": "the next paper; this one counts as seen",
        "previous": "the paper before",
        "want": "want: more like this",
        "not": "not for me: fewer like this",
        "later": "decide later",
        "save": "save, and learn from it",
        "abstract": "show or fold the abstract",
        "arxiv": "open arXiv's page",
        "pdf": "open the PDF",
        "note": "write a note",
        "undo": "undo, as often as you like",
        "hide": "hide or show what was seen",
        "search": "search",
        "help": "these keys",
    }
)
"""Each command, and what it does."""

KEYS: Mapping[str, str] = MappingProxyType(dict(zip(COMMANDS, "jkyxlsovbnuh/?", strict=True)))
"""The key of each command, by default; empty where a command has none."""


def with_changes(changes: Mapping[str, str]) -> Mapping[str, str]:
    """Return the keys with some changed; raises ValueError naming what is wrong with one."""
    for command, key in changes.items():
        if command not in COMMANDS:
            raise ValueError(f"there is no command {command!r}; there are {', '.join(COMMANDS)}")
        if len(key) > 1 or key.isspace() or (key and not key.isprintable()):
            raise ValueError(f"{command}: expected one character, or nothing for no key")
    keys = {**KEYS, **changes}
    used = [key for key in keys.values() if key]
    if twice := sorted({key for key in used if used.count(key) > 1}):
        both = ", ".join(command for command, key in keys.items() if key == twice[0])
        raise ValueError(f"the key {twice[0]!r} would do several things: {both}")
    return MappingProxyType(keys)
