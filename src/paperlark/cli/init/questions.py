"""The questions of `paperlark init`: asked again, with the reason, until the answer is valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from paperlark.domain.category_search import find_categories
from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import identify
from paperlark.domain.taxonomy import Category, named
from paperlark.importing.kinds import LARGEST, decode, recognise
from paperlark.llm.local_models import local_models
from paperlark.settings.answers import (
    CATEGORIES,
    CHAT,
    FIELDS,
    OPENAI_MODEL,
    AnswerKind,
    Chat,
    Mail,
    Model,
    SetupAnswers,
    Timer,
    complaint,
    read_names,
    usual_key,
    usual_security,
)
from paperlark.settings.starter import unusable_interests
from paperlark.settings.values import Security

_Answer = TypeVar("_Answer")
_INDENT = "   "
QUESTIONS = 6
WIDTH = 96


def title(number: int, name: str, hint: str) -> None:
    """Print the heading of a question."""
    click.echo(f"\n{click.style(f'{number} of {QUESTIONS}  {name}', bold=True)}")
    show_text(hint)


def show_text(text: str) -> None:
    """Print a text between two questions."""
    for line in text.splitlines():
        click.echo(click.wrap_text(line, WIDTH, _INDENT, _INDENT))


def ask(question: str, read: Callable[[str], _Answer], *, default: str = "") -> _Answer:
    """Ask until `read` accepts the answer; it raises ValueError with the reason where it does not.

    Enter alone gives the default.
    """
    while True:
        answer = click.prompt(_INDENT + question, default=default, show_default=bool(default))
        try:
            return read(answer.strip())
        except ValueError as reason:
            show_text(str(reason))


def read_as(kind: AnswerKind) -> Callable[[str], str]:
    """Return a function that accepts answers of a kind, and raises ValueError for any other."""

    def read(answer: str) -> str:
        if problem := complaint(kind, answer):
            raise ValueError(problem)
        return answer

    return read


def choose(question: str, options: Sequence[str]) -> int:
    """Offer a numbered list, the first being the default, and return the index of the choice."""
    for number, option in enumerate(options, start=1):
        show_text(f"{number}  {option}")

    def read(answer: str) -> int:
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return int(answer) - 1
        raise ValueError(f"type a number from 1 to {len(options)}")

    return ask(question, read, default="1")


def ask_lines(first: str) -> str:
    """Return the line and those typed after it, until an empty one."""
    lines = [first]
    while line := click.prompt("   ...", prompt_suffix=" ", default="", show_default=False):
        lines.append(line)
    return "\n".join(lines)


_OLLAMA, _VLLM = "http://localhost:11434/v1", "http://localhost:8000/v1"
_FEW = 5
"""Up to so many models are named."""


def ask_model() -> Model | None:
    """Ask for a model, and where it is served."""
    title(4, "A model", "Without one, an embedded ranker makes the page: no key, no cost. A model"
           " reads the best matches and explains why they matter.")  # fmt: skip
    choice = choose("model", (
        "none for now",
        "OpenAI",
        "a server on this machine: Ollama, vLLM, llama.cpp",
        "another server with an OpenAI-compatible API",
    ))  # fmt: skip
    if choice == 0:
        return None
    if choice == 1:
        return Model(ask("its name", read_as(AnswerKind.TEXT), default=OPENAI_MODEL))
    return _local_model() if choice == 2 else _model_at("")  # noqa: PLR2004  # the third


def _local_model() -> Model:
    show_text(f"looking for a model server at {_OLLAMA} and {_VLLM}")
    for address in (_OLLAMA, _VLLM):
        names = local_models(address)
        if names:
            show_text(f"{address} answers, and offers {', '.join(names[:_FEW])}")
            return _model_at(address, names[0])
    show_text("no server answers there now")
    return _model_at(_OLLAMA)


def _model_at(address: str, name: str = "") -> Model:
    url = ask("its address, before /chat/completions", read_as(AnswerKind.ADDRESS), default=address)
    model = ask("the model's name on the server", read_as(AnswerKind.TEXT), default=name)
    usual = usual_key(url)
    if not usual:
        return Model(model, url.rstrip("/"), "")
    key = ask(
        "the name to keep its key under (not the key itself)",
        read_as(AnswerKind.NAME_OF_SECRET),
        default=usual,
    )
    return Model(model, url.rstrip("/"), key)


def ask_delivery() -> Mail | Chat | None:
    """Ask where pages are to be delivered."""
    title(5, "Delivery", "Pages are files on this machine. They can be delivered to you as well.")
    choice = choose("delivery", (
        "nowhere for now",
        "by e-mail",
        "to a chat: Slack, Discord, Telegram, ntfy and others that Apprise supports",
    ))  # fmt: skip
    if choice == 0:
        return None
    if choice == 1:
        return _ask_mail()
    return Chat(ask("the name to keep the chat's address under (not the address itself)",
                    read_as(AnswerKind.NAME_OF_SECRET), default=CHAT))  # fmt: skip


def _ask_mail() -> Mail:
    address = ask("your address", read_as(AnswerKind.MAILBOX))
    guess = f"smtp.{address.rpartition('@')[2]}"
    server = ask("the mail server to send by", read_as(AnswerKind.SERVER), default=guess)
    security = usual_security(server)
    user = None
    if security is not Security.NONE:
        user = ask("your user name there", read_as(AnswerKind.TEXT), default=address)
    return Mail(address, server, sender=address, user=user, security=security)


def ask_timer() -> Timer | None:
    """Ask what starts paperlark every morning."""
    title(6, "When", "You can make pages by hand, or have them made every morning.")
    choice = choose("when", (
        "by hand for now",
        "every morning by systemd, on this machine",
        "every morning by cron, on this machine",
        "every morning by GitHub Actions",
        "every morning in a container",
    ))  # fmt: skip
    timers: tuple[Timer | None, ...] = (None, *Timer)
    return timers[choice]


_SUFFIXES = frozenset((".bib", ".ris", ".json", ".jsonl", ".md", ".txt", ".gz"))
"""A word with one of these suffixes means a file."""


@dataclass(frozen=True, slots=True)
class InterestAnswers:
    """A reader's own words, or the example to begin with; and what is to be imported."""

    words: str = ""
    field: str | None = None
    imports: tuple[str, ...] = ()


