"""Show what was understood of interests, and change the text until the reader agrees."""

from __future__ import annotations

import re
from collections.abc import Callable

import click

from paperlark.api import language_note
from paperlark.cli.init.dialogue import Dialogue
from paperlark.cli.init.drafting import DraftedInterests, show_draft
from paperlark.domain.criteria import parse_criteria
from paperlark.renderers.criteria import understood
from paperlark.settings.answers import SetupAnswers
from paperlark.settings.starter import criteria_text, unusable_interests

_SHORT, _LONGEST_NUMBER = 3, 3
"""Characters: so short an answer that is neither yes nor no is a slip."""


def agree(dialogue: Dialogue, text: str, draft: DraftedInterests | None = None) -> str | None:
    """Return the text that the reader agrees to; None where it is to be written again."""
    drafted = draft
    while True:
        if drafted is None:
            _show(dialogue, text)
        answer = dialogue.ask(
            "right? (y, n to change it, or write what to add)",
            _read_right,
            default="y",
            remembers=False,
            explained="y takes this; n lets you change it or write it again; anything else is added"
            " to your text. It can be changed at any time later, in criteria.md.",
        )
        if answer is True:
            return text
        if answer is not False:
            text, drafted = _added(dialogue, text, str(answer)), None
            continue
        changed = _change(dialogue, text, drafted)
        if changed is None:
            return None
        text, drafted = changed


def _show(dialogue: Dialogue, text: str) -> None:
    """Show what was understood, and in which language nothing will be."""
    criteria = parse_criteria(criteria_text(SetupAnswers(interests=text)))
    dialogue.show_as_it_is(f"\n{understood(criteria)}")
    if sentence := language_note(text):
        dialogue.show(sentence)


def _read_right(answer: str) -> bool | str:
    if answer.lower() in {"y", "yes"}:
        return True
    if answer.lower() in {"n", "no"}:
        return False
    if len(answer) <= _SHORT and answer.isascii():
        raise ValueError("type y or n, or write what to add")
    return answer


def _added(dialogue: Dialogue, text: str, first: str) -> str:
    """Return the text with the lines that a reader adds, also a pasted paragraph after another."""
    lines = [first]
    explained = "These lines are added to your text; an empty line ends them."
    while line := dialogue.ask("...", str, explained=explained, remembers=False):
        lines.append(line)
    longer = "\n".join([text.rstrip(), "", *lines])
    return _usable(dialogue, longer, text)


def _change(
    dialogue: Dialogue, text: str, draft: DraftedInterests | None
) -> tuple[str, DraftedInterests | None] | None:
    """Ask how to change the text, and do it; None where it is to be written again."""
    ways: list[tuple[str, Callable[[], tuple[str, DraftedInterests | None] | None]]] = [
        ("change the text in an editor", lambda: (_edited(dialogue, text), None)),
        ("write it again", lambda: None),
    ]
    if draft and len(draft.topics) > 1:
        ways.insert(0, ("leave out some topics", lambda: _fewer(dialogue, draft)))
    chosen = dialogue.choose(
        "how",
        [name for name, _ in ways],
        explained="Type the number of a line. The editor is the one that the variable EDITOR names;"
        " save and quit it to go on.",
    )
    return ways[chosen][1]()


def _fewer(dialogue: Dialogue, draft: DraftedInterests) -> tuple[str, DraftedInterests | None]:
    most = len(draft.topics)

    def read(answer: str) -> frozenset[int]:
        found = re.findall(r"[^\s,;]+", answer)
        numbers = frozenset(
            int(one) for one in found if one.isdecimal() and len(one) <= _LONGEST_NUMBER
        )
        if len(numbers) < len(set(found)) or not all(1 <= one <= most for one in numbers):
            raise ValueError(f"type numbers from 1 to {most}, such as 1, 2")
        if len(numbers) == most:
            raise ValueError("at least one topic has to stay")
        return numbers

    left_out = dialogue.ask(
        "leave out, by their numbers", read,
        explained="Type the numbers of topics that do not interest you, such as 2, 3.",
    )  # fmt: skip
    fewer = draft.without(left_out)
    show_draft(dialogue, fewer)
    return fewer.text, fewer


def _edited(dialogue: Dialogue, text: str) -> str:
    """Return the text as the reader's editor leaves it; the same where it cannot be used."""
    new = dialogue.once(lambda: _in_editor(text))
    if isinstance(new, click.ClickException):
        dialogue.show(f"no editor could be used ({new.message}): name one in EDITOR, add lines"
                      " here, or change criteria.md later")  # fmt: skip
        return text
    return _usable(dialogue, new or text, text)


def _in_editor(text: str) -> str | click.ClickException | None:
    try:
        return click.edit(text, extension=".md")
    except click.ClickException as error:
        return error


def _usable(dialogue: Dialogue, new: str, old: str) -> str:
    if problem := unusable_interests(new):
        dialogue.show(f"{problem}; the text stays as it was")
        return old
    return new
