"""`paperlark vote`: ask for more, or for no more, papers like these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import check_paper, open_for, profile_option
from paperlark.domain import plain_text
from paperlark.domain.calendar import today
from paperlark.domain.feedback import Vote
from paperlark.renderers import typeset

if TYPE_CHECKING:
    from paperlark.api import OpenedProfile

_WORDS = tuple(str(vote) for vote in Vote)


@click.command("vote")
@click.argument("words", nargs=-1, metavar="[ID]... up|down|none")
@click.option("--list", "list_votes", is_flag=True, help="List the votes that count.")
@profile_option
@click.pass_context
def command(
    context: click.Context, *, words: tuple[str, ...], list_votes: bool, profile_file: Path
) -> None:
    r"""Vote a paper up or down, or take a vote back with none.

    ID is the paper's arXiv identifier, with or without a version, or an address that has it: at
    arXiv, or at a site such as huggingface.co/papers or alphaxiv.org. Your latest vote on a paper
    counts, from the same day's page on, and overrides what any model said about it.

    \b
    Examples:
      paperlark vote 2502.12206 up
      paperlark vote https://arxiv.org/abs/2502.12206v2 arXiv:2502.13063 down
      paperlark vote --list
    """
    if list_votes == bool(words):
        raise click.UsageError("name papers and end with up, down or none; or give --list alone")
    profile = open_for(context, profile_file)
    if list_votes:
        _list(profile)
        return
    *names, word = words
    if word not in _WORDS:
        raise click.UsageError(f"{word[:80]!r} is not a vote; end with one of {', '.join(_WORDS)}")
    if not names:
        raise click.UsageError(f"which paper? Name it before {word!r}")
    for paper in profile.vote([check_paper(name) for name in names], Vote(word)):
        click.echo(f"{word:<4}  {paper.id}  {_plain(paper.title)}")


def _list(profile: OpenedProfile) -> None:
    votes = profile.votes()
    for one, paper in votes:
        title = _plain(paper.title) if paper else "(its title was lost with an earlier database)"
        click.echo(f"{today(one.at)}  {one.vote:<4}  {one.paper_id}  {title}")
    if not votes:
        click.echo("no votes yet; cast one: paperlark vote ID up", err=True)


def _plain(title: str) -> str:
    return plain_text.one_line(typeset.plain(title))
