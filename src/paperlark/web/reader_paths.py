"""The paths of readers: `/r/NAME` and what is below it. Pure, and apart from what answers there."""

from __future__ import annotations

from paperlark.domain import feed_links, vote_links

_START = "/r/"


def reader_path(name: str) -> str:
    """Return the path that a reader's addresses begin with, such as `/r/ada`."""
    return f"{_START}{name}"


def split_path(path: str) -> tuple[str, str]:
    """Return whose path this is and what is below it; the name is empty where it is nobody's."""
    if not path.startswith(_START):
        return "", path
    name, slash, below = path.removeprefix(_START).partition("/")
    return name, f"{slash}{below}"


def is_signed_link(path: str) -> bool:
    """Return whether a path is that of a signed link or feed, which needs no session."""
    return split_path(path)[1].startswith((feed_links.PREFIX, vote_links.PREFIX))
