"""Schedules that are files: a GitHub workflow, a Docker image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, time
from pathlib import Path

from paperlark import __version__
from paperlark.domain.calendar import today
from paperlark.domain.errors import NotScheduled
from paperlark.domain.site_addresses import slug
from paperlark.schedule import docker, github
from paperlark.schedule.job import ScheduledJob
from paperlark.schedule.schedule import FileEdit, ScheduleStatus, file_edits, make_files, read_file
from paperlark.schedule.times import SchedulerClock, after_midnight, clocks
from paperlark.settings.environment import Environment

RELEASED = f"paperlark=={__version__}"


@dataclass(frozen=True, slots=True)
class GithubSchedule:
    """A workflow in the repository that contains the jobs' profiles."""

    jobs: Sequence[ScheduledJob]
    environment: Environment
    at: time | None = None
    requirement: str = RELEASED
    site: bool = True

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the edit that writes the workflow."""
        text = github.workflow(
            self.jobs, self._repository, self._starts(), self.requirement, site=self.site
        )
        return file_edits({self._path: text}, github.MARK_LINE)

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edit that removes the workflow."""
        return file_edits({self._path: None}, github.MARK_LINE)

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Write it, and return what to set up on GitHub."""
        make_files(edits)
        if not self._path.exists():
            return ("commit and push the change",)
        secrets = dict.fromkeys(name for job in self.jobs for name in job.secrets)
        return (
            *(f"set the secret on GitHub: gh secret set {name}" for name in secrets),
            *(
                ("in the repository's Settings > Pages, choose GitHub Actions as source",)
                * self.site
            ),
            "commit and push the workflow",
        )

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the existing workflow, if paperlark wrote it."""
        text = read_file(self._path)
        if text is None or not text.startswith(github.MARK_LINE):
            return ()
        return (ScheduleStatus(str(self._path), github.starts_of(text)),)

    def _starts(self) -> tuple[SchedulerClock, ...]:
        at = self.at or after_midnight(self.jobs[0].name)
        local = None if self.at is None else self.environment.zone()
        return clocks(today(self.environment.now()), at=at, local=local, scheduler=UTC)

    @property
    def _path(self) -> Path:
        return self._repository / github.WORKFLOW

    @property
    def _repository(self) -> Path:
        profile = self.jobs[0].profile
        found = next((one for one in profile.parents if (one / ".git").exists()), None)
        if found is None:
            raise NotScheduled(
                f"{profile} is not in a git repository", hint=f"make one: git init {profile.parent}"
            )
        return found


@dataclass(frozen=True, slots=True)
class DockerSchedule:
    """A Dockerfile and a compose file, beside the first job's profile."""

    jobs: Sequence[ScheduledJob]
    requirement: str = RELEASED

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the edits that write the files."""
        jobs = {slug(job.name): job for job in self.jobs}
        if len(jobs) < len(self.jobs):
            raise NotScheduled(
                "two of the profiles have the same name", hint="give one of them another name"
            )
        return self._edits(docker.files(jobs, self._folder, self.requirement))

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edits that remove the files."""
        return self._edits(dict.fromkeys(docker.NAMES))

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Write them, and return how to start it."""
        make_files(edits)
        if not (self._folder / docker.NAMES[0]).exists():
            return ()
        secrets = dict.fromkeys(name for job in self.jobs for name in job.secrets)
        return (
            *(f"write the secret to ~/.config/paperlark/secrets/{name}" for name in secrets),
            f"start it: cd {self._folder} && docker compose up --detach --build",
        )

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the existing compose file, if paperlark wrote it."""
        path = self._folder / "compose.yaml"
        ours = (read_file(path) or "").startswith(docker.MARK_LINE)
        return (ScheduleStatus(str(path), ()),) if ours else ()

    def _edits(self, texts: Mapping[str, str | None]) -> tuple[FileEdit, ...]:
        wanted = {self._folder / name: text for name, text in texts.items()}
        return file_edits(wanted, docker.MARK_LINE)

    @property
    def _folder(self) -> Path:
        return self.jobs[0].profile.parent
