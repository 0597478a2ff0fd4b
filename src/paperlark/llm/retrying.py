"""A chat model that asks again while its server is busy, and adds up what that may have cost."""

from __future__ import annotations

from dataclasses import replace

import stamina

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import ModelBusy, ModelError
from paperlark.domain.spending import Spend, total
from paperlark.ports import ChatModel


def worth_waiting(error: Exception, longest: float) -> bool | float:
    """Say whether to ask again, or after how many seconds where the server named them."""
    if not isinstance(error, ModelBusy):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= longest else False


class Retrying:
    """Implements ChatModel around one that asks its server once.

    A question is put up to `attempts` times, for `patience` seconds in all; a server that wants to
    be left alone for longer than `longest_wait` seconds is.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        attempts: int = 4,
        patience: float = 240.0,
        longest_wait: float = 60.0,
    ) -> None:
        self._model = model
        self._retrying = stamina.RetryingCaller(
            attempts=attempts, timeout=patience, wait_initial=1.0, wait_max=30.0
        ).on(lambda error: worth_waiting(error, longest_wait))

    @property
    def name(self) -> str:
        """The other's name."""
        return self._model.name

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer, sooner or later."""
        lost: list[Spend] = []
        try:
            reply = self._retrying(self._attempt, prompt, lost)
        except ModelError as error:
            # What is known of the last attempt stays known beside what is not of the others.
            earlier = lost if error.spend is None else lost[:-1]
            error.lost = total(earlier) if earlier else None
            raise
        return replace(reply, lost=total(lost) if lost else None)

    def _attempt(self, prompt: Prompt, lost: list[Spend]) -> ChatReply:
        try:
            return self._model.ask(prompt)
        except ModelError as error:
            if error.spend is not None:
                lost.append(error.spend)
            raise
