"""What judging took, day by day and in sum; `tokens.py` finds it out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from paperlark.domain.spending import Tokens
from paperlark.evaluation.full_prompt_baseline import USUAL_SIZE
from paperlark.evaluation.method_metrics import Metric
from paperlark.evaluation.resampling import draws, interval, ratios

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TokensTaken:
    """Of `candidates` papers so many were judged; `kept` of the wanted ones are among them.

    `plain_by_size` is what the plain way takes, by how many papers it puts into one prompt;
    `paperlark` what paperlark's takes.
    """

    candidates: int
    judged: int
    wanted: int
    kept: int
    plain_by_size: Mapping[int, Tokens]
    paperlark: Tokens

    @property
    def plain(self) -> Tokens:
        """What the plain way takes with as many papers in one prompt as is usual."""
        return self.plain_by_size[USUAL_SIZE]

    @property
    def recall(self) -> float | None:
        """The share of the wanted papers that were judged, None where nothing was wanted."""
        return self.kept / self.wanted if self.wanted else None

    def share(self, size: int = USUAL_SIZE) -> float | None:
        """Give paperlark's tokens over the plain way's, None where there was nothing to read."""
        plain = self.plain_by_size[size].total
        return self.paperlark.total / plain if plain else None


@dataclass(frozen=True, slots=True)
class TokenReport:
    """One reader's test days, one at least, each with what it took.

    `told_all` says that all papers of the days before were known, and not only what paperlark
    itself would have read of them. `recall` is what the line aims at.
    """

    reader: str
    history: int
    told_all: bool
    recall: float
    seed: int
    replicates: int
    version: str
    days: Mapping[date, TokensTaken]
    notes: tuple[str, ...] = ()

    @property
    def sum(self) -> TokensTaken:
        """All days together."""
        days = tuple(self.days.values())
        return TokensTaken(
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
        """The share of the plain way's tokens that paperlark takes, and its interval."""
        days = self.days.values()
        return self._ratio([day.paperlark.total for day in days], [day.plain.total for day in days])

    @property
    def recall_kept(self) -> Metric:
        """The share of the wanted papers that were judged, and its interval."""
        days = self.days.values()
        return self._ratio([day.kept for day in days], [day.wanted for day in days])

    def _ratio(self, above: Sequence[int], below: Sequence[int]) -> Metric:
        """Give a quotient of sums over the days, and over draws of them with replacement."""
        once = np.ones((1, len(above)), dtype=np.int64)
        times = np.vstack([once, draws(len(above), self.seed, self.replicates)])
        found = ratios(np.array(above, dtype=float), np.array(below, dtype=float), times)
        value = float(found[0])
        return Metric(value, interval(found[1:])) if math.isfinite(value) else Metric(None, None)


def as_json(report: TokenReport) -> Json:
    """Give plain values; what is unknown is None, and nothing is NaN."""
    whole = report.sum
    return {
        "reader": report.reader,
        "history_days": report.history,
        "lessons": "all" if report.told_all else "read",
        "recall_target": report.recall,
        "plain_papers_a_prompt": USUAL_SIZE,
        "days": [{"day": day.isoformat()} | _row(taken) for day, taken in report.days.items()],
        "sum": _row(whole)
        | {
            "intervals": {
                "recall_kept": _pair(report.recall_kept),
                "share_of_tokens": _pair(report.share),
            }
        },
        "other_plain_ways": [
            {
                "papers_a_prompt": size,
                "plain_tokens": _tokens(whole.plain_by_size[size]),
                "share_of_tokens": whole.share(size),
            }
            for size in whole.plain_by_size
            if size != USUAL_SIZE
        ],
        "seed": report.seed,
        "replicates": report.replicates,
        "version": report.version,
        "notes": list(report.notes),
    }


def _row(taken: TokensTaken) -> dict[str, object]:
    return {
        "candidates": taken.candidates,
        "judged": taken.judged,
        "wanted": taken.wanted,
        "kept": taken.kept,
        "recall_kept": taken.recall,
        "plain_tokens": _tokens(taken.plain),
        "paperlark_tokens": _tokens(taken.paperlark),
        "share_of_tokens": taken.share(),
        "tokens_per_judged": _each(taken.paperlark, taken.judged),
        "tokens_per_kept": _each(taken.paperlark, taken.kept),
    }


def _tokens(tokens: Tokens) -> Json:
    return {"prompt": tokens.prompt, "completion": tokens.completion, "total": tokens.total}


def _each(tokens: Tokens, papers: int) -> float | None:
    return tokens.total / papers if papers else None


def _pair(figure: Metric) -> list[float] | None:
    spread = figure.interval
    return [spread.low, spread.high] if spread else None


def _add(all_of: Sequence[Tokens]) -> Tokens:
    return Tokens(sum(one.prompt for one in all_of), sum(one.completion for one in all_of))
