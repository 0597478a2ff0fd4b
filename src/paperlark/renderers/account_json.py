"""All that is known of one paper, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from paperlark.domain.account import Account, DayOfPaper, Question
from paperlark.domain.judgement import Precedent
from paperlark.domain.paper import abstract_page
from paperlark.domain.spending import Spend


def document(account: Account) -> str:
    """Give everything, replies whole; in ASCII, so that nothing in it commands a terminal."""
    return json.dumps(_account(account), indent=2, default=str)


def _account(account: Account) -> dict[str, Any]:
    return {
        "schema": "paperlark/why/1",
        "id": account.paper_id,
        "url": abstract_page(account.paper_id),
        "profile": account.profile,
        "title": account.paper.title if account.paper else None,
        "announced": [asdict(one) for one in account.listed],
        "days": [_day(one) for one in account.days],
        "votes": [{"vote": one.vote, "at": one.at.isoformat()} for one in account.votes],
    }


def _day(day: DayOfPaper) -> dict[str, Any]:
    match, judged = day.match, day.judgement
    return {
        "day": day.day,
        "outcome": day.fate.name.lower(),
        "reason": day.unjudged.reason if day.unjudged else None,
        "seen_before": day.seen,
        "place": day.entry.place if day.entry else None,
        "followed": [one.name for one in day.entry.followed] if day.entry else [],
        "line": day.side,
        "probability": day.probability,
        "match": match and asdict(match),
        "precedents": [_precedent(one) for one in day.precedents],
        "cutoffs": day.cutoffs and asdict(day.cutoffs),
        "judgement": judged
        and {
            "relevance": judged.relevance,
            "novelty": judged.novelty,
            "comment": judged.comment,
        },
        "model": day.model,
        "judge": day.judge,
        "criteria": day.criteria,
        "readings": [
            {
                "judge": one.judge,
                "version": one.judgement.version,
                "relevance": one.judgement.relevance,
                "novelty": one.judgement.novelty,
                "comment": one.judgement.comment,
                "question": _question(one.question),
            }
            for one in day.said
        ],
    }


def _precedent(one: Precedent) -> dict[str, Any]:
    return {
        "id": one.paper_id,
        "url": one.url,
        "title": one.title,
        "day": one.day,
        "similarity": one.similarity,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "day": question.day,
        "profile": question.profile,
        "at": question.at.isoformat(),
        "batch": question.batch,
        "papers": question.papers,
        **_spend(question.spend),
        "reply": question.reply,
    }


def _spend(spend: Spend) -> dict[str, Any]:
    cost = spend.cost
    return {
        "requests": spend.requests,
        "tokens": spend.tokens and asdict(spend.tokens) | {"total": spend.tokens.total},
        "cost_usd": cost and f"{cost.total:f}",
        "at_most_usd": None if spend.bound is None else f"{spend.bound:f}",
    }
