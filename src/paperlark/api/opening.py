"""Find and open profiles, the bundled sample, and criteria as somebody wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.api.opened_profile import OpenedProfile
from paperlark.runs.progress import NO_PROGRESS
from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.domain.criteria import Criteria
    from paperlark.ports import Progress

SAMPLE_NOTE = "A bundled sample: some papers of that day, not the whole announcement."
_DEFAULTS = RunOptions()


def find_profile(path: str | Path | None = None, *, environment: Environment | None = None) -> Path:
    """Find the file of a profile, which need not exist.

    Arguments:
        path: a file, or a folder that has a `paperlark.toml`; by default that of the current folder
            or, where it has none, `~/.config/paperlark/paperlark.toml` (XDG_CONFIG_HOME is
            respected).
        environment: see `open_profile`.

    >>> paperlark.find_profile().name
    'paperlark.toml'
    """
    from paperlark.settings.places import find_profile as find

    variables = (environment or Environment()).variables
    return find(None if path is None else Path(path), variables)


def open_profile(
    path: str | Path | None = None,
    *,
    options: RunOptions = _DEFAULTS,
    environment: Environment | None = None,
    progress: Progress = NO_PROGRESS,
) -> OpenedProfile:
    """Read a profile and everything it refers to.

    Arguments:
        path: the profile, a TOML file or the folder that has it; as `find_profile` by default.
        options: how to run: recorded feeds instead of the network, another output folder, without
            the model, how many seconds to wait for another run on the same database.
        environment: environment variables, clock, sleep and keyring; the real ones by default.
        progress: shows how far a step is.

    Returns the profile, ready for use.

    Raises ProfileError with every mistake found, each with file and line.

    >>> options = paperlark.RunOptions(feeds=Path("feeds"))
    >>> profile = paperlark.open_profile(options=options, environment=environment)
    >>> profile.name
    'Efficient LLM inference'
    """
    from paperlark.archive.pages_owner import propose_id
    from paperlark.settings import load_settings

    file = find_profile(path, environment=environment)
    settings = propose_id(load_settings(file))
    return OpenedProfile(settings, environment or Environment(), options, progress, path=file)


def understand_criteria(text: str | Path) -> Criteria:
    """Read interests as somebody wrote them, in any form.

    Arguments:
        text: Markdown, a list, sentences, or anything else; a Path is the file to read it from.

    Returns topics, each with what counts for and against a paper; keywords; remarks; and
    warnings that quote what was not understood.

    Raises ProfileError where the file cannot be read, or is too long to be interests.

    >>> found = paperlark.understand_criteria("Ice shelves; glaciers, but no avalanches")
    >>> [topic.name for topic in found.topics], found.topics[1].irrelevant
    (['Ice shelves', 'glaciers'], 'avalanches')
    """
    from paperlark.domain.criteria import parse_criteria
    from paperlark.settings.load import read_criteria

    return parse_criteria(read_criteria(text) if isinstance(text, Path) else text)


@contextmanager
def open_sample(
    folder: str | Path, *, environment: Environment | None = None, progress: Progress = NO_PROGRESS
) -> Iterator[OpenedProfile]:
    """Open the bundled sample: a reader and three recorded days, without key or network.

    Arguments:
        folder: where its database, pages and site are written.
        environment: see `open_profile`.
        progress: see `open_profile`.

    Returns a context manager that yields the profile.

    >>> with paperlark.open_sample("sample") as sample:
    ...     [str(day) for day in sample.announcement_days()]
    ['2025-02-19', '2025-02-26', '2025-03-25']
    """
    from importlib.resources import as_file, files

    with as_file(files("paperlark").joinpath("sample")) as sample:
        output = Path(folder)
        options = RunOptions(output=output, feeds=sample / "feeds", notes=(SAMPLE_NOTE,))
        opened = open_profile(
            sample / "paperlark.toml", options=options, environment=environment, progress=progress
        )
        there = output.absolute()
        settings = replace(
            opened.settings,
            id=opened.settings.profile.title,  # so that none is written into the bundled profile
            database=there / "paperlark.db",
            site=replace(opened.settings.site, folder=there / "site"),
        )
        yield replace(opened, settings=settings, path=None)
