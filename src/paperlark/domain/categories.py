"""Which codes are categories of arXiv's, and what people call them."""

from __future__ import annotations

from difflib import get_close_matches

from paperlark.domain.taxonomy import TAXONOMY

CATEGORIES = frozenset(TAXONOMY)
"""Every category, and every archive as a whole (`cs`), because feeds take those too."""


def nearest_category(text: str) -> str | None:
    """Guess which category was meant; None where nothing is near."""
    folded = {category.lower(): category for category in CATEGORIES}
    found = get_close_matches(text.strip().lower().replace("_", "."), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def is_archive(code: str) -> bool:
    """Tell whether a code stands for all categories of an archive, such as `cs`."""
    return any(other.startswith(f"{code}.") for other in CATEGORIES)


def named(code: str) -> str:
    """Give a category's code and name for people: `cs.LG (Machine Learning)`."""
    whole = ", all of it" if is_archive(code) else ""
    return f"{code} ({TAXONOMY[code].name}{whole})"
