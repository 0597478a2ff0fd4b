"""What has to be known before the figures of these test days are believed."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.evaluation.cases import LabelledReader
from paperlark.evaluation.protocol import VOTE_DAYS
from paperlark.evaluation.trial import Plan


def cautions(reader: LabelledReader, plan: Plan) -> Iterator[str]:
    """Say what was left out, and where less is known than was asked for."""
    test = [reader.days[place] for place in plan.places]
    if followed := sum(day.followed for day in test):
        yield (
            f"{followed} papers by followed authors are on the page whatever a ranker says, and"
            " are left out"
        )
    longest, before = max(plan.history), plan.places[0]
    if longest > before:
        yield (
            f"before {test[0].day} there are {before} labelled days: a history of {longest} is"
            " shorter on the first test days"
        )
    fewest = min(_likeable(reader, place) for place in plan.places)
    if fewest < max(plan.votes, default=0):
        yield (
            f"before some test days only {fewest} papers were wanted: there are fewer likes than"
            f" {max(plan.votes)}"
        )
    if empty := sum(not day.wanted for day in test):
        yield f"on {empty} of the days nothing was wanted: they count in shares and Brier only"


def _likeable(reader: LabelledReader, place: int) -> int:
    """Count the wanted papers that likes are drawn from before a day."""
    return sum(day.wanted for day in reader.days[max(0, place - VOTE_DAYS) : place])
