"""Errors on standard error."""

from __future__ import annotations

from typing import IO

import click


def tell_error(message: str, file: IO[str] | None = None) -> None:
    """Print an error, a line for each problem, without the control characters it may contain."""
    for line in message.splitlines():
        printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        click.echo(f"{click.style('error:', fg='red')} {printable}", file=file, err=True)
