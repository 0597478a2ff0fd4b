"""Draft criteria from papers that a reader likes: a topic for each cluster, for them to edit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from paperlark.domain.criteria import Topic, parse_criteria
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line
from paperlark.importing.clusters import cluster_papers
from paperlark.importing.telling_words import is_reserved, telling_words
from paperlark.rankers.embedding import Embedding
from paperlark.renderers import typeset

MOST_WORDS = 25
"""Words of a topic: with 12 a drafted page is worse, with 40 hardly better and tedious to edit."""
EXAMPLES = 3
LONGEST_TITLE = 150
_NAME_WORDS = 2
"""Phrases that name a topic."""


@dataclass(frozen=True, slots=True)
class PaperCluster:
    """Papers on one subject, the most typical first, and the words that tell it from the others."""

    name: str
    words: tuple[str, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class DraftedCriteria:
    """Criteria drafted from papers: `text` is Markdown, with a topic for each cluster."""

    text: str
    clusters: tuple[PaperCluster, ...]


def draft_criteria(papers: Sequence[Paper]) -> DraftedCriteria:
    """Draft criteria; the same papers give the same text in any order. No papers: no text."""
    every = cluster_papers(tuple({paper.id: paper for paper in papers}.values()))
    words = telling_words(every, MOST_WORDS, Embedding.shipped())
    clusters: list[PaperCluster] = []
    for members, found in zip(every, words, strict=True):
        own = _understood(found.own)
        listed = _understood(found.words) or own or _plain_words(members[0].title)
        clusters.append(PaperCluster(_name(own or listed), listed, members))
    return DraftedCriteria("\n".join(map(_topic, clusters)), tuple(clusters))


def _understood(words: Sequence[str]) -> tuple[str, ...]:
    """Keep the words that criteria read as written: not `NO`, nor `_emphasis_`."""
    return tuple(one for one in words if _is_understood(one))


def _is_understood(word: str) -> bool:
    criteria = parse_criteria(f"## {word}\n\nRelevant: {word}.\n")
    return criteria.topics == (Topic(word, f"{word}."),)


def _plain_words(title: str) -> tuple[str, ...]:
    """Return a title as words, where no word of a cluster is telling."""
    words = re.findall(r"[^\W_]+", typeset.plain(title))
    title = " ".join([one for one in words if not is_reserved(one)][:8])
    return _understood([title]) or ("untitled papers",)


def _name(words: Sequence[str]) -> str:
    name = " and ".join(words[:_NAME_WORDS])
    return name[:1].upper() + name[1:]


def _topic(cluster: PaperCluster) -> str:
    """Write one topic; the examples are a comment, so that they do not count as criteria."""
    examples = "\n".join(f"- {_title(paper)}" for paper in cluster.papers[:EXAMPLES])
    words = ", ".join(cluster.words)
    return f"## {cluster.name}\n\n<!-- For example:\n{examples}\n-->\n\nRelevant: {words}.\n"


def _title(paper: Paper) -> str:
    """Return a title that cannot end the comment that it stands in."""
    title = re.sub(r"-{2,}|[<>]", " ", typeset.plain(one_line(paper.title)))
    title = " ".join(title.split())
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
