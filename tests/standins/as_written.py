"""Criteria as people write them, with what counts for and against in them."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.criteria import Criteria, parse_criteria


@dataclass(frozen=True, slots=True)
class Written:
    """A text, the phrases that count for and against, and the least number of topics."""

    text: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()
    topics: int = 1


def counted(criteria: Criteria) -> tuple[str, str]:
    """Return everything that counts for and everything that counts against, in lower case."""
    wanted = [part for topic in criteria.topics for part in (topic.name, topic.relevant)]
    against = [topic.irrelevant for topic in criteria.topics]
    return (
        "\n".join([*wanted, *criteria.keywords, criteria.remarks]).lower(),
        "\n".join([*against, *criteria.unwanted]).lower(),
    )


def check(written: Written) -> None:
    """Hold that each phrase counts as it should, and that no unwanted one counts for."""
    criteria = parse_criteria(written.text)
    wanted, unwanted = counted(criteria)
    assert [one for one in written.wanted if one not in wanted] == []
    assert [one for one in written.unwanted if one not in unwanted] == []
    assert [one for one in written.unwanted if one in wanted] == []
    assert len(criteria.topics) >= written.topics
