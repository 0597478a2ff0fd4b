"""A saved paper as the JSON object that a webhook sends."""

from __future__ import annotations

from paperlark.domain.redaction import redacted
from paperlark.domain.saving import SavedPaper
from paperlark.renderers import typeset
from paperlark.renderers.citations.work import work

JsonValue = str | int | None | list[str]


def payload(saved: SavedPaper) -> dict[str, JsonValue]:
    """Return the fields of a saved paper: null is unknown. `paperlark/webhook` has the schema."""
    paper, judgement, match = saved.paper, saved.entry.judgement, saved.entry.match
    texts = {
        "title": typeset.plain(paper.title),
        "abstract": "\n\n".join(typeset.plain_paragraphs(paper.abstract)),
        "comment": typeset.plain(judgement.comment) if judgement and judgement.comment else None,
        "note": saved.note or None,
    }
    shown = {name: text and redacted(text) for name, text in texts.items()}
    return {
        "arxiv": paper.id,
        "version": paper.version,
        "title": shown["title"],
        "authors": [redacted(author.name) for author in paper.authors],
        "abstract": shown["abstract"],
        "categories": list(paper.categories),
        "url": paper.url,
        "pdf": paper.pdf_url,
        "doi": work(paper).doi,
        "announced": f"{saved.day}" if saved.day else None,
        "saved": f"{saved.saved:%Y-%m-%dT%H:%M:%SZ}",
        "relevance": judgement.relevance if judgement else None,
        "novelty": judgement.novelty if judgement else None,
        "criterion": match.topic if match and match.topic else None,
        "comment": shown["comment"],
        "note": shown["note"],
    }
