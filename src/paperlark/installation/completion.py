"""Where each shell looks for its completions, and the files that paperlark writes there.

Start-up files of a shell are never edited: where a line may be missing in one, it is told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from paperlark.domain.errors import CompletionNotInstalled
from paperlark.settings.places import config_folder, config_home, data_home

Shell = Literal["bash", "zsh", "fish", "powershell"]
SHELLS: Sequence[Shell] = ("bash", "zsh", "fish", "powershell")
MARK = "# Written by `paperlark completion`"
"""Stands on one of the first lines of each file that is ours; others are never changed."""
_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
    "/usr/local/etc/profile.d/bash_completion.sh",
    "/etc/bash_completion",
)
"""What loads the files of bash's completions; many systems have it, macOS as it comes has not."""
_MARK_WITHIN = 200
"""Characters of a file that are searched for the mark."""


@dataclass(frozen=True, slots=True)
class CompletionFile:
    """A completion's place; `needs` is what the reader has to add where, None for nothing."""

    shell: Shell
    path: Path
    needs: str | None = None

    def write(self, script: str) -> bool:
        """Write a script there, and return whether the file changed.

        Raises CompletionNotInstalled where another one is there, or where it cannot be written.
        """
        text = marked(self.shell, script)
        try:
            if is_ours(self.path) and self.path.read_text("utf-8") == text:
                return False
            if self.path.exists() and not is_ours(self.path):
                raise CompletionNotInstalled(
                    f"{self.path} was not written by paperlark",
                    hint="move it away, and run this again",
                )
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(f"{self.path.name}.new")
            beside.write_text(text, "utf-8")
            beside.replace(self.path)
        except OSError as error:
            raise CompletionNotInstalled(
                f"{self.path} cannot be written ({error.strerror})",
                hint=f"load it yourself: paperlark completion {self.shell}",
            ) from error
        return True

    def delete(self) -> bool:
        """Delete the file if it is ours, and return whether it was there.

        Raises CompletionNotInstalled where it cannot be deleted.
        """
        try:
            if is_ours(self.path):
                self.path.unlink()
                return True
        except OSError as error:
            raise CompletionNotInstalled(
                f"{self.path} cannot be deleted ({error.strerror})", hint="delete it yourself"
            ) from error
        return False


def current_shell(variables: Mapping[str, str]) -> Shell | None:
    """Return the shell that a user works in, None where it has no completion of ours."""
    name = PurePath(variables.get("SHELL", "")).name
    if not name and (os.name == "nt" or variables.get("PSModulePath")):
        return "powershell"
    return next(
        (one for one in SHELLS if name == one or (one, name) == ("powershell", "pwsh")), None
    )


def completion_file(shell: Shell, variables: Mapping[str, str]) -> CompletionFile:
    """Return where a shell looks for the completion of paperlark."""
    if shell == "fish":
        return CompletionFile(
            shell, config_home(variables) / "fish" / "completions" / "paperlark.fish"
        )
    if shell == "zsh":
        path = data_home(variables) / "zsh" / "site-functions" / "_paperlark"
        return CompletionFile(
            shell,
            path,
            f"fpath=({_double_quoted(path.parent)} $fpath)   # in ~/.zshrc, before compinit",
        )
    if shell == "powershell":
        path = config_folder(variables) / "completion.ps1"
        quoted = str(path).replace("'", "''")
        return CompletionFile(shell, path, f". '{quoted}'   # in the file that $PROFILE names")
    path = data_home(variables) / "bash-completion" / "completions" / "paperlark"
    loaded = any(Path(one).exists() for one in _BASH_COMPLETION)
    return CompletionFile(
        shell, path, None if loaded else f"source {_double_quoted(path)}   # in ~/.bashrc"
    )


def marked(shell: Shell, script: str) -> str:
    """Return a script with our mark; the first line of one for zsh has to stay the first."""
    first, _, rest = script.strip("\n").partition("\n")
    lines = (first, MARK, rest) if shell == "zsh" else (MARK, first, rest)
    return "\n".join(lines).rstrip("\n") + "\n"


def is_ours(path: Path) -> bool:
    """Return whether a file has our mark at its beginning."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return MARK in file.read(_MARK_WITHIN).splitlines()
    except OSError:
        return False


def _double_quoted(path: Path) -> str:
    text = str(path)
    for special in '\\"$`':
        text = text.replace(special, f"\\{special}")
    return f'"{text}"'
