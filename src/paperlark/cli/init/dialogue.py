"""A dialogue of several questions, in which a reader can always go back or ask for help.

`<` goes back to the previous prompt of a question, and from its first to the previous question;
`?` explains the prompt. A question asked again offers what was answered before. To go back within
a question, it is run again with the earlier answers, silently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

_Answer = TypeVar("_Answer")
_State = TypeVar("_State")
INDENT = "   "
WIDTH = 96
BACK = frozenset(("<", "back"))
NONE = frozenset(("none", "-"))
HELP = "Type ? for an explanation of any question, < (or back) to go back, Ctrl-C to quit."
_KEYS = "< goes back to the previous question; Ctrl-C quits, and nothing is written."


class GoBack(Exception):
    """The reader wants the previous prompt."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """An answer, or (`typed` false) what was worked out between two prompts."""

    value: Any
    typed: bool = True


@dataclass(slots=True)
class Dialogue:
    """Prompts of the question that is asked, and what was typed so far.

    `earlier` has the last answer to each prompt, by question and prompt; `no_way_back` is said
    where somebody wants to go back from the first one.
    """

    question: int = 0
    first: bool = True
    no_way_back: str = "this is the first question: there is none to go back to"
    earlier: dict[tuple[int, str], str] = field(default_factory=dict)
    _replay: list[_Recorded] = field(default_factory=list)
    _recorded: list[_Recorded] = field(default_factory=list)

    def run(
        self, questions: Sequence[Callable[[Dialogue, _State], _State]], state: _State
    ) -> _State:
        """Ask one question after the other, each of which returns the state with its answer."""
        at = 0
        while at < len(questions):
            self.question, self.first = at, at == 0
            try:
                state = self._ask(questions[at], state)
                at += 1
            except GoBack:
                at -= 1
        return state

    def _ask(self, question: Callable[[Dialogue, _State], _State], state: _State) -> _State:
        replay: list[_Recorded] = []
        while True:
            self._replay, self._recorded = [*replay], []
            try:
                return question(self, state)
            except GoBack:
                replay = self._without_last()
                if replay is self._recorded:
                    raise

    def _without_last(self) -> list[_Recorded]:
        """Return what was recorded before the last typed answer; the same list if none was."""
        for at in reversed(range(len(self._recorded))):
            if self._recorded[at].typed:
                return self._recorded[:at]
        return self._recorded

    def show(self, text: str, indent: str = INDENT) -> None:
        """Print a text between two prompts."""
        if self._replay:
            return
        for line in text.splitlines():
            click.echo(click.wrap_text(line, WIDTH, indent, indent) if line.strip() else "")

    def show_as_it_is(self, text: str) -> None:
        """Print a text whose lines are laid out already."""
        if not self._replay:
            click.echo("\n".join(f"{INDENT}{line}".rstrip() for line in text.splitlines()))

    def title(self, name: str, hint: str) -> None:
        """Print the heading of a question."""
        if not self._replay:
            click.echo(f"\n{click.style(name, bold=True)}")
        self.show(hint)

    def once(self, work: Callable[[], _Answer]) -> _Answer:
        """Do something between two prompts, which is not done again after going back."""
        if self._replay:
            value: _Answer = self._replay.pop(0).value
        else:
            value = work()
        self._recorded.append(_Recorded(value, typed=False))
        return value

    @property
    def mark(self) -> int:
        """How many answers there are so far in this question."""
        return len(self._recorded)

    def reject(self, mark: int, prompt: str = "") -> None:
        """Take the answers since a mark for none: together they could not be used."""
        del self._recorded[mark:]
        self.earlier.pop((self.question, prompt), None)

    def ask(
        self,
        prompt: str,
        read: Callable[[str], _Answer],
        *,
        explained: str,
        default: str = "",
        remembers: bool = True,
    ) -> _Answer:
        """Ask until `read` accepts the answer; it raises ValueError with the reason if not.

        Enter alone gives the default, which is the earlier answer where there is one.
        """
        if self._replay:
            typed: str = self._replay.pop(0).value
            self._recorded.append(_Recorded(typed))
            return read(typed)
        key = (self.question, prompt)
        offered = self.earlier.get(key, default) if remembers else default
        while True:
            typed = self._typed(prompt, offered, explained)
            try:
                answer = read(typed)
            except ValueError as reason:
                self.show(str(reason))
                continue
            self.earlier[key] = typed
            self._recorded.append(_Recorded(typed))
            return answer

    def _typed(self, prompt: str, default: str, explained: str) -> str:
        while True:
            typed: str = click.prompt(
                INDENT + prompt, default=default, show_default=bool(default)
            ).strip()
            if typed == "?":
                self.show(f"{explained} {_KEYS}")
            elif typed.lower() not in BACK:
                return typed
            elif self.first and not any(one.typed for one in self._recorded):
                self.show(self.no_way_back)
            else:
                raise GoBack

    def choose(self, prompt: str, options: Sequence[str], *, explained: str) -> int:
        """Offer a numbered list, the first being the default, and return the chosen index."""
        for number, option in enumerate(options, start=1):
            self.show(f"{number}  {option}")

        def read(answer: str) -> int:
            if answer.isdecimal() and 1 <= int(answer) <= len(options):
                return int(answer) - 1
            raise ValueError(f"type a number from 1 to {len(options)}")

        return self.ask(prompt, read, explained=explained, default="1")

    def confirm(self, prompt: str, *, explained: str) -> bool:
        """Ask a question of yes or no; Enter is yes."""
        return self.ask(
            f"{prompt} (y, n)", read_yes, explained=explained, default="y", remembers=False
        )


def read_yes(answer: str) -> bool:
    """Read yes or no; raises ValueError."""
    if answer.lower() in {"y", "yes"}:
        return True
    if answer.lower() in {"n", "no"}:
        return False
    raise ValueError("type y or n")
