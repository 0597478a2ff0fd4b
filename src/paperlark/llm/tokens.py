"""Token counts, context windows, and the headroom that reasoning models need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.ports import ChatModel

# Nobody has these on a machine of their own: at an unknown address there is a gateway to them.
_ONLY_HOSTED = re.compile(r"(?:.*/)?(?:gpt-\d|chatgpt-|o\d|claude-|gemini-)", re.IGNORECASE)


def context_window(model: str, base_url: str) -> int | None:
    """Give how many tokens question and answer may have together, None where that is unknown.

    A model that anybody may serve holds what its server was started with, whatever its name.
    """
    return _listed(model, base_url) or (_listed(model, None) if _ONLY_HOSTED.match(model) else None)


def _listed(model: str, base_url: str | None) -> int | None:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # megabytes of prices

    try:
        _, found = get_snapshot().find_provider_model(model, None, None, base_url)
    except LookupError:
        return None
    return found.context_window


def count_tokens(texts: Iterable[str]) -> tuple[int, ...]:
    """Count the tokens of each text; what looks like a token of control is text, too."""
    from toktok import batch_count  # noqa: PLC0415  # half a second until it has its tables

    return tuple(batch_count(list(texts), "o200k_base", threads=1))


class ReasoningBudget:
    """Implements ChatModel around another one, asking for longer answers where they are needed.

    `room` gives how many tokens are needed now, beside the answer. It is asked for here, outside of
    whoever reckons what a question can cost at most.
    """

    def __init__(self, model: ChatModel, room: Callable[[], int]) -> None:
        self._model = model
        self._room = room

    @property
    def name(self) -> str:
        """The other's name."""
        return self._model.name

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer, with room."""
        return self._model.ask(with_reasoning_budget(prompt, self._room()))


def with_reasoning_budget(prompt: Prompt, room: int) -> Prompt:
    """Ask for so much more; a question without a limit has room anyway."""
    if not room or prompt.longest_answer is None:
        return prompt
    return replace(prompt, longest_answer=prompt.longest_answer + room)
