from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from paperlark.settings.environment import Environment


@pytest.fixture(autouse=True)
def config(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home / "config" / "paperlark" / "secrets.toml"


def _run(environment: Environment, *arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(cli, ["secret", *arguments], obj=environment, input=said)


def test_a_secret_goes_from_a_pipe_into_the_private_file_and_out_again(
    environment: Environment, config: Path
) -> None:
    result = _run(environment, "set", "MY_KEY", "--file", said="hunter2\n")
    assert result.exit_code == 0
    assert result.output == f"kept MY_KEY in {config}\n"
    assert config.read_text() == 'MY_KEY = "hunter2"\n'
    assert environment.secret("MY_KEY") == "hunter2"
    removed = _run(environment, "remove", "MY_KEY")
    assert removed.output == f"removed MY_KEY from the file {config}\n"
    assert _run(environment, "remove", "MY_KEY").output == "MY_KEY was not kept\n"


@pytest.mark.parametrize("said", ["", "\n", "two\nlines", "bell\x07"])
def test_a_secret_is_one_line(environment: Environment, config: Path, said: str) -> None:
    result = _run(environment, "set", "MY_KEY", "--file", said=said)
    assert result.exit_code == 2
    assert "one line of text" in result.output
    assert not config.exists()


def test_a_name_that_could_not_be_a_variable_is_refused(environment: Environment) -> None:
    result = _run(environment, "set", "my key", said="x")
    assert result.exit_code == 2
    assert "write it like OPENAI_API_KEY" in result.output


def test_the_list_says_where_each_is_and_never_what_it_is(
    environment: Environment, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            '[judge]\nmodel = "gpt"\n'
            '[mail]\nserver = "smtp.example.org"\nuser = "ada"\nsender = "ada@example.org"\n'
            '[[deliver]]\nname = "lab"\nurl_variable = "LAB_SLACK"\n'
        )
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2")
    _run(environment, "set", "LAB_SLACK", "--file", said="slack://hunter3")
    result = _run(environment, "list")
    assert result.exit_code == 0
    assert "OPENAI_API_KEY  the key for gpt: in the environment variable" in result.output
    assert "PAPERLARK_MAIL_PASSWORD  the password of ada: missing" in result.output
    assert "LAB_SLACK  the address of lab: in the file" in result.output
    assert "hunter" not in result.output


def test_a_page_is_judged_with_a_key_from_the_private_file(
    environment: Environment, home: Path
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[judge]\nmodel = "gpt"\nbase_url = "http://127.0.0.1:1/v1"\n')
        profile.write('key_variable = "MY_KEY"\n')
    run = ["run", "--date", "2025-02-26", "--feeds", "feeds"]
    missing = CliRunner().invoke(cli, run, obj=environment)
    assert "there is no secret MY_KEY" in missing.output
    assert "paperlark secret set MY_KEY" in missing.output
    _run(environment, "set", "MY_KEY", "--file", said="hunter2")
    found = CliRunner().invoke(cli, run, obj=replace(environment, sleep=lambda _: None))
    assert "there is no secret" not in found.output
    assert "hunter2" not in found.output
