"""`paperlark vote`: ask for more, or for no more, papers like these."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import check_paper, json_option, open_for, profile_option
from paperlark.domain.feedback import Vote

if TYPE_CHECKING:
    from paperlark.api import OpenedProfile

_WORDS = tuple(str(vote) for vote in Vote)
_PARTIAL = 3
"""The exit status where only some of the lines could be kept, as of a partial page."""
_SHOWN_LINES = 20
"""Lines of standard input that are named where they could not be kept."""


@click.command("vote")
@click.argument("words", nargs=-1, metavar="[ID]... up|down|none | -")
@click.option("--list", "list_votes", is_flag=True, help="List the votes that count.")
@click.option(
    "--reset",
    is_flag=True,
    help="Take back all votes, saved papers, notes and what was seen, after asking once.",
)
@click.option("--yes", is_flag=True, help="With --reset: do not ask.")
@click.option(
    "--effect/--no-effect",
    "shows_effect",
    default=None,
    help="Show what the vote changes however long that takes, or do not.  [default: show it where"
    " that takes a few seconds at most]",
)
@json_option
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    words: tuple[str, ...],
    list_votes: bool,
    reset: bool,
    yes: bool,
    shows_effect: bool | None,
    as_json: bool,
    profile_file: Path,
) -> None:
    r"""Vote a paper up or down, or take a vote back with none.

    ID is the paper's arXiv identifier, with or without a version, or an address that has it: at
    arXiv, or at a site such as huggingface.co/papers or alphaxiv.org. Your latest vote on a paper
    counts from the next page on, and overrides what any model said about it.

    What the vote changes is shown on your latest day: its papers are ranked with the vote and
    without it, and those on the page that would have another place are counted. The page itself
    stays as it is.

    With - votes are read from standard input, one a line: an identifier, and want, not, save,
    later or none. The vote pad of a page writes such lines. What cannot be read is named, and
    everything else is kept; the same line twice counts once.

    \b
    Examples:
      paperlark vote 2502.12206 up
      paperlark vote https://arxiv.org/abs/2502.12206v2 arXiv:2502.13063 down
      paperlark vote 2502.12206 none --no-effect
      paperlark vote - < votes.txt
      paperlark vote --list
      paperlark vote --reset
    """
    if [list_votes, reset, bool(words)].count(True) != 1:
        raise click.UsageError(
            "name papers and end with up, down or none; or give --list or --reset alone"
        )
    profile = open_for(context, profile_file)
    if reset:
        _reset(profile, asks=not yes)
        return
    if list_votes:
        _list(profile, as_json=as_json)
        return
    if words == ("-",):
        _keep_lines(context, profile, as_json=as_json)
        return
    *names, word = words
    if word not in _WORDS:
        raise click.UsageError(f"{word[:80]!r} is not a vote; end with one of {', '.join(_WORDS)}")
    if not names:
        raise click.UsageError(f"which paper? Name it before {word!r}")
    _cast(profile, [check_paper(name) for name in names], Vote(word), shows_effect, as_json=as_json)


def _cast(
    profile: OpenedProfile,
    names: list[str],
    vote: Vote,
    shows_effect: bool | None,  # noqa: FBT001  # None is between
    *,
    as_json: bool,
) -> None:
    from paperlark.renderers.vote_effect import effect_lines, vote_lines, votes_json  # noqa: PLC0415

    cast = profile.reading.cast_votes(names, vote)
    if not as_json:  # at once: the comparison takes a moment
        _print(vote_lines(cast))
    effect = None
    if shows_effect is not False:
        effect = profile.reading.vote_effect(cast, however_long=shows_effect is True)
    if as_json:
        _print_json(votes_json(cast, effect))
    else:
        _print(effect_lines(cast, effect, profile.today))


def _keep_lines(context: click.Context, profile: OpenedProfile, *, as_json: bool) -> None:
    """Keep the votes of standard input; the exit status is 3 where only a part could be kept."""
    from paperlark.domain.vote_lines import LONGEST  # noqa: PLC0415  # as is what follows
    from paperlark.renderers.vote_effect import bad_lines, kept_lines, lines_json  # noqa: PLC0415

    try:
        found = profile.reading.keep_vote_lines(sys.stdin.read(LONGEST + 1))
    except ValueError as error:  # too long, or bytes that are no text
        raise click.UsageError(str(error)) from error
    kept = [(event, applied.paper) for event, applied in found.kept]
    if as_json:
        _print_json(lines_json(kept, found.repeated, found.bad))
    else:
        _print(kept_lines(kept, found.repeated, len(found.bad)))
        for line in bad_lines(found.bad, _SHOWN_LINES):
            click.echo(line, err=True)
    if found.bad:
        context.exit(_PARTIAL)


def _reset(profile: OpenedProfile, *, asks: bool) -> None:
    votes = len(profile.reading.votes())
    if asks:
        click.confirm(
            f"Take back {votes} {'vote' if votes == 1 else 'votes'}, and all that was saved, noted"
            f" and seen, for {profile.name!r}?",
            abort=True,
        )
    click.echo(f"taken back: {profile.reading.reset_triage()}")


def _list(profile: OpenedProfile, *, as_json: bool) -> None:
    from paperlark.renderers.vote_effect import list_json, list_lines  # noqa: PLC0415

    votes = profile.reading.votes()
    if as_json:
        _print_json(list_json(votes))
        return
    _print(list_lines(votes))
    if not votes:
        click.echo("no votes yet; cast one: paperlark vote ID up", err=True)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
