"""The JSON page, with a documented and versioned schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from paperlark.domain.digest import Batch, Digest, Entry, Page
from paperlark.domain.exploration import AchievedRecall, Unread
from paperlark.domain.judgement import Agreement, Match, Nearest, Precedent, Unjudged
from paperlark.domain.paper import NO_DETAILS, Paper
from paperlark.domain.paper_facts import NO_FACTS, facts_of
from paperlark.domain.profile import ENGLISH
from paperlark.domain.spending import Cost, PriceSource, Spend, Tokens, UnderWay
from paperlark.renderers import wording


class JsonRenderer:
    """Renders `day.json`; see `schema.py` for its schema."""

    def render(self, digest: Digest) -> Page:
        """Render the page."""
        # Building the models takes a fifth of a second: only rendering JSON pays for it.
        from paperlark.renderers.schema import JsonDigest  # noqa: PLC0415

        document = JsonDigest.model_validate(_document(digest))
        # Pages without these stay as they were before they existed.
        optional = ("translation", "understood", "under_way", "summaries")
        unused = {key for key in optional if not getattr(digest, key)}
        unused |= {"language"} if digest.language == ENGLISH else set()
        text = document.model_dump_json(indent=2, by_alias=True, exclude=unused) + "\n"
        return Page(PurePosixPath(f"{digest.day}.json"), "application/json", text.encode())


def _document(digest: Digest) -> dict[str, Any]:
    return {
        "schema": "paperlark/digest/1",
        "day": digest.day,
        "profile": digest.profile,
        "categories": digest.categories,
        "status": digest.status,
        "notes": digest.notes,
        "usage": None if digest.model is None else _usage(digest.model, digest),
        "cutoffs": digest.cutoffs and asdict(digest.cutoffs),
        "funnel": asdict(digest.funnel),
        "batches": tuple(_batch(batch) for batch in digest.batches),
        "entries": tuple(_entry(entry) for entry in digest.entries),
        "updated": tuple(
            _paper(one.paper) | {"first_announced": one.since} for one in digest.updated
        ),
        "unjudged": tuple(_missing(missing) for missing in digest.unjudged),
        "unread": tuple(_unread(one) for one in digest.unread),
        "missed": digest.missed and asdict(digest.missed),
        "recall": digest.achieved and recall_record(digest.achieved),
        "agreement": digest.agreement and _agreement(digest.agreement),
        "prompt": digest.prompt,
        "understood": digest.understood,
        "translation": digest.translation,
        "under_way": digest.under_way and under_way_record(digest.under_way),
        "summaries": digest.summaries,
        "language": digest.language,
    }


def recall_record(achieved: AchievedRecall) -> dict[str, Any]:
    """Return an achieved recall as JSON values; null is unknown."""
    low, high = achieved.interval or (None, None)
    return asdict(achieved) | {"share": achieved.share, "low": low, "high": high}


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "category": batch.category,
        "via": batch.via,
        "confirmed_by": batch.confirmed,
        "entries": batch.entries,
        "expected": batch.expected,
        "reconstructed": batch.reconstructed,
        "tried": batch.trail,
    }


def _usage(model: str, digest: Digest) -> dict[str, Any]:
    spend = digest.spend or Spend(None, None)
    tokens = spend.tokens
    return {
        "model": model,
        "requests": digest.spend and wording.requests(digest),
        "tokens": tokens and token_record(tokens),
        "cost_usd": cost_record(spend.cost),
        "at_most_usd": None if spend.most is None else f"{spend.most:f}",
        "tokens_per_judged": tokens and wording.tokens_per(tokens, digest.funnel.judged),
        "tokens_per_selected": tokens and wording.tokens_per(tokens, wording.judged_on(digest)),
        "prices": source_record(digest.prices),
    }


def source_record(prices: PriceSource | None) -> Mapping[str, object] | None:
    """Return the source of a price as JSON values, None if no price is known."""
    if prices is None:
        return None
    return {"source": prices.name, "url": prices.url, "checked": prices.checked}


def under_way_record(questions: UnderWay) -> dict[str, Any]:
    """Return questions whose answers are not stored as JSON values; null is unknown."""
    return {
        "questions": questions.questions,
        "tokens": questions.tokens
        and {"prompt": questions.tokens.prompt, "completion": questions.tokens.completion},
        "at_most_usd": None if questions.most is None else f"{questions.most:f}",
    }


def token_record(tokens: Tokens) -> Mapping[str, int]:
    """Return tokens as JSON values."""
    return {
        "prompt": tokens.prompt,
        "cached": tokens.cached,
        "completion": tokens.completion,
        "total": tokens.total,
    }


def cost_record(cost: Cost | None) -> Mapping[str, str] | None:
    """Return a cost as decimal text without exponents, which some parsers reject; None: unknown."""
    if cost is None:
        return None
    return {
        "prompt": f"{cost.prompt:f}",
        "completion": f"{cost.completion:f}",
        "total": f"{cost.total:f}",
    }


def _paper(paper: Paper) -> dict[str, Any]:
    return asdict(paper) | {
        "url": paper.url,
        "pdf_url": paper.pdf_url,
        "details": paper_details_record(paper),
    }


def paper_details_record(paper: Paper) -> dict[str, Any] | None:
    """Return details and parsed facts of a paper as JSON values; None where there are none."""
    facts = facts_of(paper)
    if paper.details == NO_DETAILS and facts == NO_FACTS:
        return None
    return asdict(paper.details) | asdict(facts)


def _entry(entry: Entry) -> dict[str, Any]:
    judgement = entry.judgement
    return _paper(entry.paper) | {
        "place": entry.place,
        "anchor": entry.paper.anchor,
        "announce_type": entry.type,
        "followed": tuple(
            {
                "name": one.name,
                "by": "name" if one.by_name_only else "id",
                "order_reversed": one.order_reversed,
            }
            for one in entry.followed
        ),
        "comment": entry.comment,
        "judgement": judgement
        and {
            "relevance": judgement.relevance,
            "novelty": judgement.novelty,
            "comment": judgement.comment,
            "summary": judgement.summary,
        },
        "outside": entry.outside,
        "unjudged": entry.unjudged,
        "match": entry.match and _match(entry.match),
        "precedents": tuple(_precedent(one) for one in entry.precedents),
    }


def _match(match: Match) -> dict[str, Any]:
    """Return all but the score, whose scale is internal to the ranker."""
    fields = {name: value for name, value in asdict(match).items() if name != "score"}
    return fields | {"nearest": match.nearest and _nearest(match.nearest)}


def _nearest(nearest: Nearest | Precedent) -> dict[str, Any]:
    return {
        "id": nearest.paper_id,
        "url": nearest.url,
        "title": nearest.title,
        "day": nearest.day,
    }


def _precedent(precedent: Precedent) -> dict[str, Any]:
    return _nearest(precedent) | {"similarity": precedent.similarity}


def _unread(unread: Unread) -> dict[str, Any]:
    return {
        "id": unread.paper_id,
        "url": unread.url,
        "title": unread.title,
        "probability": unread.probability,
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return asdict(agreement) | {"share": agreement.share}


def _missing(missing: Unjudged) -> dict[str, Any]:
    paper = missing.paper
    return {
        "id": paper.id,
        "version": paper.version,
        "url": paper.url,
        "title": paper.title,
        "lack": missing.cause,
        "reason": missing.reason,
    }
