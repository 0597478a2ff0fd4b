"""`paperlark vote`: more like this, or no more like this."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._options import environment_of, paper_named, profile_option
from paperlark.compose import Environment, open_votes
from paperlark.domain import plain_text
from paperlark.domain.calendar import today
from paperlark.domain.feedback import Vote
from paperlark.domain.paper import PaperId
from paperlark.renderers import typeset
from paperlark.settings import Settings, load_settings

_WORDS = tuple(str(vote) for vote in Vote)


@click.command("vote", short_help="Say which papers you want more of.")
@click.argument("words", nargs=-1, metavar="[ID]... up|down|none")
@click.option("--list", "list_votes", is_flag=True, help="List the votes that count.")
@profile_option
@click.pass_context
def command(
    context: click.Context, *, words: tuple[str, ...], list_votes: bool, profile_file: Path
) -> None:
    r"""Vote a paper up or down, or take a vote back with none.

    ID is a paper's number as it stands on the page, with a version or without, or the address of
    its page or PDF at arXiv. Your last vote on a paper counts, from the same day's page on, and
    goes before what any model said of it.

    \b
    Examples:
      paperlark vote 2502.12206 up
      paperlark vote https://arxiv.org/abs/2502.12206v2 arXiv:2502.13063 down
      paperlark vote --list
    """
    if list_votes == bool(words):
        raise click.UsageError("name papers and end with up, down or none; or give --list alone")
    settings, environment = load_settings(profile_file), environment_of(context)
    if list_votes:
        _list(settings, environment)
        return
    *names, word = words
    if word not in _WORDS:
        raise click.UsageError(f"{word[:80]!r} is no vote; end with one of {', '.join(_WORDS)}")
    if not names:
        raise click.UsageError(f"which paper? Name it before {word!r}")
    _cast(settings, environment, [paper_named(name) for name in names], Vote(word))


def _cast(settings: Settings, environment: Environment, papers: list[PaperId], vote: Vote) -> None:
    with open_votes(settings, environment) as votes:
        for paper in votes.cast(papers, vote):
            click.echo(f"{vote:<4}  {paper.id}  {_plain(paper.title)}")


def _list(settings: Settings, environment: Environment) -> None:
    with open_votes(settings, environment) as votes:
        standing = votes.standing()
    for one, paper in standing:
        title = _plain(paper.title) if paper else "(its text is lost with an earlier database)"
        click.echo(f"{today(one.at)}  {one.vote:<4}  {one.paper_id}  {title}")
    if not standing:
        click.echo("no votes yet; cast one: paperlark vote ID up", err=True)


def _plain(title: str) -> str:
    return plain_text.one_line(typeset.plain(title))
