"""Completion of PowerShell, which click does not know, beside that of bash, zsh and fish."""

from __future__ import annotations

import os

from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

_VARIABLE = "_PAPERLARK_COMPLETE"
"""The variable that has the program complete, as click derives it from the program's name."""
_SCRIPT = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $line = $commandAst.ToString()
    if ($cursorPosition -lt $line.Length) { $line = $line.Substring(0, $cursorPosition) }
    $env:COMP_WORDS = $line
    $env:COMP_CWORD = $wordToComplete
    $env:%(complete_var)s = "powershell_complete"
    try {
        %(prog_name)s | ForEach-Object {
            $kind, $value, $help = $_ -split "`t", 3
            if ($kind -eq "file" -or $kind -eq "dir") {
                [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
            } else {
                New-Object System.Management.Automation.CompletionResult `
                    $value, $value, "ParameterValue", $help
            }
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:COMP_CWORD, Env:%(complete_var)s
    }
}
"""


class PowerShellComplete(ShellComplete):
    """Completes for PowerShell: a line for each word, its kind, itself and its help."""

    name = "powershell"
    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that one."""
        words = split_arg_string(os.environ.get("COMP_WORDS", ""))
        incomplete = os.environ.get("COMP_CWORD", "")
        if incomplete and words and words[-1] == incomplete:
            words.pop()
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Return the line of one word; a help text is needed, and cannot be empty."""
        return f"{item.type}\t{item.value}\t{' '.join((item.help or item.value).split())}"


def know_powershell() -> None:
    """Let click complete for PowerShell too."""
    add_completion_class(PowerShellComplete)


def completion_script(shell: str) -> str:
    """Return the script that has a shell ask paperlark for completions."""
    from paperlark.cli import cli  # noqa: PLC0415  # which imports this module

    know_powershell()
    found = get_completion_class(shell)
    if found is None:
        raise ValueError(f"click completes nothing in {shell}")
    return _without_check(found)(cli, {}, "paperlark", _VARIABLE).source()


def _without_check(kind: type[ShellComplete]) -> type[ShellComplete]:
    """Return the class without the look at the shell's version, which runs a shell of that name.

    The bash that a user works in need not be the one that is found first.
    """
    return type(f"Written{kind.__name__}", (kind,), {"source": ShellComplete.source})
