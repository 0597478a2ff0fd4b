"""What holds at every door of arXiv's: names of categories, and how a paper stands in one."""

from __future__ import annotations

from paperlark.domain.announcement import AnnounceType

# https://arxiv.org/category_taxonomy: two names for one category, the first of them in use.
_SAME = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}


def canonical(category: str) -> str:
    """Give the name that arXiv files a category under."""
    return _SAME.get(category, category)


def announce_type(category: str, primary: str, *, replaced: bool) -> AnnounceType:
    """Say how a paper stands in a category's announcement: at home there, or crossed into it.

    An archive as a whole (`cs`) is the home of all its categories.
    """
    own = canonical(primary) == canonical(category) or primary.startswith(f"{category}.")
    if replaced:
        return AnnounceType.REPLACE if own else AnnounceType.REPLACE_CROSS
    return AnnounceType.NEW if own else AnnounceType.CROSS
