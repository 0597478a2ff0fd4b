"""The public API: its examples run, and its names are those that are documented."""

from __future__ import annotations

import doctest
import inspect
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from make_reference import api_functions

import paperlark
from paperlark.settings.environment import Environment

_MODEL = '\n[judge]\nmodel = "gpt-4o-mini"\nbase_url = "https://api.openai.com/v1"\n'
_GROUP = """
name = "Efficient models"
address = "https://papers.example.org"

[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]

[members.ada]
name = "Ada"
profile = "."
user = "ada"
"""
_READERS = """
name = "Many readers"
address = "https://papers.example.org"
database = "readers.db"

[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]
"""
_FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Return the names that examples use, in a folder with the sample's profile and feeds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    shutil.copytree(str(files("paperlark") / "sample"), tmp_path, dirs_exist_ok=True)
    profile = (tmp_path / "paperlark.toml").read_text()
    top, _, rest = profile.partition("[[follow]]")
    (tmp_path / "model.toml").write_text(f"{top}{_MODEL}\n[[follow]]{rest}")
    (tmp_path / "group.toml").write_text(_GROUP)
    (tmp_path / "readers.toml").write_text(_READERS)
    environment = Environment(
        variables={"XDG_CONFIG_HOME": str(tmp_path)},
        now=lambda: datetime(2025, 2, 26, 12, tzinfo=UTC),
        sleep=lambda _: None,
    )
    options = paperlark.RunOptions(feeds=Path("feeds"))
    with_model = paperlark.open_profile("model.toml", options=options, environment=environment)
    return {
        "paperlark": paperlark,
        "Path": Path,
        "date": date,
        "environment": environment,
        "with_model": with_model,
        "accounts": paperlark.open_accounts("readers.toml", environment=environment),
    }


def test_every_example_of_the_api_does_what_it_says(examples: dict[str, object]) -> None:
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=_FLAGS)
    said: list[str] = []
    for name, function in api_functions().items():
        example = parser.get_doctest(
            inspect.getdoc(function) or "", examples, name, name, lineno=None
        )
        runner.run(example, out=said.append, clear_globs=False)
        examples |= example.globs
    assert not said, "".join(said)


def test_every_function_is_documented_with_an_example_and_all_its_arguments() -> None:
    # Classes are described by their methods, and the last one never returns.
    without = {
        "paperlark.Feeds",
        "paperlark.Interests",
        "paperlark.OpenedAccounts",
        "paperlark.OpenedGroup",
        "paperlark.OpenedProfile",
        "paperlark.ReadingActions",
        "paperlark.repeat_mornings",
    }
    for name, function in api_functions().items():
        doc = inspect.getdoc(function) or ""
        assert ">>> " in doc or name in without, name
        if inspect.isfunction(function):
            arguments = [one for one in inspect.signature(function).parameters if one != "self"]
            missing = [one for one in arguments if one not in doc.replace(name, "")]
            assert missing == [], name


def test_every_public_name_can_be_imported_and_is_where_it_is_said_to_be() -> None:
    for name in paperlark.__all__:
        assert getattr(paperlark, name) is not None
    assert set(paperlark.__all__) <= set(dir(paperlark))
    with pytest.raises(AttributeError, match="no attribute 'digest_maker'"):
        paperlark.digest_maker  # noqa: B018  # that is the point


def test_importing_paperlark_imports_nothing_else() -> None:
    probe = "import sys; import paperlark; print(*[n for n in sys.modules if 'paperlark.' in n])"
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == []


def test_a_page_that_is_interrupted_tells_the_program_how_to_stop(
    examples: dict[str, object], tmp_path: Path
) -> None:
    del examples
    entered: list[int] = []

    @contextmanager
    def interruptible(stop: object) -> Iterator[None]:
        assert callable(stop)
        entered.append(stop())
        yield

    with paperlark.open_sample(tmp_path / "demo") as sample:
        watched = replace(sample, interruptible=interruptible)
        watched.make_page(date(2025, 2, 26))
        assert [one.day for one in watched.make_pages(date(2025, 3, 1), date.max)] == [
            date(2025, 3, 25)
        ]
    assert entered == [0, 0]


def test_a_failed_day_does_not_stop_the_next(examples: dict[str, object], tmp_path: Path) -> None:
    environment = examples["environment"]
    assert isinstance(environment, Environment)
    feeds = tmp_path / "feeds"
    for path in feeds.glob("2025-02-19.*"):
        path.write_bytes(b"no feed at all")
    profile = paperlark.open_profile(
        options=paperlark.RunOptions(feeds=feeds), environment=environment
    )
    first, second = profile.make_pages(date(2025, 2, 19), date(2025, 2, 26))
    assert (first.made, isinstance(first.error, paperlark.SourceError)) == (None, True)
    assert (first.state, second.state) == (paperlark.State.FAILED, paperlark.State.COMPLETE)
    with pytest.raises(paperlark.SourceError, match="no feed of any day from 2024-01-01"):
        list(profile.make_pages(date(2024, 1, 1), date(2024, 1, 2)))
