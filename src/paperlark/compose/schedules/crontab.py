"""Mornings from the reader's crontab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from paperlark.compose.schedules.programs import Programs
from paperlark.compose.schedules.schedule import Edit, Standing
from paperlark.compose.world import World
from paperlark.domain.calendar import today
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.cron import block, block_of, starts_of, with_block
from paperlark.schedule.job import Job
from paperlark.schedule.times import after_midnight, clocks

PLACE = "your crontab"


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """Lines in the crontab for each job, at a time of this machine's clock or by New York's."""

    jobs: Sequence[Job]
    world: World
    at: time | None = None

    def setting(self) -> tuple[Edit, ...]:
        """Give the crontab with the jobs' lines in it."""
        return self._edits([(job.profile, self._block(job)) for job in self.jobs])

    def removing(self) -> tuple[Edit, ...]:
        """Give the crontab without them."""
        return self._edits([(job.profile, "") for job in self.jobs])

    def make(self, edits: Sequence[Edit]) -> tuple[str, ...]:
        """Hand cron the new crontab."""
        for edit in edits:
            ran = self._programs.run("crontab", "-", text=edit.after or "")
            if not ran.well:
                raise NotScheduled(f"crontab does not take it ({ran.problem})")
        logs = (job.profile.with_suffix(".log") for job in self.jobs)
        return tuple(f"its log: {log}" for log in logs) if any(one.shown for one in edits) else ()

    def standing(self) -> tuple[Standing, ...]:
        """Give the lines that the crontab has for the jobs."""
        crontab, zone = self._read(), self.world.zone()
        found = (starts_of(block_of(crontab, job.profile), zone) for job in self.jobs)
        return tuple(Standing(PLACE, starts) for starts in found if starts)

    def _block(self, job: Job) -> str:
        zone = self.world.zone()
        at = self.at or after_midnight(str(job.profile))
        local = None if self.at is None else zone
        return block(job, clocks(today(self.world.now()), at=at, local=local, scheduler=zone))

    def _edits(self, blocks: Sequence[tuple[Path, str]]) -> tuple[Edit, ...]:
        before = after = self._read()
        for profile, text in blocks:
            after = with_block(after, profile, text)
        shown = "".join(text for _, text in blocks)
        return (Edit(PLACE, before or None, after, shown),) if after != before else ()

    def _read(self) -> str:
        ran = self._programs.run("crontab", "-l")
        # Who has no crontab yet is told so, as a failure, in the words of their cron.
        if not ran.well and "no crontab" not in ran.problem.lower():
            raise NotScheduled(f"the crontab cannot be read ({ran.problem})")
        return ran.out if ran.well else ""

    @property
    def _programs(self) -> Programs:
        return Programs(self.world.environment)