def ask_categories() -> tuple[str, ...]:
    """Ask which categories are read."""
    title(1, "Fields", "Which of arXiv's categories do you read? Give words (galaxies, machine"
           " learning) or codes (cs.LG), separated by commas.")  # fmt: skip
    while True:
        wanted = ask("fields", _parts, default=", ".join(CATEGORIES))
        codes = tuple(dict.fromkeys(code for words in wanted for code in _chosen(words)))
        if codes:
            show_text(f"you read {', '.join(map(named, codes))}")
            return codes


def _parts(answer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[,;]", answer) if part.strip())


def _chosen(words: str) -> tuple[str, ...]:
    """Return the categories meant, asking which if words mean several; none if skipped."""
    found = find_categories(words)
    if not found:
        show_text(f"arXiv has no category like {words!r}")
        others = ask("in other words (press Enter to skip it)", _parts)
        return tuple(code for part in others for code in _chosen(part))
    if len(found) == 1:
        return (found[0].code,)
    show_text(f"{words!r} may be")
    for number, category in enumerate(found, start=1):
        show_text(f"{number}  {named(category.code)}")
    return ask("which ones, separated by commas", lambda text: _picked(text, found),
               default="1")  # fmt: skip


def _picked(answer: str, found: Sequence[Category]) -> tuple[str, ...]:
    numbers = re.findall(r"[^\s,;]+", answer)
    if not numbers or not all(one.isdecimal() and 1 <= int(one) <= len(found) for one in numbers):
        raise ValueError(f"type numbers from 1 to {len(found)}, such as 1, 2")
    return tuple(found[int(one) - 1].code for one in numbers)


def ask_interests(categories: Sequence[str]) -> InterestAnswers:
    """Ask what they want to read: in their own words, as an example to begin with, or as files."""
    template = SetupAnswers(categories=tuple(categories)).template
    example = f"the example for {template}" if template else "the names of the categories"
    title(2, "Interests", "What do you want to read? Write a few sentences, and an empty line when"
          " you are done. Or name a file: BibTeX, RIS, a list of arXiv papers or a digest to learn"
          " from, or a text with your interests. Type ? for examples of other fields. Enter alone"
          f" uses {example}, which you can change later.")  # fmt: skip
    imports: tuple[str, ...] = ()
    while True:
        line = click.prompt("   interests", default="", show_default=False).strip()
        if not line or line in FIELDS:
            return InterestAnswers(field=line or template, imports=imports)
        try:
            words = _words(line)
        except ValueError as said:
            show_text(str(said))
            continue
        if words:
            return InterestAnswers(words, imports=imports)
        imports = (*imports, str(Path(line).expanduser()) if Path(line).exists() else line)
        show_text(f"{line} will be imported. Name another file, or describe your interests.")


def _words(line: str) -> str:
    """Return the interests that a line begins, or those in the file that it names.

    "" where it names something to import. Raises ValueError with the text to show instead.
    """
    if line == "?":
        raise ValueError(f"type one of {', '.join(FIELDS)}")
    if identify(line) or line.startswith(("http://", "https://")):
        return ""
    path = Path(line).expanduser()
    words = _text_of(path) if _is_file(path) else ask_lines(line)
    if words and (problem := unusable_interests(words)):
        raise ValueError(problem)
    return words


def _is_file(path: Path) -> bool:
    try:
        if path.is_file():
            return True
    except (OSError, ValueError):
        return False
    if path.suffix in _SUFFIXES and " " not in path.name:
        raise ValueError(f"there is no file {path}")
    return False


def _text_of(path: Path) -> str:
    """Return the text of a file; "" where it can be imported. Raises ValueError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = decode(content, str(path))
    except (OSError, Unimportable) as error:
        raise ValueError(str(error)) from error
    try:
        recognise(content, str(path))
    except Unimportable:
        return text
    return ""


def ask_followed() -> tuple[str, ...]:
    """Ask for followed authors."""
    title(3, "People", "Whose papers do you always want to see? Full names as on papers, with"
           " semicolons in between; press Enter for none.")  # fmt: skip
    names = ask("names", read_names)
    if names:
        show_text(f"you follow {', '.join(names)}")
    return names
