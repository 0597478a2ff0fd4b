"""Criteria: a reader's interests as people write them, parsed.

`parse` is the way in: `lines` and `markup` read the lines of a text, `blocks` puts them together,
`outline` decides what each block counts as (by `labels`, `phrases`, and `negation` with its `cues`
and `predicates`), `notes` keeps it.
"""

from paperlark.domain.criteria.criteria import Criteria, Statement, Topic
from paperlark.domain.criteria.labels import Part
from paperlark.domain.criteria.parse import excerpt, parse_criteria

__all__ = [
    "Criteria",
    "Part",
    "Statement",
    "Topic",
    "excerpt",
    "parse_criteria",
]
