"""What a day with a real local model left behind, and what must hold of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from recording_proxy import Answer


@dataclass(frozen=True, slots=True)
class Usage:
    """Answers and the tokens that they used."""

    answers: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run left behind: our side of it, and the server's.

    `announced` are the papers that the feeds hold for the reader; `unjudged` gives reasons.
    """

    exit_code: int
    seconds: float
    announced: frozenset[str]
    judged: frozenset[str]
    unjudged: Mapping[str, str]
    stored: Usage
    printed: Usage
    answers: tuple[Answer, ...]

    @property
    def counted(self) -> Usage:
        """What the server counted."""
        good = [answer for answer in self.answers if answer.status == HTTPStatus.OK]
        prompt = sum(answer.prompt_tokens or 0 for answer in good)
        return Usage(len(good), prompt, sum(answer.completion_tokens or 0 for answer in good))


def breaches(trial: Trial) -> list[str]:
    """Return what does not hold, in a sentence each."""
    silent = [paper for paper, reason in trial.unjudged.items() if not reason.strip()]
    ended = trial.judged | trial.unjudged.keys()
    claims = {
        f"paperlark ended with exit code {trial.exit_code}": (
            trial.exit_code == (3 if trial.unjudged else 0)
        ),
        f"{len(trial.announced - ended)} papers are neither judged nor unjudged": (
            trial.announced <= ended
        ),
        f"{len(ended - trial.announced)} papers were never announced": ended <= trial.announced,
        "papers are judged and unjudged at once": not trial.judged & trial.unjudged.keys(),
        f"{len(silent)} unjudged papers have no reason": not silent,
        f"stored {trial.stored}, counted by the server {trial.counted}": (
            trial.stored == trial.counted
        ),
        f"printed {trial.printed}, counted by the server {trial.counted}": (
            trial.printed == trial.counted
        ),
        "the model was not asked at all": trial.counted.answers > 0,
    }
    return [breach for breach, holds in claims.items() if not holds]


def table(trial: Trial) -> str:
    """Show the figures."""
    counted, stored = trial.counted, trial.stored
    others = Counter(answer.status for answer in trial.answers) - Counter(
        {HTTPStatus.OK.value: counted.answers}
    )
    cut_off = sum(answer.finish_reason == "length" for answer in trial.answers)
    papers = max(1, len(trial.announced))
    rows = [
        ("papers", f"{len(trial.announced)}"),
        ("judged", f"{len(trial.judged)}"),
        ("unjudged", f"{len(trial.unjudged)}"),
        *((f"  {reason}", f"{n}") for reason, n in Counter(trial.unjudged.values()).most_common()),
        ("answers, ours", f"{stored.answers}"),
        ("answers, the server's", f"{counted.answers}"),
        ("  of these cut off at their limit", f"{cut_off}"),
        *((f"  besides, with HTTP {status}", f"{n}") for status, n in sorted(others.items())),
        ("prompt tokens, ours", f"{stored.prompt_tokens:,}"),
        ("prompt tokens, the server's", f"{counted.prompt_tokens:,}"),
        ("completion tokens, ours", f"{stored.completion_tokens:,}"),
        ("completion tokens, the server's", f"{counted.completion_tokens:,}"),
        ("seconds", f"{trial.seconds:,.0f}"),
        ("seconds a paper", f"{trial.seconds / papers:.1f}"),
    ]
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"{name:<{width}}{figure:>9}" for name, figure in rows)
