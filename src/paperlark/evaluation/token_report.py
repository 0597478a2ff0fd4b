"""Token counts of judging, per day and in sum; `tokens` computes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from paperlark.domain.spending import Tokens
from paperlark.evaluation.full_prompt_baseline import USUAL_SIZE
from paperlark.evaluation.method_metrics import Metric, bootstrap_counts, interval, ratios
from paperlark.evaluation.report import Json, as_pair


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """How many of `candidates` papers were judged; `kept` of the `wanted` ones are among them.

    `plain_by_size` counts the plain prompts, by the papers in one prompt; `paperlark` counts
    paperlark's own prompts and answers.
    """

    candidates: int
    judged: int
    wanted: int
    kept: int
    plain_by_size: Mapping[int, Tokens]
    paperlark: Tokens

    @property
    def plain(self) -> Tokens:
        """The tokens of plain prompts with USUAL_SIZE papers each."""
        return self.plain_by_size[USUAL_SIZE]

    @property
    def recall(self) -> float | None:
        """The share of the wanted papers that were judged, None where nothing was wanted."""
        return self.kept / self.wanted if self.wanted else None

    def share(self, size: int = USUAL_SIZE) -> float | None:
        """Return paperlark's tokens over those of plain prompts, None where there are no papers."""
        plain = self.plain_by_size[size].total
        return self.paperlark.total / plain if plain else None


@dataclass(frozen=True, slots=True)
class TokenReport:
    """The token counts of one reader's test days, at least one.

    With `all_known` all labels of the days before were known, otherwise those of the papers that
    paperlark would have judged. `recall` is the target of the threshold.
    """

    reader: str
    history: int
    all_known: bool
    recall: float
    seed: int
    replicates: int
    version: str
    days: Mapping[date, TokenCounts]
    notes: tuple[str, ...] = ()

    @property
    def sum(self) -> TokenCounts:
        """All days together."""
        days = tuple(self.days.values())
        return TokenCounts(
            candidates=sum(day.candidates for day in days),
            judged=sum(day.judged for day in days),
            wanted=sum(day.wanted for day in days),
            kept=sum(day.kept for day in days),
            plain_by_size={
                size: _add([day.plain_by_size[size] for day in days])
                for size in days[0].plain_by_size
            },
            paperlark=_add([day.paperlark for day in days]),
        )

    @property
    def share(self) -> Metric:
        """Paperlark's tokens over those of plain prompts."""
        days = self.days.values()
        return self._ratio([day.paperlark.total for day in days], [day.plain.total for day in days])

    @property
    def recall_kept(self) -> Metric:
        """The share of the wanted papers that were judged."""
        days = self.days.values()
        return self._ratio([day.kept for day in days], [day.wanted for day in days])

    def _ratio(self, numerators: Sequence[int], denominators: Sequence[int]) -> Metric:
        """Return the ratio of sums over the days, with its bootstrap interval."""
        counts = bootstrap_counts(len(numerators), self.seed, self.replicates)
        counts = np.vstack([np.ones((1, len(numerators)), dtype=np.int64), counts])
        found = ratios(np.array(numerators, float), np.array(denominators, float), counts)
        value = float(found[0])
        return Metric(value, interval(found[1:])) if math.isfinite(value) else Metric(None, None)


def as_json(report: TokenReport) -> Json:
    """Return plain values; what is unknown is None, and nothing is NaN."""
    whole = report.sum
    intervals = {
        "recall_kept": as_pair(report.recall_kept.interval),
        "share_of_tokens": as_pair(report.share.interval),
    }
    return {
        "reader": report.reader,
        "history_days": report.history,
        "lessons": "all" if report.all_known else "read",
        "recall_target": report.recall,
        "plain_papers_a_prompt": USUAL_SIZE,
        "days": [{"day": day.isoformat()} | _row(counts) for day, counts in report.days.items()],
        "sum": _row(whole) | {"intervals": intervals},
        "other_plain_ways": [
            {
                "papers_a_prompt": size,
                "plain_tokens": _tokens(tokens),
                "share_of_tokens": whole.share(size),
            }
            for size, tokens in whole.plain_by_size.items()
            if size != USUAL_SIZE
        ],
        "seed": report.seed,
        "replicates": report.replicates,
        "version": report.version,
        "notes": list(report.notes),
    }


def _row(counts: TokenCounts) -> dict[str, object]:
    total = counts.paperlark.total
    return {
        "candidates": counts.candidates,
        "judged": counts.judged,
        "wanted": counts.wanted,
        "kept": counts.kept,
        "recall_kept": counts.recall,
        "plain_tokens": _tokens(counts.plain),
        "paperlark_tokens": _tokens(counts.paperlark),
        "share_of_tokens": counts.share(),
        "tokens_per_judged": total / counts.judged if counts.judged else None,
        "tokens_per_kept": total / counts.kept if counts.kept else None,
    }


def _tokens(tokens: Tokens) -> Json:
    return {"prompt": tokens.prompt, "completion": tokens.completion, "total": tokens.total}


def _add(counts: Sequence[Tokens]) -> Tokens:
    return Tokens(sum(one.prompt for one in counts), sum(one.completion for one in counts))
