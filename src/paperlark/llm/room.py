"""Room for the thoughts of a model that thinks before it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.ports import ChatModel


class RoomForThoughts:
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
        return self._model.ask(with_room(prompt, self._room()))


def with_room(prompt: Prompt, room: int) -> Prompt:
    """Ask for so much more; a question without a limit has room anyway."""
    if not room or prompt.longest_answer is None:
        return prompt
    return replace(prompt, longest_answer=prompt.longest_answer + room)
