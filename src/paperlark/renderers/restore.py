"""Restores a digest from its JSON page and manifest.

Not restored, because neither file has them: the score of the ranker (its rank is there), and
abstract and authors of a paper that was not judged.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from paperlark.domain.announcement import Via
from paperlark.domain.digest import AuthorMatch, Batch, Digest, Entry, Funnel, Updated
from paperlark.domain.errors import DigestInconsistent, StoreError
from paperlark.domain.exploration import AchievedRecall, Explored, Missed, Unread
from paperlark.domain.judgement import (
    Agreement,
    Judgement,
    Match,
    Nearest,
    Precedent,
    Reading,
    Unjudged,
)
from paperlark.domain.paper import NO_DETAILS, Author, Paper, PaperDetails, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Cost, PriceSource, Spend, Tokens, UnderWay
from paperlark.renderers import schema


def restore(page: bytes, manifest: bytes, name: str) -> Digest:
    """Read the page and manifest of the day `name`; raises StoreError if they are invalid."""
    try:
        return _digest(schema.JsonDigest.model_validate_json(page), json.loads(manifest))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"could not read the page of {name} and its manifest",
            hint=f"skip that day and make its page again: paperlark run --date {name}",
        ) from error


def restore_page(page: bytes, name: str) -> Digest:
    """Read a page without its manifest; raises StoreError if it is invalid.

    Criteria and judge are then unknown, and so are unselected papers that the page does not name.
    """
    inputs: dict[str, Any] = {"inputs": (), "judge": None, "criteria": ""}
    try:
        document = schema.JsonDigest.model_validate_json(page)
        digest = _digest(document, inputs | {"judgements": (), "scanned": ()})
        return replace(digest, batches=tuple(_printed_batch(one) for one in document.batches))
    except (ValueError, TypeError, DigestInconsistent) as error:
        raise StoreError(f"could not read the page of {name}") from error


def _digest(page: schema.JsonDigest, manifest: dict[str, Any]) -> Digest:
    usage = page.usage
    return Digest(
        day=page.day,
        profile=page.profile,
        # Pages made before ids have none.
        reader=str(manifest.get("id") or ""),
        categories=page.categories,
        status=page.status,
        model=usage.model if usage else None,
        spend=_spend(usage) if usage else None,
        cutoffs=Cutoffs(**page.cutoffs.model_dump()) if page.cutoffs else None,
        funnel=Funnel(**page.funnel.model_dump()),
        entries=tuple(_entry(entry) for entry in page.entries),
        unjudged=tuple(_unjudged(missing) for missing in page.unjudged),
        prompt=page.prompt,
        understood=tuple(page.understood),
        translation=page.translation,
        notes=page.notes,
        batches=tuple(_batch(one) for one in manifest["inputs"]),
        updated=tuple(Updated(_paper(one), one.first_announced) for one in page.updated),
        criteria=str(manifest["criteria"]),
        judge=manifest["judge"],
        judgements=tuple(Judgement(**one) for one in manifest["judgements"]),
        scanned=tuple(PaperId(one) for one in manifest["scanned"]),
        # Pages made before random samples existed have none.
        explored=tuple(Explored(**one) for one in manifest.get("explored", ())),
        unread=tuple(Unread(PaperId(u.id), u.title, u.probability) for u in page.unread),
        missed=Missed(**page.missed.model_dump()) if page.missed else None,
        achieved=_achieved(page.recall) if page.recall else None,
        # Pages made before repeated readings existed have one.
        readings=tuple(
            Reading(one["judge"], tuple(Judgement(**fields) for fields in one["judgements"]))
            for one in manifest.get("readings", ())
        ),
        agreement=_agreement(page.agreement) if page.agreement else None,
        prices=_prices(usage.prices) if usage and usage.prices else None,
        under_way=_under_way(page.under_way) if page.under_way else None,
        summaries=page.summaries,
        language=page.language,
    )


def _achieved(recall: schema.JsonRecall) -> AchievedRecall:
    return AchievedRecall(recall.days, recall.read, Missed(**recall.missed.model_dump()))


def _under_way(cut_off: schema.JsonUnderWay) -> UnderWay:
    tokens, most = cut_off.tokens, cut_off.at_most_usd
    return UnderWay(
        cut_off.questions,
        Tokens(tokens.prompt, tokens.completion) if tokens else None,
        None if most is None else Decimal(most),
    )


def _agreement(agreement: schema.JsonAgreement) -> Agreement:
    return Agreement(**agreement.model_dump(exclude={"share"}))


def _spend(usage: schema.JsonUsage) -> Spend | None:
    tokens, cost = usage.tokens, usage.cost_usd
    if (usage.requests, tokens, cost, usage.at_most_usd) == (None,) * 4:
        return None
    return Spend(
        Tokens(tokens.prompt, tokens.completion, tokens.cached) if tokens else None,
        Cost(Decimal(cost.prompt), Decimal(cost.completion)) if cost else None,
        usage.requests or 0,
        None if usage.at_most_usd is None else Decimal(usage.at_most_usd),
    )


def _prices(prices: schema.JsonPrices) -> PriceSource:
    return PriceSource(prices.source, prices.url, prices.checked)


def _paper(paper: schema.JsonPaper) -> Paper:
    return Paper(
        id=PaperId(paper.id),
        version=paper.version,
        title=paper.title,
        authors=tuple(Author(author.name, author.affiliation) for author in paper.authors),
        abstract=paper.abstract,
        categories=paper.categories,
        details=_details(paper.details) if paper.details else NO_DETAILS,
    )


def _details(said: schema.JsonDetails) -> PaperDetails:
    return PaperDetails(said.comments, said.journal_reference, said.doi, said.licence)


def _entry(entry: schema.JsonEntry) -> Entry:
    paper, judged = _paper(entry), entry.judgement
    return Entry(
        place=entry.place,
        paper=paper,
        type=entry.announce_type,
        match=_match(entry.match) if entry.match else None,
        followed=tuple(
            AuthorMatch(one.name, one.by == "name", one.order_reversed) for one in entry.followed
        ),
        judgement=Judgement(paper.id, paper.version, **judged.model_dump()) if judged else None,
        outside=entry.outside,
        unjudged=entry.unjudged,
        precedents=tuple(_precedent(one) for one in entry.precedents),
    )


def _match(match: schema.JsonMatch) -> Match:
    near = match.nearest
    nearest = Nearest(PaperId(near.id), near.title, near.day) if near else None
    fields = match.model_dump(exclude={"nearest"})
    return Match(score=1 / match.rank, nearest=nearest, **fields)


def _precedent(one: schema.JsonPrecedent) -> Precedent:
    return Precedent(PaperId(one.id), one.title, one.day, one.similarity)


def _unjudged(missing: schema.JsonMissing) -> Unjudged:
    paper = Paper(PaperId(missing.id), missing.version, missing.title, (), "", ("",))
    return Unjudged(paper, missing.lack, missing.reason)


def _printed_batch(one: schema.JsonBatch) -> Batch:
    return Batch(
        category=one.category,
        via=Via(one.via) if one.via else None,
        confirmed=Via(one.confirmed_by) if one.confirmed_by else None,
        entries=one.entries,
        expected=one.expected,
        trail=one.tried,
    )


def _batch(one: dict[str, Any]) -> Batch:
    return Batch(
        category=one["category"],
        via=Via(one["via"]) if one["via"] else None,
        confirmed=Via(one["confirmed"]) if one["confirmed"] else None,
        entries=one["entries"],
        expected=one["expected"],
        trail=tuple(one["trail"]),
        sha256=one["sha256"],
    )
