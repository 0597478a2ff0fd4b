"""A press: one profile's parts put together, making, filing and publishing any day's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from paperlark.day import DayParts, make_digest
from paperlark.day.announce import announce
from paperlark.day.assemble import announcement_gaps, is_worse
from paperlark.day.publish import check_writable, publish, withdraw
from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError, PublishError, StoreError
from paperlark.domain.profile import Profile
from paperlark.ports import Progress, Renderer
from paperlark.renderers.manifest import (
    failure_path,
    failure_record,
    manifest_path,
    owner,
)


@dataclass(frozen=True, slots=True)
class MadePage:
    """A digest and the paths of its pages.

    `kept` is the better one that was left in its place; `answered` are other days whose pages
    miss answers that are known since.
    """

    digest: Digest
    pages: tuple[Path, ...]
    kept: Digest | None = None
    answered: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class PageMaker:
    """One profile's parts, put together and ready to make any day's page.

    `days` gives those of a range that there may be; `collect` stores what came of questions that
    an earlier run left, and gives the days of the pages that they are of; `begin` is called before
    each day, after that; `stop` has it begin nothing more that costs money, and gives how many
    answers are under way.
    """

    profile: Profile
    parts: DayParts
    renderers: tuple[Renderer, ...]
    folder: Path
    notes: tuple[str, ...]
    days: Callable[[date, date], tuple[date, ...]]
    collect: Callable[[Progress], frozenset[date]]
    begin: Callable[[date], None]
    stop: Callable[[], int]

    def _before(self, day: date) -> Digest | None:
        """Give the digest made before; one that cannot be read any more is made again."""
        try:
            return self.parts.archive.digest(self.profile.name, day)
        except StoreError:
            return None

    def _check_own(self, day: date) -> None:
        """Refuse to write over the page of another profile."""
        path = self.folder / manifest_path(day)
        there = owner(path.read_bytes()) if path.is_file() else None
        if there is not None and there != self.profile.name:
            raise PublishError(
                f"{self.folder} has the page of {day} of another profile, {there!r}",
                hint="give each profile an output folder of its own",
            )

    def lacking(self, day: date, progress: Progress) -> tuple[str, ...]:
        """Say what arXiv has not got out yet of that day; what it has is known from then on."""
        announcement = announce(
            day,
            self.profile.categories,
            sources=self.parts.sources,
            batches=self.parts.batches,
            progress=progress,
        )
        return announcement_gaps(announcement)

    def make(self, day: date, progress: Progress) -> MadePage:
        """Make, file and publish the day's digest, unless a better one is there.

        Raises PaperlarkError, and then the pages of before are still there, and a record of the
        failure beside them.
        """
        check_writable(self.folder)
        self._check_own(day)
        answered = self.collect(progress)
        self.begin(day)
        try:
            digest = make_digest(day, self.profile, self.parts, progress, self.notes)
            pages = [renderer.render(digest) for renderer in self.renderers]
        except PaperlarkError as error:
            publish([failure_record(day, self.profile.name, error)], self.folder)
            raise
        before = self._before(day)
        kept = before if before and is_worse(digest, before) else None
        if kept:
            pages = [renderer.render(kept) for renderer in self.renderers]
        else:
            self.parts.archive.save(digest)
        paths = publish(pages, self.folder)
        withdraw(failure_path(day), self.folder)
        return MadePage(digest, paths, kept, tuple(sorted(answered - {day})))
