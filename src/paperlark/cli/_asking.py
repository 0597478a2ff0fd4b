"""Questions on a terminal: asked again, with the reason, until the answer will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from paperlark.settings.checking import Kind, complaint

_Answer = TypeVar("_Answer")
_INDENT = "   "
QUESTIONS = 6
WIDTH = 96


def title(number: int, name: str, hint: str) -> None:
    """Begin one of the questions."""
    click.echo(f"\n{click.style(f'{number} of {QUESTIONS}  {name}', bold=True)}")
    tell(hint)


def tell(text: str) -> None:
    """Say something between two questions."""
    for line in text.splitlines():
        click.echo(click.wrap_text(line, WIDTH, _INDENT, _INDENT))


def ask(question: str, read: Callable[[str], _Answer], *, default: str = "") -> _Answer:
    """Ask until `read` takes the answer; it raises ValueError with the reason where it does not.

    Enter alone is the default.
    """
    while True:
        answer = click.prompt(_INDENT + question, default=default, show_default=bool(default))
        try:
            return read(answer.strip())
        except ValueError as reason:
            tell(str(reason))


def read_as(kind: Kind) -> Callable[[str], str]:
    """Give what takes an answer of a kind, and raises ValueError with the reason for any other."""

    def read(answer: str) -> str:
        if problem := complaint(kind, answer):
            raise ValueError(problem)
        return answer

    return read


def choose(question: str, options: Sequence[str]) -> int:
    """Offer a numbered list, the first being the default, and give the place of the choice."""
    for number, option in enumerate(options, start=1):
        tell(f"{number}  {option}")

    def read(answer: str) -> int:
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return int(answer) - 1
        raise ValueError(f"type a number from 1 to {len(options)}")

    return ask(question, read, default="1")


def ask_lines(first: str) -> str:
    """Give the line and those typed after it, until an empty one."""
    lines = [first]
    while line := click.prompt("   ...", prompt_suffix=" ", default="", show_default=False):
        lines.append(line)
    return "\n".join(lines)
