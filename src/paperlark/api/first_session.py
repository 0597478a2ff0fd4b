"""A first session without a profile: a day to answer questions about, and then the profile."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.api.opened_profile import OpenedProfile
from paperlark.api.opening import open_profile
from paperlark.runs.progress import NO_PROGRESS, TimedProgress
from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.importing.first_day import FirstAnswers, FirstDay
    from paperlark.ports import Progress
    from paperlark.settings.answers import SetupAnswers
    from paperlark.settings.values import ArxivSettings

_DEFAULTS = RunOptions()


def open_first_day(
    categories: Sequence[str],
    *,
    options: RunOptions = _DEFAULTS,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = NO_PROGRESS,
) -> FirstDay:
    """Fetch the latest announcement for a reader without a profile, and store nothing.

    Arguments:
        categories: codes such as cs.LG.
        options: with `feeds`, recorded feeds instead of the network.
        environment, progress: see `open_profile`.
        arxiv: addresses to ask instead of arXiv's own.

    Returns the day: its papers by topic; it ranks them, and chooses the next one to ask about.

    Raises SourceError where there is none, as without a network.

    >>> options = paperlark.RunOptions(feeds=Path("feeds"))
    >>> first = paperlark.open_first_day(["cs.LG"], options=options)
    >>> ranking = first.rank("Pruning of language models.", liked=(), answers={})
    >>> str(first.day), ranking.card in first.papers
    ('2025-03-25', True)
    """
    from paperlark.compose.sources import choose_sources
    from paperlark.importing.first_day import fetch_first_day
    from paperlark.settings.load import usual_arxiv

    where = environment or Environment()
    with ExitStack() as opened:
        announced = choose_sources(arxiv or usual_arxiv(), options.feeds, where, opened)
        announced.begin()
        days = _latest(announced.days(date.min, date.max) if options.feeds else (), where)
        return fetch_first_day(days, categories, announced.sources, TimedProgress(progress))


def begin_profile(
    answers: SetupAnswers,
    ended: FirstAnswers,
    *,
    folder: str | Path | None = None,
    options: RunOptions = _DEFAULTS,
    environment: Environment | None = None,
    progress: Progress = NO_PROGRESS,
) -> OpenedProfile:
    """Write a profile as `paperlark init` does, and store how its first session ended.

    Arguments:
        answers: what the profile says.
        ended: liked papers, which are imported, and answers, which become votes.
        folder: the default place if None.
        options, environment, progress: see `open_profile`.

    Returns the profile, ready for use.

    Raises ProfileError where there is one already or it cannot be written, and then nothing is;
    StoreError.

    >>> from paperlark.importing.first_day import FirstAnswers
    >>> from paperlark.settings.answers import SetupAnswers
    >>> answers = SetupAnswers(interests="Sonar of bats.")
    >>> paperlark.begin_profile(answers, FirstAnswers(), folder="new").name
    'My papers'
    """
    from paperlark.importing.first_day import keep_first_answers
    from paperlark.settings.starter import NewProfile

    where = environment or Environment()
    place = NewProfile.into(Path(folder) if folder else None, where.variables)
    files = place.write(*place.texts(answers))
    try:
        profile = open_profile(files[0], options=options, environment=where, progress=progress)
        if ended.liked or ended.day:
            keep_first_answers(profile.settings, where, ended)
        for paper, wanted in ended.answers.items():
            if wanted is not None:
                profile.reading.triage(paper, "want" if wanted else "not")
    except BaseException:
        for file in files:  # so that the session can be ended again
            file.unlink(missing_ok=True)
        raise
    return profile


def _latest(recorded: Sequence[date], environment: Environment) -> tuple[date, ...]:
    """Return the days whose announcement to try, the latest first."""
    from paperlark.domain.calendar import previous_announcement_day, today
    from paperlark.runs.first_page import latest_announcement

    if recorded:
        return (max(recorded),)
    latest = latest_announcement(today(environment.now()))
    return (latest, previous_announcement_day(latest))
