"""Completion: what is written where, and what a real shell makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from paperlark.domain.errors import CompletionNotInstalled
from paperlark.installation.completion import MARK, SHELLS, CompletionFile, completion_file

Run = Callable[..., Result]
_BASH = """\
source "$1"; shift
complete -p paperlark >&2
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_paperlark_completion paperlark
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def program(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose PATH has a `paperlark`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "paperlark").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m paperlark "$@"\n')
    (folder / "paperlark").chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def _ask_bash(file: Path, program: dict[str, str], *words: str) -> list[str]:
    command = ["bash", "--norc", "-c", _BASH, "bash", str(file), "paperlark", *words]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=True, env=program, timeout=60
    )
    assert "-F _paperlark_completion" in done.stderr
    return done.stdout.split()


@pytest.mark.slow
def test_bash_completes_commands_and_their_options(
    run: Run, home: Path, program: dict[str, str]
) -> None:
    assert run("completion", "bash", "--install").exit_code == 0
    file = home / ".local" / "share" / "bash-completion" / "completions" / "paperlark"
    assert _ask_bash(file, program, "sche") == ["schedule"]
    assert _ask_bash(file, program, "schedule", "sys") == ["systemd"]
    assert _ask_bash(file, program, "today", "--est") == ["--estimate"]
    assert _ask_bash(file, program, "completion", "po") == ["powershell"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish_completes_commands(run: Run, home: Path, program: dict[str, str]) -> None:
    run("completion", "fish", "--install")
    file = home / ".config" / "fish" / "completions" / "paperlark.fish"
    asked = f"source {file}; complete -C 'paperlark sche'"
    done = subprocess.run(  # noqa: S603
        ["fish", "--no-config", "-c", asked],  # noqa: S607
        capture_output=True, text=True, check=True, env=program, timeout=60,
    )  # fmt: skip
    assert done.stdout.split()[0] == "schedule"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_understands_its_file(run: Run, home: Path) -> None:
    run("completion", "zsh", "--install")
    file = home / ".local" / "share" / "zsh" / "site-functions" / "_paperlark"
    subprocess.run(["zsh", "-n", str(file)], check=True, timeout=60)  # noqa: S603, S607


@pytest.mark.slow
def test_powershell_is_answered_a_line_for_each_word(program: dict[str, str]) -> None:
    def ask(line: str, word: str) -> list[str]:
        asked = {"_PAPERLARK_COMPLETE": "powershell_complete", "COMP_WORDS": line,
                 "COMP_CWORD": word}  # fmt: skip
        done = subprocess.run(
            ["paperlark"],  # noqa: S607
            capture_output=True, text=True, check=True, env={**program, **asked}, timeout=60,
        )  # fmt: skip
        return done.stdout.splitlines()

    assert ask("paperlark sche", "sche") == ["plain\tschedule\tSchedule the daily page."]
    assert len(ask("paperlark ", "")) > 20
    assert ask("paperlark schedule sys", "sys")[0].startswith("plain\tsystemd\t")
    assert ask("paperlark open --profile x", "x") == ["file\tx\tx"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_file_of_a_shell_is_written_once_and_deleted(run: Run, shell: str) -> None:
    first = run("completion", shell, "--install")
    assert first.exit_code == 0
    assert first.output.startswith("wrote ")
    path = Path(first.output.splitlines()[0].removeprefix("wrote "))
    assert MARK in path.read_text().splitlines()[:2]
    assert "is up to date" in run("completion", shell, "--install").output
    assert run("completion", shell, "--remove").output == f"deleted {path}\n"
    assert not path.exists()
    assert run("completion", shell, "--remove").output == f"{path} is not there\n"


def test_zsh_finds_its_first_line_first(run: Run, home: Path) -> None:
    run("completion", "zsh", "--install")
    file = home / ".local" / "share" / "zsh" / "site-functions" / "_paperlark"
    assert file.read_text().splitlines()[:2] == ["#compdef paperlark", MARK]


def test_a_file_of_somebody_else_stays(run: Run, home: Path) -> None:
    file = home / ".config" / "fish" / "completions" / "paperlark.fish"
    file.parent.mkdir(parents=True)
    file.write_text("complete -c paperlark -f\n")
    refused = run("completion", "fish", "--install")
    assert refused.exit_code == 1
    assert f"{file} was not written by paperlark" in refused.output
    run("completion", "fish", "--remove")
    assert file.read_text() == "complete -c paperlark -f\n"


@pytest.mark.parametrize(
    ("variables", "shell"),
    [
        ({"SHELL": "/bin/bash"}, "bash"),
        ({"SHELL": "/usr/local/bin/fish"}, "fish"),
        ({"SHELL": "/opt/microsoft/pwsh"}, "powershell"),
        ({"PSModulePath": "C:\\Modules"}, "powershell"),
    ],
)
def test_the_shell_is_the_one_that_the_user_works_in(
    run: Run, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], shell: str
) -> None:
    monkeypatch.delenv("SHELL", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert run("completion").output == run("completion", shell).output


def test_an_unknown_shell_has_to_be_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    told = run("completion")
    assert told.exit_code == 1
    assert "name one of bash, zsh, fish, powershell" in told.output
    assert run("completion", "tcsh").exit_code == 2


def test_lines_to_add_quote_what_is_special(home: Path) -> None:
    odd = {"HOME": str(home), "XDG_DATA_HOME": '/a "b" $c', "XDG_CONFIG_HOME": "/it's"}
    assert '"/a \\"b\\" \\$c/zsh/site-functions"' in (completion_file("zsh", odd).needs or "")
    assert "'/it''s/paperlark/completion.ps1'" in (completion_file("powershell", odd).needs or "")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "fish").write_text("a file where a folder should be")
    there = CompletionFile("fish", tmp_path / "fish" / "completions" / "paperlark.fish")
    with pytest.raises(CompletionNotInstalled, match="cannot be written"):
        there.write("complete")
