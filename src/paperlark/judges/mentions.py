"""Whether criteria say anything of who wrote a paper."""

from __future__ import annotations

import re

# "Group" alone is a word of algebra, of galaxies and of chemistry.
_PEOPLE = re.compile(
    r"\b(?:(?:co-?)?authors?|authored|affiliat\w*|universit(?:y|ies)|institut(?:es?|ions?)"
    r"|(?:research|working)\s+groups?|groups?\s+(?:at|led\s+by|of\s+(?:Prof|Dr))"
    r"|(?:written|papers?|work)\s+by)\b",
    re.IGNORECASE,
)


def speaks_of_authors(criteria: str) -> bool:
    """Tell whether a judge of these criteria has to see the authors; a doubt is a yes."""
    return _PEOPLE.search(criteria) is not None
