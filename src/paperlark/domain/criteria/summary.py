"""What was understood of criteria, as lines of plain text: for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from paperlark.domain.plain_text import one_line

if TYPE_CHECKING:
    from paperlark.domain.criteria.criteria import Criteria, Topic


def summarize(criteria: Criteria) -> Iterator[str]:
    """Yield topics, each with what counts for and against, keywords, remarks and warnings."""
    for number, topic in enumerate(criteria.topics, start=1):
        yield from _topic(number, topic)
    fields = {
        "Keywords": ", ".join(criteria.keywords),
        "Not wanted": ", ".join(criteria.unwanted),
        "Remarks, read by a model only": criteria.remarks,
    }
    yield from (f"{name}: {one_line(text)}" for name, text in fields.items() if text)
    yield from (f"! {one_line(warning)}" for warning in criteria.warnings)


def _topic(number: int, topic: Topic) -> Iterator[str]:
    name, relevant = one_line(topic.name), one_line(topic.relevant)
    yield f"{number}. {name}"
    if relevant.rstrip(".") not in {"", name}:
        yield f"   for      {relevant}"
    if topic.irrelevant:
        yield f"   against  {one_line(topic.irrelevant)}"
