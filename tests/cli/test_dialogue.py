"""Going back, help and defaults in a dialogue of several questions."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from paperlark.cli.init.dialogue import Dialogue

Answers = dict[str, str]
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Ask for a colour, then for an animal and its name, and print what was answered."""

    def colour(dialogue: Dialogue, known: Answers) -> Answers:
        dialogue.title("Colour", "Any colour.")
        return known | {"colour": dialogue.ask("colour", _short, explained="Such as red.")}

    def animal(dialogue: Dialogue, known: Answers) -> Answers:
        dialogue.title("Animal", "Any animal.")
        kind = dialogue.choose("animal", ("bat", "owl"), explained="By its number.")
        click.echo(f"met {dialogue.once(count)}", err=True)
        dialogue.show(f"an animal of kind {kind}")
        return known | {"kind": str(kind), "name": dialogue.ask("name", str, explained="Any.")}

    def count() -> int:
        met.append(1)
        return len(met)

    met: list[int] = []

    @click.command()
    def command() -> None:
        nothing: Answers = {}
        answers = Dialogue().run([colour, animal], nothing)
        click.echo(f"= {' '.join(answers[name] for name in sorted(answers))}")

    return lambda *lines: CliRunner().invoke(command, input="\n".join(lines) + "\n")


def _short(answer: str) -> str:
    if not 0 < len(answer) <= 5:
        raise ValueError("write 1 to 5 letters")
    return answer


def test_answers_are_taken_in_turn(run: Run) -> None:
    assert run("red", "2", "Tyto").output.endswith("= red 1 Tyto\n")


@pytest.mark.parametrize("back", ["<", "back", " BACK "])
def test_the_previous_question_is_asked_again_with_what_was_answered(run: Run, back: str) -> None:
    result = run("red", back, "", "2", "Tyto")
    assert result.output.count("Any colour.") == 2
    assert "colour [red]:" in result.output
    assert result.output.endswith("= red 1 Tyto\n")
    assert run("red", back, "blue", "2", "Tyto").output.endswith("= blue 1 Tyto\n")


def test_within_a_question_the_previous_prompt_comes_again(run: Run) -> None:
    result = run("red", "2", "<", "1", "Vesper")
    assert "animal [2]:" in result.output
    assert result.output.endswith("= red 0 Vesper\n")


def test_what_was_worked_out_before_is_not_worked_out_again(run: Run) -> None:
    result = run("red", "2", "<", "<", "blue", "1", "Vesper")
    # Once for the first owl; and for the bat, which was chosen anew.
    assert result.output.count("met 1") == 1
    assert result.output.count("met 2") == 1
    assert "met 3" not in result.output


def test_there_is_nothing_before_the_first_question(run: Run) -> None:
    result = run("<", "red", "1", "Vesper")
    assert "there is none to go back to" in result.output
    assert result.output.endswith("= red 0 Vesper\n")


def test_a_question_mark_explains_and_asks_again(run: Run) -> None:
    result = run("?", "red", "?", "1", "?", "Vesper")
    for explained in ("Such as red. <", "By its number. <", "Any. <"):
        assert explained in result.output
    assert result.output.endswith("= red 0 Vesper\n")


def test_an_answer_that_is_refused_is_none_to_go_back_to(run: Run) -> None:
    result = run("crimson", "red", "3", "<", "blue", "1", "Vesper")
    assert "write 1 to 5 letters" in result.output
    assert result.output.endswith("= blue 0 Vesper\n")
