"""A model server that judges as models do, counts tokens in o200k, and bills them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock

from werkzeug import Request, Response

from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Prices
from paperlark.judges.estimate import count_tokens
from paperlark.judges.prompt import asks_for_comment
from standins.openai import StandIn, papers_of, says

PRICES = Prices(prompt=Decimal("2.50"), completion=Decimal(10), cached=Decimal("1.25"))
PROFILE = "[judge.prices]\nprompt = 2.50\ncompletion = 10\ncached = 1.25\n"
_MILLION = 10**6
_OVERHEAD = 11
"""Tokens that the chat format adds to two messages."""

_COMMENTS = (
    "Quantizes the key-value cache to two bits with a learned rotation, which is the compression of"
    " attention state that the first topic asks for; the error bound is new.",
    "Prunes attention heads during decoding by their entropy; close to the criterion on sparse"
    " inference, though the idea itself has been published before for vision models.",
    "Speculative decoding with a draft model that is trained online, directly relevant to latency.",
    "A survey of serving systems; it touches on batching but proposes no method of its own, so that"
    " its novelty is low by the criteria, and only its taxonomy may be of use to the reader.",
)
_SUMMARIES = (
    "A learned rotation lets the key-value cache be quantized to two bits with a bound on the error"
    " of attention, at no loss of accuracy on long documents.",
    "Attention heads are pruned while decoding, by their entropy, which halves the time per token"
    " of a model with seven billion parameters.",
    "A draft model that goes on learning online makes speculative decoding twice as fast on text"
    " that differs from its training data.",
    None,
)


@dataclass
class BillingServer:
    """A behaviour of the stand-in that counts billed tokens and their cost."""

    cutoffs: Cutoffs = field(default_factory=Cutoffs)
    billed: Decimal = Decimal(0)
    prompt: int = 0
    completion: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, standing: StandIn, request: Request) -> Response:
        question = json.loads(request.data)
        rows = [self._row(paper["paper"], paper["title"]) for paper in papers_of(question)]
        if '"summary":TEXT' in question["messages"][0]["content"]:
            rows = [row | {"summary": self._summary(str(row["comment"]))} for row in rows]
        text = json.dumps({"rows": rows}, separators=(",", ":"), ensure_ascii=False)
        sent = [message["content"] for message in question["messages"]]
        prompt, (completion,) = sum(count_tokens(sent)) + _OVERHEAD, count_tokens([text])
        with self._lock:
            self.prompt += prompt
            self.completion += completion
            self.billed += (prompt * PRICES.prompt + completion * PRICES.completion) / _MILLION
        usage = {"prompt_tokens": prompt, "completion_tokens": completion}
        return says(text, usage=usage)(standing, request)

    def _summary(self, comment: str) -> object:
        """Say what is new where there is a comment, but for one kind of paper, where it is lost."""
        if not comment:
            return ""
        return _SUMMARIES[_COMMENTS.index(comment)]

    def _row(self, number: int, title: str) -> dict[str, object]:
        """Judge pseudo-randomly, as generously as a model: one in six gets a comment."""
        digest = hashlib.sha256(title.encode()).digest()
        relevance, novelty = 1 + max(0, digest[0] % 12 - 2), 3 + digest[1] % 6
        commented = asks_for_comment(relevance, novelty, self.cutoffs)
        comment = _COMMENTS[digest[2] % len(_COMMENTS)] if commented else ""
        return {"paper": number, "relevance": relevance, "novelty": novelty, "comment": comment}
