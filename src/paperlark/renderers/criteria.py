"""What was understood of a reader's criteria, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.domain.criteria import Criteria
from paperlark.domain.plain_text import one_line
from paperlark.renderers import english


def understood(criteria: Criteria) -> str:
    """Return topics, keywords, remarks and warnings, a line each."""
    return "\n".join(_lines(criteria))


def _lines(criteria: Criteria) -> Iterator[str]:
    yield f"Understood: {english.counted(len(criteria.topics), 'topic')}"
    for topic in criteria.topics:
        yield f"topic: {one_line(topic.name)}"
        if topic.relevant and topic.titled:
            yield f"  for: {one_line(topic.relevant)}"
        if topic.irrelevant:
            yield f"  against: {one_line(topic.irrelevant)}"
    for name, found in (("keywords", criteria.keywords), ("unwanted", criteria.unwanted)):
        if found:
            yield f"{name}: {one_line(', '.join(found))}"
    if criteria.remarks:
        yield f"remarks: {one_line(criteria.remarks)}"
    for warning in criteria.warnings:
        yield f"warning: {one_line(warning)}"
