from __future__ import annotations

from pathlib import Path

from paperlark.domain.errors import PaperlarkError, Problem, ProfileError
from paperlark.domain.redaction import remember

FILE = Path("mine/paperlark.toml")


def test_an_error_says_the_problem_and_then_the_mend_where_there_is_one() -> None:
    assert str(PaperlarkError("it rains", hint="take an umbrella")) == "it rains: take an umbrella"
    assert str(PaperlarkError("it rains")) == "it rains"


def test_mistakes_in_a_file_are_told_a_line_each_with_their_place() -> None:
    error = ProfileError((Problem(FILE, 3, "no such day"), Problem(FILE, None, "it is empty")))
    assert str(error) == "mine/paperlark.toml:3: no such day\nmine/paperlark.toml: it is empty"


def test_no_error_names_a_known_secret() -> None:
    remember("sk-proj-Xy12aB34cD56")
    error = PaperlarkError("said sk-proj-Xy12aB34cD56", hint="unset sk-proj-Xy12aB34cD56")
    assert str(error) == "said [secret]: unset [secret]"
    assert (error.problem, error.hint) == ("said [secret]", "unset [secret]")
