"""The questions of `paperlark init` about fields, people and schedule."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace

from paperlark.cli.init.dialogue import NONE, Dialogue
from paperlark.cli.init.plan import SetupPlan
from paperlark.domain.category_search import find_categories, is_corrected
from paperlark.domain.taxonomy import Category, named
from paperlark.settings.answers import Timer
from paperlark.settings.typed_lists import continues, perhaps_one_name, read_names, split_list

QUESTIONS = 6
_SEPARATED = "separated by commas or semicolons"
_GOES_ON = "A line that ends with a comma or semicolon goes on in the next one."


def heading(number: int, name: str) -> str:
    """Return the heading of a question."""
    return f"{number} of {QUESTIONS}  {name}"


def ask_list(dialogue: Dialogue, prompt: str, *, explained: str, default: str = "") -> str:
    """Ask for a list, over several lines where each but the last ends with a separator."""
    text = dialogue.ask(prompt, str, explained=explained, default=default)
    while continues(text):
        more = dialogue.ask("...", str, explained=explained, remembers=False)
        if not more:
            break
        text = f"{text}\n{more}"
    return text


def ask_categories(dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
    """Ask which categories are read."""
    dialogue.title(heading(1, "Fields"), "Which of arXiv's categories do you read? Give words"
                   f" (galaxies, machine learning) or codes (cs.LG), {_SEPARATED}.")  # fmt: skip
    while True:
        mark = dialogue.mark
        text = ask_list(
            dialogue,
            "fields",
            default=", ".join(plan.answers.categories),
            explained="arXiv announces papers by category, and only the categories that you name"
            " are read. Type a code such as astro-ph.GA, a part of a name, or words for your field;"
            f" what is found is shown before it is taken. {_GOES_ON} All codes are listed at"
            " https://arxiv.org/category_taxonomy.",
        )
        codes = tuple(
            dict.fromkeys(code for words in _fields(text) for code in _chosen(dialogue, words))
        )
        if codes:
            dialogue.show(f"you read {', '.join(map(named, codes))}")
            return replace(plan, answers=replace(plan.answers, categories=codes))
        dialogue.reject(mark, "fields")


def _fields(text: str) -> tuple[str, ...]:
    """Return the parts of an answer; codes may have nothing but spaces in between."""
    found: list[str] = []
    for part in split_list(text):
        words = part.split()
        apart = len(words) > 1 and all("." in one or "-" in one for one in words)
        found += words if apart else [part]
    return tuple(found)


def _chosen(dialogue: Dialogue, words: str) -> tuple[str, ...]:
    """Return the categories meant, asking where it is not clear; none if skipped."""
    found = find_categories(words)
    if not found:
        dialogue.show(f"arXiv has no category like {words!r}")
        return _in_other_words(dialogue)
    if len(found) == 1:
        if is_corrected(words) and not dialogue.confirm(
            f"{words} → {named(found[0].code)}?",
            explained=f"arXiv has nothing called {words!r}; this is the most similar category."
            " n lets you type it again.",
        ):
            return _in_other_words(dialogue)
        return (found[0].code,)
    dialogue.show(f"{words!r} may be")
    for number, category in enumerate(found, start=1):
        dialogue.show(f"{number}  {named(category.code)}")
    return dialogue.ask(
        "which ones, by their numbers",
        lambda text: _picked(text, found),
        default="1",
        explained="Type one or more of these numbers, such as 1, 2; 0 for none of them.",
    )


def _in_other_words(dialogue: Dialogue) -> tuple[str, ...]:
    others = dialogue.ask(
        "in other words (press Enter to skip it)",
        str,
        explained="Type another name for the field, or a code such as cs.LG; Enter leaves it out.",
        remembers=False,
    )
    return tuple(code for part in _fields(others) for code in _chosen(dialogue, part))


def _picked(answer: str, found: Sequence[Category]) -> tuple[str, ...]:
    numbers = re.findall(r"[^\s,;]+", answer)
    if numbers == ["0"]:
        return ()
    if not numbers or not all(one.isdecimal() and 1 <= int(one) <= len(found) for one in numbers):
        raise ValueError(f"type numbers from 1 to {len(found)}, such as 1, 2; or 0 for none")
    return tuple(found[int(one) - 1].code for one in numbers)


def ask_followed(dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
    """Ask for followed authors."""
    dialogue.title(heading(3, "People"), "Whose papers do you always want to see? Full names as on"
                   f" papers, {_SEPARATED}; press Enter for none.")  # fmt: skip
    while True:
        mark = dialogue.mark
        text = ask_list(
            dialogue,
            "names",
            explained="Every paper by these authors is at the top of your page. Write Ada Lovelace"
            f" or Lovelace, Ada; a family name alone matches nobody. {_GOES_ON} More can be added"
            " later with `paperlark follow`. Type none to follow nobody.",
        )
        try:
            names = () if text.lower() in NONE else read_names(text)
        except ValueError as reason:
            dialogue.show(str(reason))
            dialogue.reject(mark, "names")
            continue
        names = _one_or_two(dialogue, text, names)
        if names:
            dialogue.show(f"you follow {'; '.join(names)}")
        return replace(plan, answers=replace(plan.answers, followed=names))


def _one_or_two(dialogue: Dialogue, text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    one = perhaps_one_name(text)
    if one is None or dialogue.confirm(
        f"two people, {names[0]} and {names[1]}?",
        explained=f"n takes it as one person, {one}: a family name, a comma, and given names.",
    ):
        return names
    return (one,)


_TIMERS = {
    Timer.SYSTEMD: "by systemd, on this machine",
    Timer.CRON: "by cron, on this machine",
    Timer.LAUNCHD: "by launchd, on this Mac",
    Timer.WINDOWS: "by Windows' Task Scheduler, on this machine",
    Timer.GITHUB: "by GitHub Actions",
    Timer.DOCKER: "in a container",
}
_OF_SYSTEM = {
    "darwin": (Timer.LAUNCHD, Timer.CRON),
    "win32": (Timer.WINDOWS,),
}
"""What starts programs on systems that have no systemd."""


def ask_timer(dialogue: Dialogue, plan: SetupPlan, *, system: str = sys.platform) -> SetupPlan:
    """Ask what starts paperlark every morning; only what the system has is offered."""
    local = _OF_SYSTEM.get(system, (Timer.SYSTEMD, Timer.CRON))
    timers = (*local, Timer.GITHUB, Timer.DOCKER)
    dialogue.title(heading(6, "When"), "You can make pages by hand, or have them made every"
                   " morning.")  # fmt: skip
    choice = dialogue.choose("when", (
        "by hand for now",
        *(f"every morning {_TIMERS[timer]}" for timer in timers),
    ), explained="Type the number of a line. Nothing is started now: the command that does it is"
        " shown at the end.")  # fmt: skip
    return replace(plan, answers=replace(plan.answers, timer=(None, *timers)[choice]))
